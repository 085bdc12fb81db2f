"""What the database itself refuses, whoever asks: every test here goes around our code with plain SQL."""

import sqlite3

import asyncpg
import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import S, approval, approve, archive, claim, final_of, refuse, spec, step, succeed
from workprint.charges import ChargeState
from workprint.errors import LedgerError
from workprint.render import Render, Source, is_live
from workprint.states import NEXT

_NEEDS_TASK = {S.QUEUED, S.PROCESSING, S.SUCCEEDED, S.ARCHIVED, S.LINK_EXPIRED}


async def planned(ledger: Ledger) -> Render:
    return (await claim(ledger, spec())).render


async def copy_render(url: str, render: Render, **changes: str) -> None:
    """INSERT a second row like this one, with some columns changed."""
    columns = (
        "campaign_id, variant, kind, take, state, last_seq, fingerprint, spec, provider, model, dialect, input_type, "
    )
    columns += (
        "prompt, negative_prompt, reference_files, duration, resolution, ratio, fps, camera_motion, camera_speed, "
    )
    columns += "audio, seed, client_ref, submitted_by, created_at, updated_at, attempts, failure_code, failure_raw, "
    columns += "charge_state, charge_amount, charge_currency, charge_evidence, charge_source, moderation, "
    columns += "moderation_findings, approval_id, id"
    changes = {"id": "'rnd_copy'", **changes}
    values = ", ".join(changes.get(name.strip(), name.strip()) for name in columns.split(","))
    await raw.run(url, f"INSERT INTO renders ({columns}) SELECT {values} FROM renders WHERE id = '{render.id}'")


@pytest.mark.parametrize("change", ["UPDATE events SET actor = 'x'", "DELETE FROM events"])
async def test_events_are_append_only(ledger: Ledger, ledger_url: str, change: str) -> None:
    """No event is ever changed or removed."""
    await planned(ledger)
    await raw.refused(ledger_url, change, "events is append-only")


@pytest.mark.parametrize("change", ["UPDATE approvals SET decision = 'rejected'", "DELETE FROM approvals"])
async def test_approvals_are_append_only(ledger: Ledger, ledger_url: str, change: str) -> None:
    """No decision is ever changed or removed."""
    await approve(ledger, [approval(final_of(spec()))])
    await raw.refused(ledger_url, change, "approvals is append-only")


@pytest.mark.parametrize("table", ["events", "approvals"])
async def test_history_cannot_be_replaced_or_emptied(ledger: Ledger, ledger_url: str, table: str) -> None:
    """Neither SQLite's INSERT OR REPLACE nor PostgreSQL's TRUNCATE gets around append-only."""
    await planned(ledger)
    await approve(ledger, [approval(final_of(spec()))])
    replace, empty = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}", f"TRUNCATE {table} CASCADE"
    change = replace if ledger_url.startswith("sqlite") else empty
    await raw.refused(ledger_url, change, "is append-only")


async def test_one_live_render_per_fingerprint(ledger: Ledger, ledger_url: str) -> None:
    """A second live render of the same content cannot exist."""
    render = await planned(ledger)
    with pytest.raises(raw.REFUSED, match=r"fingerprint|renders_live"):
        await copy_render(ledger_url, render)


async def test_free_failure_lets_go_of_its_fingerprint(ledger: Ledger, ledger_url: str) -> None:
    """Beside a render that failed for free, the same content may be bought again."""
    failed = await refuse(ledger, await planned(ledger))
    await copy_render(ledger_url, failed, state="'planned'", charge_state="'quoted'")
    assert [(1,)] == await raw.run(ledger_url, "SELECT count(*) FROM renders WHERE live")


async def test_charging_later_cannot_make_two_live(ledger: Ledger) -> None:
    """A late charge on a failed render is refused while its content was bought again: a person must look."""
    failed = await refuse(ledger, await planned(ledger))
    await claim(ledger, spec(), retry_of=failed.id)
    charge = {"charge_state": ChargeState.CHARGED}
    with pytest.raises(LedgerError, match="refused"):
        await ledger.record(failed.id, source=Source.PERSON, actor="lin", note="late bill", facts=charge)


