"""Accounts under fire: many at once, in several processes, and over whole random lives."""

import asyncio
import json
import random
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import NOON, S, campaign, film, step
from tests.blocks.ledger.spending import DAY, PRICE, audit, limited, noon, planned, sent, stands, submit
from workprint.budgets import Scope
from workprint.charges import FREE, ChargeState
from workprint.errors import BudgetExceeded
from workprint.render import Render, Source
from workprint.states import FRUITLESS, NEXT, RenderState

#: Renders each of them would like to buy.
WANTED = 40
PASS = 23
_NEEDS_LINK = {S.SUCCEEDED, S.ARCHIVED, S.LINK_EXPIRED}


@pytest.fixture
async def ledgers(ledger_url: str) -> AsyncIterator[list[Ledger]]:
    """Four ledgers on one database, as four processes have them, with a campaign each."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(await Ledger.open(ledger_url, clock=noon)) for _ in range(4)]
        for number in range(4):
            await opened[0].open_campaign(campaign(f"c{number}"))
        yield opened


@pytest.mark.parametrize("where", [(Scope.COST_CENTRE, "42"), (Scope.DAY, "")], ids=["cost centre", "day"])
async def test_many_at_once_never_pass_a_limit(ledgers: list[Ledger], where: tuple[Scope, str]) -> None:
    """Four campaigns that submit at the same moment on one account: as many pass as fit, and the books agree."""
    await limited(ledgers[0], *where, PRICE * PASS + Decimal("0.5"))
    renders = [await planned(ledger, WANTED, f"c{n}") for n, ledger in enumerate(ledgers)]
    outcomes = await asyncio.gather(*(submit(*pair) for pair in zip(ledgers, renders, strict=True)))
    assert PASS == sum(len(sent(one)) for one in outcomes)
    assert PRICE * PASS == (await stands(ledgers[0], where[0], where[1] or DAY)).reserved
    await audit(ledgers[0])


@pytest.mark.system
async def test_processes_never_pass_a_limit(ledger_url: str) -> None:
    """Four processes that submit on one cost centre at once: exactly as many pass as fit."""
    async with await Ledger.open(ledger_url) as ledger:
        await limited(ledger, Scope.COST_CENTRE, "42", PRICE * PASS)
        command = (sys.executable, "-m", "tests.blocks.ledger.spender", ledger_url)
        spenders = [
            await asyncio.create_subprocess_exec(*command, f"c{n}", str(WANTED), stdin=PIPE, stdout=PIPE)
            for n in range(4)
        ]
        for spender in spenders:
            assert spender.stdout is not None
            assert b"ready\n" == await spender.stdout.readline()
        told = await asyncio.gather(*(spender.communicate(b"go\n") for spender in spenders))
        assert PASS == sum(json.loads(output) for output, _ in told)
        await audit(ledger)


@pytest.mark.parametrize("seed", range(6))
async def test_accounts_are_the_sum_over_the_renders(ledger_url: str, seed: int) -> None:
    """Over random lives with refusals, corrections, refunds and doubts, by two at once over several days, the accounts
    stay the sum over all renders.
    """
    dice, now = random.Random(seed), [NOON]  # noqa: S311  # a walk that can be walked again, not a secret
    async with AsyncExitStack() as stack:
        pair = [await stack.enter_async_context(await Ledger.open(ledger_url, clock=lambda: now[0])) for _ in range(2)]
        for name, centre in (("a", "42"), ("b", "42"), ("c", "")):
            await pair[0].open_campaign(campaign(name, cost_centre=centre))
        renders = [one for name in ("a", "b", "c") for one in await planned(pair[0], 5, name)]
        for _ in range(25):
            now[0] += timedelta(hours=dice.randrange(8))
            if dice.random() < 0.3:
                scope, key = dice.choice([(Scope.CAMPAIGN, "a"), (Scope.COST_CENTRE, "42"), (Scope.DAY, "")])
                await limited(pair[0], scope, key, PRICE * dice.randrange(8))
            chosen = dice.sample(renders, 6)
            moves = [_move(dice.choice(pair), await pair[0].get(one.id), dice) for one in chosen]
            await asyncio.gather(*moves)
            await audit(pair[0])


async def _move(ledger: Ledger, render: Render, dice: random.Random) -> None:
    """One random step or correction that the life allows."""
    following = sorted(NEXT[render.state])
    if following and dice.random() < 0.8:
        after = dice.choice(following)
        asset = film(render) if after is S.ARCHIVED else None
        try:
            await ledger.change(step(render, after, _facts(render, after, dice)), asset=asset)
        except BudgetExceeded:
            assert after is S.SUBMITTING
    elif render.submitted_at is not None:
        facts = {"charge_state": dice.choice(list(ChargeState)), "charge_amount": Decimal(dice.randrange(5))}
        await ledger.record(render.id, source=Source.PERSON, actor="lin", note="corrected", facts=facts)


def _facts(render: Render, after: RenderState, dice: random.Random) -> dict[str, Any]:
    """What has to be said at such a step, and a charge as the provider may report it."""
    facts: dict[str, Any] = {}
    if after is S.QUEUED:
        facts["task_id"] = f"task-{render.id}"
    if after in _NEEDS_LINK:
        facts |= {"link": f"https://cdn.example/{render.id}"}
    if after in FRUITLESS | {S.SUCCEEDED, S.UNKNOWN}:
        facts |= {"charge_state": dice.choice([*FREE, ChargeState.CHARGED, ChargeState.UNKNOWN])}
        facts |= {"charge_amount": Decimal(dice.randrange(500)) / 100, "charge_currency": dice.choice(["CNY", "USD"])}
    return facts
