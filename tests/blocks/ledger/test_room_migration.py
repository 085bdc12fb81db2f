"""A ledger from before there was a screening room is brought to this version."""

from functools import partial

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert

from blocks.ledger import Ledger
from blocks.ledger.engine import connect, writing
from blocks.ledger.gate_rows import gate_values, vote_values
from blocks.ledger.migrate import MIGRATIONS
from blocks.ledger.rows import approval_values, campaign_values, new_render_values, spec_values
from blocks.ledger.schema import approvals, campaigns, renders
from blocks.ledger.schema_gate import gates, votes
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import NOON, QUOTE, approval, campaign, final_of, spec
from tests.blocks.ledger.rooming import DRAFT, comment, furnish, ticket
from tests.blocks.ledger.test_gates import gate, vote
from workprint.deciding import standing
from workprint.render import Decision

YES = approval(final_of(spec()))
RENDER = {"campaign_id": "cmp", "variant": "hero", "dialect": "ark", "submitted_by": "mei"}


#: What approvals have since they are sealed.
NEW = {"role", "channel", "gate_id", "evidence", "withdraws"}


def _to(revision: str, connection: Connection) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    command.upgrade(config, revision)


async def old_ledger(url: str) -> None:
    """A database of revision 0005: a campaign, a question, a vote, an approval, and a render of unknown cost."""
    engine = await connect(url)
    async with writing(engine) as connection:
        await connection.run_sync(partial(_to, "0005"))
        await connection.execute(insert(campaigns), [campaign_values(campaign())])
        await connection.execute(insert(gates), [gate_values(gate())])
        await connection.execute(insert(votes), [vote_values(vote(gate(), "lin"))])
        await connection.execute(insert(approvals), [approval_values(YES)])
        row = {**new_render_values("rnd_1", QUOTE, NOON), **spec_values(spec()), **RENDER}
        await connection.execute(insert(renders), [row])
    await engine.dispose()
    for change in (
        "state = 'submitting', attempts = 1",
        "state = 'queued', task_id = 'cgt-1'",
        "state = 'failed', failure_kind = 'upstream', failure_stage = 'render', charge_state = 'unknown', "
        "finished_at = created_at",
    ):
        await raw.run(url, f"UPDATE renders SET {change}")


async def test_an_old_ledger_keeps_every_row(empty_url: str) -> None:
    """Campaign, question, vote, approval and render are after the upgrade what they were before."""
    await old_ledger(empty_url)
    tables = ("campaigns", "gates", "votes", "approvals", "renders", "claims", "events")
    before = [await raw.run(empty_url, f"SELECT * FROM {table}") for table in tables]
    async with await Ledger.open(empty_url) as ledger:
        assert before == [await raw.run(empty_url, f"SELECT * FROM {table}") for table in tables]
        assert (gate(),) == await ledger.gates.of("cmp")
        assert ((vote(gate(), "lin"),), (YES,)) == (await ledger.gates.votes("cmp"), await ledger.approvals("cmp"))
        assert ["rnd_1"] == [one.id for one in await ledger.money.doubtful(NOON, 10)]


async def test_an_old_campaign_can_be_screened(empty_url: str) -> None:
    """A campaign from before the upgrade takes tickets, comments and notices like a new one."""
    await old_ledger(empty_url)
    async with await Ledger.open(empty_url) as ledger:
        await furnish(ledger)
        assert ((ticket(),), (comment(),)) == (await ledger.room.tickets("cmp"), await ledger.room.comments("cmp"))
        assert {DRAFT} == set(await ledger.room.watched("lin", [DRAFT]))
        assert 1 == len(await ledger.notices.of("cmp"))


async def unsealed(url: str) -> None:
    """A database of revision 0004 with three yes: to nothing ordered yet, to a final that is planned, to one sent."""
    engine = await connect(url)
    async with writing(engine) as connection:
        await connection.run_sync(partial(_to, "0004"))
        await connection.execute(insert(campaigns), [campaign_values(campaign())])
        for name in ("waiting", "planned", "sent"):
            final = final_of(spec(name))
            old = approval_values(approval(final, id=name, variant=name))
            kept = {column: value for column, value in old.items() if column not in NEW}
            await connection.execute(insert(approvals), [kept])
            if name != "waiting":
                row = {**new_render_values(f"rnd_{name}", QUOTE, NOON), **spec_values(final), **RENDER}
                row |= {"variant": name, "approval_id": name}
                await connection.execute(insert(renders), [row])
    await engine.dispose()
    await raw.run(url, "UPDATE renders SET state = 'submitting', attempts = 1 WHERE id = 'rnd_sent'")


async def test_an_unsealed_yes_is_asked_again_unless_it_was_paid(empty_url: str) -> None:
    """What was approved before there were seals is withdrawn where nothing was sent, and stands where it was."""
    await unsealed(empty_url)
    async with await Ledger.open(empty_url) as ledger:
        rows = await ledger.approvals("cmp")
        assert {"sent"} == {one.id for one in standing(rows)}
        assert {"waiting", "planned"} == {one.withdraws for one in rows if one.decision is Decision.WITHDRAWN}