async def test_live_is_what_the_rule_says(ledger: Ledger, ledger_url: str) -> None:
    """The database's idea of live is `workprint.render.is_live` for every state and charge."""
    for state in S:
        render = await reach(ledger, state)
        for charge in ChargeState:
            await raw.run(ledger_url, f"UPDATE renders SET charge_state = '{charge}' WHERE id = '{render.id}'")
            stored = await raw.run(ledger_url, f"SELECT live FROM renders WHERE id = '{render.id}'")
            assert [(is_live(state, charge),)] == stored


_NOT_YOURS = (sqlite3.OperationalError, asyncpg.PostgresError)


async def test_live_cannot_be_set(ledger: Ledger, ledger_url: str) -> None:
    """Nobody can free a fingerprint by hand: live follows from state and charge."""
    await planned(ledger)
    with pytest.raises(_NOT_YOURS, match=r"generated column|can only be updated to DEFAULT"):
        await raw.run(ledger_url, "UPDATE renders SET live = false")


async def test_final_without_approval_is_refused(ledger: Ledger, ledger_url: str) -> None:
    """A final with no approval cannot be inserted."""
    render = await planned(ledger)
    with pytest.raises(raw.REFUSED, match="renders_final_needs_approval"):
        await copy_render(ledger_url, render, kind="'final'", fingerprint=f"'{'9' * 64}'")


async def test_draft_with_approval_is_refused(ledger: Ledger, ledger_url: str) -> None:
    """A draft has no approval."""
    await approve(ledger, [approval(final_of(spec()))])
    render = await planned(ledger)
    with pytest.raises(raw.REFUSED, match="renders_final_needs_approval"):
        await copy_render(ledger_url, render, approval_id="(SELECT id FROM approvals)", fingerprint=f"'{'9' * 64}'")


@pytest.mark.parametrize("wrong", ["fingerprint", "campaign_id", "approval_id"])
async def test_final_that_was_not_approved_is_refused(ledger: Ledger, ledger_url: str, wrong: str) -> None:
    """An approval of other content, of another campaign, or one that does not exist lets no final in."""
    yes, render = approval(final_of(spec())), await planned(ledger)
    await approve(ledger, [yes])
    good = {"fingerprint": yes.final_fingerprint, "campaign_id": "cmp", "approval_id": yes.id}
    bad = {name: f"'{value}'" for name, value in {**good, wrong: "other"}.items()}
    with pytest.raises(raw.REFUSED, match=r"FOREIGN KEY|renders_approval|none covers it"):
        await copy_render(ledger_url, render, kind="'final'", **bad)
    await copy_render(ledger_url, render, kind="'final'", **{name: f"'{value}'" for name, value in good.items()})


async def test_only_a_yes_covers_a_final(ledger: Ledger, ledger_url: str) -> None:
    """A rejection that names a final's fingerprint cannot be written."""
    with pytest.raises(LedgerError, match="approvals_only_yes_covers"):
        await approve(ledger, [approval(final_of(spec()), decision="rejected")])
    assert [] == await raw.run(ledger_url, "SELECT id FROM approvals")


async def test_claim_of_a_final_needs_an_approval(ledger: Ledger, ledger_url: str) -> None:
    """Not even a claim on a final exists without an approval."""
    await planned(ledger)
    again = "campaign_id, variant, take, 'final', render_id, fingerprint, adopted, claimed_at FROM claims"
    columns = "campaign_id, variant, take, kind, render_id, fingerprint, adopted, claimed_at"
    await raw.refused(ledger_url, f"INSERT INTO claims ({columns}) SELECT {again}", "claims_final_needs_approval")


async def test_only_the_steps_of_the_life(ledger: Ledger, ledger_url: str) -> None:
    """No step that is missing from the one table of transitions can be taken."""
    for state in S:
        render = await reach(ledger, state)
        for after in set(S) - NEXT[state] - {state}:
            await raw.refused(
                ledger_url, f"UPDATE renders SET state = '{after}' WHERE id = '{render.id}'", "no such step"
            )


async def reach(ledger: Ledger, state: S) -> Render:
    """A render of its own content in this state, by the shortest way."""
    ways: dict[S, list[S]] = {S.PLANNED: []}
    for before, after in ((b, a) for b in S for a in NEXT[b]):
        if before in ways and after not in ways:
            ways[after] = [*ways[before], after]
    render = (await claim(ledger, spec(state), variant=state)).render
    if state is S.ARCHIVED:
        return await archive(ledger, render)
    for after in ways[state]:
        facts = {"task_id": f"t-{state}", "link": "https://cdn.example/x"} if after in _NEEDS_TASK else {}
        render = await ledger.change(step(render, after, facts))
    return render


