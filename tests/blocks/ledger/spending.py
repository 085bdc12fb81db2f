"""Money for ledger tests: limits, renders of one price, and what the accounts must be."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from blocks.ledger import Ledger
from tests.blocks.ledger.making import NOON, QUOTE, S, claim, spec, step
from workprint.budgets import AccountKey, Limit, Scope, Weight, accounts_of, weight
from workprint.errors import BudgetExceeded
from workprint.render import Render
from workprint.states import RenderState

#: What every render of these tests is quoted at.
PRICE = QUOTE.amount
#: The submits happen on this day.
DAY = NOON.date().isoformat()


def noon() -> datetime:
    return NOON


async def limited(ledger: Ledger, scope: Scope, key: str, amount: Decimal | str, currency: str = "CNY") -> None:
    await ledger.money.set_limit(Limit(scope, key, currency, Decimal(amount), "lin", NOON))


async def planned(ledger: Ledger, count: int, name: str = "cmp", mark: str = "") -> list[Render]:
    """So many renders of one campaign, each of its own content."""
    wanted = [f"{name} {mark}{n}" for n in range(count)]
    made = await asyncio.gather(*(claim(ledger, spec(one), variant=one, campaign_id=name) for one in wanted))
    return [one.render for one in made]


async def submit(ledger: Ledger, renders: Sequence[Render]) -> list[Render | BaseException]:
    """Submit all of them at once: the outcome of each."""
    wishes = (ledger.change(step(render, S.SUBMITTING)) for render in renders)
    return list(await asyncio.gather(*wishes, return_exceptions=True))


def sent(outcomes: Sequence[Render | BaseException]) -> list[Render]:
    """Those that may be POSTed; every other one was refused by a budget, and by nothing else."""
    assert {type(one) for one in outcomes} <= {Render, BudgetExceeded}
    return [one for one in outcomes if isinstance(one, Render)]


async def stands(ledger: Ledger, scope: Scope, key: str, currency: str = "CNY") -> Weight:
    return (await ledger.money.account(scope, key, currency)).weight


async def queued(ledger: Ledger, render: Render) -> Render:
    """From `planned` into the provider's queue."""
    (one,) = sent(await submit(ledger, [render]))
    return await ledger.change(step(one, S.QUEUED, {"task_id": f"task-{one.id}"}))


async def audit(ledger: Ledger) -> None:
    """Every account is exactly the sum over the renders, and no render is on an account it does not belong to."""
    expected: dict[AccountKey, Weight] = defaultdict(Weight)
    for render in await ledger.in_state(*RenderState):
        centre = (await ledger.campaign(render.campaign_id)).cost_centre
        if render.submitted_at is not None:
            for key in accounts_of(render, centre, render.submitted_at):
                expected[key] += weight(render)
    found = {account.key: account.weight for account in await ledger.money.accounts()}
    assert {key: one for key, one in expected.items() if one != Weight()} == {
        key: one for key, one in found.items() if one != Weight()
    }
