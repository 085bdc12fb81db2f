"""Changes: compare-and-set, one event each, and nothing lost on the way."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blocks.ledger import Ledger
from tests.blocks.ledger.making import NOON, REFUSED, S, archive, campaign, claim, film, spec, step, succeed
from workprint.charges import ChargeState, Evidence
from workprint.errors import IllegalTransition, LedgerError, NotFound, StaleState
from workprint.failures import Failure, FailureKind, Stage
from workprint.render import Change, Place, Source, Verdict


async def test_whole_life_leaves_one_event_a_step(ledger: Ledger) -> None:
    """Each change of a render's life is one event, numbered from one, in order."""
    render = await archive(ledger, (await claim(ledger, spec())).render)
    events = await ledger.events(render.id)
    life = [S.PLANNED, S.SUBMITTING, S.QUEUED, S.PROCESSING, S.SUCCEEDED, S.ARCHIVED]
    assert list(range(1, 7)) == [event.seq for event in events]
    assert life == [event.after for event in events]
    assert [None, *life[:-1]] == [event.before for event in events]


async def test_returned_render_is_the_stored_one(ledger: Ledger) -> None:
    """What a change returns is what the database holds."""
    render = await archive(ledger, (await claim(ledger, spec())).render)
    assert render == await ledger.get(render.id)


async def test_film_is_kept_with_the_last_step(ledger: Ledger) -> None:
    """The film is on record in the same transaction that makes its render archived."""
    render = await archive(ledger, (await claim(ledger, spec())).render)
    assert (film(render),) == await ledger.assets(render.id)


async def test_archived_without_a_film_is_refused(ledger: Ledger) -> None:
    """No render is archived without its film."""
    render = await succeed(ledger, (await claim(ledger, spec())).render)
    with pytest.raises(LedgerError, match="without its asset"):
        await ledger.change(step(render, S.ARCHIVED))


async def test_loser_of_a_race_is_told(ledger: Ledger) -> None:
    """Of two who want to submit the same render, one does and the other is told that it came too late."""
    render = (await claim(ledger, spec())).render
    both = await asyncio.gather(*[ledger.change(step(render, S.SUBMITTING)) for _ in range(2)], return_exceptions=True)
    assert {"Render", "StaleState"} == {type(one).__name__ for one in both}
    assert 2 == len(await ledger.events(render.id))


async def test_illegal_step_is_refused(ledger: Ledger) -> None:
    """The life of a render has no short cut."""
    render = (await claim(ledger, spec())).render
    with pytest.raises(IllegalTransition):
        await ledger.change(step(render, S.ARCHIVED))


async def test_unknown_render(ledger: Ledger) -> None:
    """A change of a render that is not there says so."""
    with pytest.raises(NotFound):
        await ledger.change(Change("rnd_none", S.PLANNED, S.SUBMITTING, Source.SUBMIT, "me"))


async def test_unknown_fact_is_refused(ledger: Ledger) -> None:
    """What was asked for is frozen: a change sets facts only, and a misspelt one is an error."""
    render = (await claim(ledger, spec())).render
    with pytest.raises(LedgerError, match="fingerprint, lnik"):
        await ledger.change(step(render, S.SUBMITTING, {"lnik": "x", "fingerprint": "y"}))


async def test_fact_of_an_unknown_word_is_refused(ledger: Ledger) -> None:
    """A failure class nobody defined never reaches the database."""
    render = await ledger.change(step((await claim(ledger, spec())).render, S.SUBMITTING))
    with pytest.raises(LedgerError, match="bad luck"):
        await ledger.change(step(render, S.FAILED, {"failure_kind": "bad luck"}))


async def test_moments_of_a_life(ledger_url: str) -> None:
    """The ledger itself keeps when a render was sent and when the provider was done with it."""
    ticks = iter(NOON + timedelta(minutes=n) for n in range(100))
    async with await Ledger.open(ledger_url, clock=lambda: next(ticks)) as ledger:
        await ledger.open_campaign(campaign())
        render = await archive(ledger, (await claim(ledger, spec())).render)
        events = {event.after: event.at for event in await ledger.events(render.id)}
        seconds = await ledger.typical_seconds("sandbox", "sandbox-1", spec().kind)
    assert (events[S.PLANNED], events[S.ARCHIVED]) == (render.created_at, render.updated_at)
    assert (events[S.SUBMITTING], events[S.SUCCEEDED]) == (render.submitted_at, render.finished_at)
    assert 180.0 == seconds


async def test_clock_that_goes_back(ledger_url: str) -> None:
    """History stays in order even when the machine's clock is set back."""
    clock = [NOON]
    async with await Ledger.open(ledger_url, clock=lambda: clock[0]) as ledger:
        await ledger.open_campaign(campaign())
        render = (await claim(ledger, spec())).render
        clock[0] = NOON - timedelta(hours=1)
        await ledger.change(step(render, S.SUBMITTING))
        assert [NOON, NOON] == [event.at for event in await ledger.events(render.id)]


