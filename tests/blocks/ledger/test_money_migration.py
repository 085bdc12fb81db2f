"""A ledger from before there were accounts, with renders in flight, is brought to this version."""

import asyncio
import re
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert

from blocks.ledger import Ledger
from blocks.ledger.engine import connect, writing
from blocks.ledger.migrate import MIGRATIONS
from blocks.ledger.migrations.versions import v0004_money
from blocks.ledger.rows import campaign_values, new_render_values, spec_values
from blocks.ledger.schema import campaigns, renders
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import NOON, QUOTE, S, campaign, spec, step
from tests.blocks.ledger.spending import DAY, PRICE, audit, stands
from workprint.budgets import Scope, Weight
from workprint.charges import ChargeState
from workprint.render import CancelState

AT = NOON.isoformat(timespec="microseconds")
#: How each render of the old ledger came to where it stands, and the words of its charge.
LIVES = {
    "planned": ("", "quoted"),
    "submitting": ("submitting", "quoted"),
    "unknown": ("submitting unknown", "unknown"),
    "queued": ("submitting queued", "quoted"),
    "processing": ("submitting queued processing", "quoted"),
    "succeeded": ("submitting queued succeeded", "charged"),
    "lost": ("submitting queued failed", "unknown"),
    "refused": ("submitting failed", "not_charged"),
    "refunded": ("submitting queued failed", "refunded"),
}
IN_FLIGHT = Weight(spent=PRICE, reserved=PRICE * 5)


def _to_0003(connection: Connection) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    command.upgrade(config, "0003")


async def old_ledger(url: str) -> None:
    """A database of revision 0003 with one campaign and a render of each life."""
    engine = await connect(url)
    async with writing(engine) as connection:
        await connection.run_sync(_to_0003)
        new = {"holder", "rescues", "gate", "gate_deadline"}
        row = {name: value for name, value in campaign_values(campaign()).items() if name not in new}
        await connection.execute(insert(campaigns), [row])
        await connection.execute(insert(renders), [_render(name) for name in LIVES])
    await engine.dispose()
    for name, (steps, charge) in LIVES.items():
        for state in steps.split():
            facts = f"state = '{state}', task_id = 'task-{name}', submitted_at = '{AT}', attempts = 1"
            facts += ", link = 'https://cdn.example/x', link_sha256 = 'x'" if state == "succeeded" else ""
            await raw.run(url, f"UPDATE renders SET {facts} WHERE id = '{name}'")
        await raw.run(url, f"UPDATE renders SET charge_state = '{charge}' WHERE id = '{name}'")


def _render(name: str) -> dict[str, Any]:
    fixed = {"campaign_id": "cmp", "variant": name, "dialect": "ark", "submitted_by": "mei"}
    return {**new_render_values(name, QUOTE, NOON), **spec_values(spec(name)), **fixed}


async def test_renders_in_flight_weigh_on_the_new_accounts(empty_url: str) -> None:
    """What is in flight or unknown is reserved, what was charged is spent, on each account, and the books agree."""
    await old_ledger(empty_url)
    async with await Ledger.open(empty_url) as ledger:
        for where in ((Scope.CAMPAIGN, "cmp"), (Scope.COST_CENTRE, "42"), (Scope.DAY, DAY)):
            assert IN_FLIGHT == await stands(ledger, *where)
        await audit(ledger)
        told = {name: [one.state for one in await ledger.money.attempts(name)] for name in LIVES}
        assert {name: [ChargeState(word)] if steps else [] for name, (steps, word) in LIVES.items()} == told


async def test_what_was_in_flight_ends_as_any_other(empty_url: str) -> None:
    """After the upgrade the old renders are settled, refunded and submitted like new ones."""
    await old_ledger(empty_url)
    async with await Ledger.open(empty_url) as ledger:
        held = [await ledger.get(name) for name in ("queued", "processing", "planned")]
        link = {"link": "https://cdn.example/y", "charge_state": ChargeState.CHARGED, "charge_amount": Decimal(1)}
        free = {"charge_state": ChargeState.NOT_CHARGED, "charge_amount": Decimal(0)}
        await asyncio.gather(
            ledger.change(step(held[0], S.CANCELLED, free)),
            ledger.change(step(held[1], S.SUCCEEDED, link)),
            ledger.change(step(held[2], S.SUBMITTING)),
        )
        assert Weight(PRICE + 1, PRICE * 4) == await stands(ledger, Scope.CAMPAIGN, "cmp")
        await audit(ledger)


@pytest.mark.parametrize(
    ("words", "ours"),
    [(v0004_money.CANCELS, CancelState), (v0004_money.SCOPES, Scope), (v0004_money.CHARGES, ChargeState)],
)
def test_words_of_the_new_tables_are_ours(words: str, ours: type[StrEnum]) -> None:
    """The new columns with a vocabulary allow exactly the words of their enum."""
    assert {str(word) for word in ours} == set(re.findall(r"'(\w+)'", words))