async def test_render_starts_as_planned(ledger: Ledger, ledger_url: str) -> None:
    """Nothing is born in the middle of its life."""
    render = await planned(ledger)
    with pytest.raises(raw.REFUSED, match="starts as planned"):
        await copy_render(ledger_url, render, state="'succeeded'", fingerprint=f"'{'9' * 64}'")


async def test_archived_needs_a_film_on_record(ledger: Ledger, ledger_url: str) -> None:
    """The database calls nothing archived that has no film."""
    await succeed(ledger, await planned(ledger))
    await raw.refused(ledger_url, "UPDATE renders SET state = 'archived'", "archived needs an asset")


@pytest.mark.parametrize("column", ["fingerprint", "spec", "prompt", "seed", "approval_id", "campaign_id", "id"])
async def test_content_of_a_render_is_frozen(ledger: Ledger, ledger_url: str, column: str) -> None:
    """What was asked for and paid for cannot be rewritten."""
    await planned(ledger)
    await raw.refused(ledger_url, f"UPDATE renders SET {column} = {column}", "content of a render is frozen")


async def test_brief_is_frozen(ledger: Ledger, ledger_url: str) -> None:
    """What was wanted cannot be rewritten."""
    await raw.refused(ledger_url, "UPDATE campaigns SET brief = '{}'", "a brief is frozen")


@pytest.mark.parametrize("table", ["renders", "campaigns"])
async def test_nothing_with_a_history_is_deleted(ledger: Ledger, ledger_url: str, table: str) -> None:
    """A render that has events, and a campaign that has renders, stay."""
    await planned(ledger)
    await raw.refused(ledger_url, f"DELETE FROM {table} WHERE id <> 'other'", "(?i)foreign key")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("charge_state", "'paid'"),
        ("charge_evidence", "'hearsay'"),
        ("charge_amount", "-1"),
        ("charge_currency", "'¥'"),
        ("moderation", "'fine'"),
        ("failure_kind", "'bad luck'"),
        ("failure_stage", "'later'"),
        ("attempts", "-1"),
        ("link", "'https://not.findable'"),
    ],
)
async def test_only_known_words_and_numbers(ledger: Ledger, ledger_url: str, column: str, value: str) -> None:
    """Every column with a vocabulary or a range holds nothing else."""
    await planned(ledger)
    await raw.refused(ledger_url, f"UPDATE renders SET {column} = {value}", "renders_")


async def test_at_the_provider_there_is_a_task(ledger: Ledger) -> None:
    """A render is not queued without the provider's id for it."""
    sent = await ledger.change(step(await planned(ledger), S.SUBMITTING))
    with pytest.raises(LedgerError, match="renders_task_known"):
        await ledger.change(step(sent, S.QUEUED))


async def test_succeeded_has_a_link(ledger: Ledger) -> None:
    """A render without a usable link has not succeeded."""
    sent = await ledger.change(step(await planned(ledger), S.SUBMITTING))
    queued = await ledger.change(step(sent, S.QUEUED, {"task_id": "t"}))
    with pytest.raises(LedgerError, match="renders_link_known"):
        await ledger.change(step(queued, S.SUCCEEDED))


async def test_money_is_exact(ledger: Ledger, ledger_url: str) -> None:
    """Amounts are stored exactly: whole millionths on SQLite, numeric on PostgreSQL."""
    await planned(ledger)
    stored = (await raw.run(ledger_url, "SELECT charge_amount FROM renders"))[0][0]
    expected = "1230000" if ledger_url.startswith("sqlite") else "1.230000"
    assert expected == str(stored)


async def test_a_task_belongs_to_one_render(ledger: Ledger) -> None:
    """Two renders of one provider cannot both have the same task, whoever adopts it."""
    first, second = [(await claim(ledger, spec(f"take {n}"), variant=f"v{n}")).render for n in range(2)]
    sent = [await ledger.change(step(render, S.SUBMITTING)) for render in (first, second)]
    await ledger.change(step(sent[0], S.QUEUED, {"task_id": "cgt-1"}))
    with pytest.raises(LedgerError):
        await ledger.change(step(sent[1], S.QUEUED, {"task_id": "cgt-1"}))
    assert S.SUBMITTING is (await ledger.get(second.id)).state