async def test_first_guess_needs_a_past(ledger: Ledger) -> None:
    """Where no such render ever ended, there is no guess."""
    assert await ledger.typical_seconds("sandbox", "sandbox-1", spec().kind) is None


async def test_each_submit_counts_and_starts_clean(ledger: Ledger) -> None:
    """A refused submit that is sent again is one more attempt, with the old failure only in the history."""
    render = (await claim(ledger, spec())).render
    for _ in range(2):
        sent = await ledger.change(step(render, S.SUBMITTING))
        render = await ledger.change(step(sent, S.PLANNED, {"failure_kind": "rate_limit", "failure_stage": "submit"}))
    assert (2, FailureKind.RATE_LIMIT) == (render.attempts, render.failure_kind)
    assert (3, None) == ((last := await ledger.change(step(render, S.SUBMITTING))).attempts, last.failure)


async def test_facts_survive(ledger: Ledger) -> None:
    """Failure and charge are read back as they were set."""
    sent = await ledger.change(step((await claim(ledger, spec())).render, S.SUBMITTING))
    facts = REFUSED | {"failure_code": "4011", "failure_raw": "no balance", "charge_evidence": Evidence.REPORTED}
    render = await ledger.change(step(sent, S.FAILED, facts, code="4011", raw="{}", note="said so"))
    assert Failure(FailureKind.UPSTREAM, Stage.SUBMIT, "4011", "no balance") == render.failure
    assert render == await ledger.get(render.id)
    last = (await ledger.events(render.id))[-1]
    assert ("4011", "{}", "said so") == (last.code, last.raw, last.note)


async def test_record_is_an_event_without_a_step(ledger: Ledger) -> None:
    """A moderation verdict is set without a step, and its event says who and why."""
    render = await succeed(ledger, (await claim(ledger, spec())).render)
    facts = {"moderation": Verdict.BLOCKED, "moderation_findings": ({"second": 1.5, "rule": "nsfw", "score": 0.9},)}
    after = await ledger.record(render.id, source=Source.ARCHIVE, actor="moderation", note="1 finding", facts=facts)
    assert (S.SUCCEEDED, Verdict.BLOCKED) == (after.state, after.moderation)
    assert facts["moderation_findings"] == (await ledger.get(render.id)).moderation_findings
    last = (await ledger.events(render.id))[-1]
    assert (S.SUCCEEDED, S.SUCCEEDED, "1 finding") == (last.before, last.after, last.note)


async def test_second_film_of_a_render(ledger: Ledger) -> None:
    """A film released from quarantine is added with an event, and no step."""
    render = await archive(ledger, (await claim(ledger, spec())).render)
    await ledger.keep_asset(film(render, "tea/released.mp4"), source=Source.PERSON, actor="lin", note="released")
    assert {f"tea/{render.id}.mp4", "tea/released.mp4"} == {asset.key for asset in await ledger.assets(render.id)}
    assert "released" == (await ledger.events(render.id))[-1].note


async def test_film_of_another_render_is_refused(ledger: Ledger) -> None:
    """A render cannot be archived with somebody else's film."""
    one = await succeed(ledger, (await claim(ledger, spec())).render)
    other = (await claim(ledger, spec("a kettle"), variant="kettle")).render
    with pytest.raises(LedgerError, match="belongs to"):
        await ledger.change(step(one, S.ARCHIVED), asset=film(other))
    assert Place.DRAFT == film(other).place


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.text(st.characters(codec=None), max_size=40), amount=st.decimals(0, 10**9, places=6))
async def test_any_answer_and_any_amount_can_be_kept(ledger: Ledger, raw: str, amount: Decimal) -> None:
    """Whatever text a provider sends and whatever it costs, the change is made and the amount is exact."""
    content = spec(f"{raw!r}{amount}")
    render = (await claim(ledger, content, variant=content.fingerprint)).render
    facts = {"failure_raw": raw, "charge_amount": amount, "charge_state": ChargeState.QUOTED}
    sent = await ledger.change(step(render, S.SUBMITTING, facts, raw=raw, code=raw, note=raw))
    assert amount == sent.charge_amount
    assert sent == await ledger.get(render.id)


async def test_stale_answer_names_the_states(ledger: Ledger) -> None:
    """Whoever comes too late reads where the render stands."""
    render = (await claim(ledger, spec())).render
    await ledger.change(step(render, S.CANCELLED))
    with pytest.raises(StaleState, match="is cancelled, not planned"):
        await ledger.change(step(render, S.SUBMITTING))
