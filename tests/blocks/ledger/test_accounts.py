"""Accounts: reserved before the POST, settled at the end, and never above a limit."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import REFUSED, S, campaign, claim, spec, step
from tests.blocks.ledger.spending import DAY, PRICE, audit, limited, noon, planned, queued, sent, stands, submit
from workprint.budgets import Scope, Weight
from workprint.charges import ChargeState, Evidence
from workprint.errors import BudgetExceeded
from workprint.render import Render, Source
from workprint.states import RenderState

CHARGED = {"charge_state": ChargeState.CHARGED, "charge_amount": Decimal("1.10"), "charge_evidence": Evidence.REPORTED}
UNKNOWN = {"charge_state": ChargeState.UNKNOWN}
ALL = ((Scope.CAMPAIGN, "cmp"), (Scope.COST_CENTRE, "42"), (Scope.DAY, DAY))


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncIterator[Ledger]:
    """A ledger on which it is noon, with `cmp` and `other` of cost centre 42, and `rich` of another."""
    async with await Ledger.open(ledger_url, clock=noon) as opened:
        for one in (campaign(), campaign("other"), campaign("rich", cost_centre="7")):
            await opened.open_campaign(one)
        yield opened


async def everywhere(ledger: Ledger) -> Weight:
    """What stands on the accounts of campaign, cost centre and day: the same on each."""
    (weight,) = {await stands(ledger, *where) for where in ALL}
    return weight


async def test_a_submit_is_reserved_and_its_end_is_spent(ledger: Ledger) -> None:
    """From the commit before the POST the quote is reserved, and what was charged in the end is spent instead."""
    (render,) = await planned(ledger, 1)
    assert Weight() == await everywhere(ledger)
    sending = await ledger.change(step(render, S.SUBMITTING))
    assert Weight(reserved=PRICE) == await everywhere(ledger)
    waiting = await ledger.change(step(sending, S.QUEUED, {"task_id": "t"}))
    assert Weight(reserved=PRICE) == await everywhere(ledger)
    await ledger.change(step(waiting, S.SUCCEEDED, {"link": "https://cdn.example/x", **CHARGED}))
    assert Weight(spent=Decimal("1.10")) == await everywhere(ledger)


@pytest.mark.parametrize("end", [S.FAILED, S.CANCELLED, S.EXPIRED])
async def test_a_free_end_gives_back(ledger: Ledger, end: RenderState) -> None:
    """What ended without a charge weighs nothing any more."""
    render = await queued(ledger, (await planned(ledger, 1))[0])
    await ledger.change(step(render, end, {"charge_state": ChargeState.NOT_CHARGED, "charge_amount": Decimal(0)}))
    assert Weight() == await everywhere(ledger)


async def test_a_refusal_that_may_be_tried_again_gives_back(ledger: Ledger) -> None:
    """Back in `planned` a render reserves nothing, and reserves once more when it is sent again."""
    (render,) = await planned(ledger, 1)
    back = await ledger.change(step(await ledger.change(step(render, S.SUBMITTING)), S.PLANNED))
    assert Weight() == await everywhere(ledger)
    await ledger.change(step(back, S.SUBMITTING))
    assert Weight(reserved=PRICE) == await everywhere(ledger)


@pytest.mark.parametrize(("end", "left"), [(None, PRICE), (S.FAILED, PRICE), (S.QUEUED, PRICE)])
async def test_an_unknown_charge_stays_reserved(ledger: Ledger, end: RenderState | None, left: Decimal) -> None:
    """A submit nobody can account for, given up or found, keeps its quote reserved."""
    (render,) = await planned(ledger, 1)
    lost = await ledger.change(step(await ledger.change(step(render, S.SUBMITTING)), S.UNKNOWN, UNKNOWN))
    if end is S.FAILED:
        await ledger.change(step(lost, end, {"failure_kind": "network", "failure_stage": "submit", **UNKNOWN}))
    elif end is S.QUEUED:
        await ledger.change(step(lost, end, {"task_id": "t", "charge_state": ChargeState.QUOTED}))
    assert Weight(reserved=left) == await everywhere(ledger)


async def test_proven_absent_gives_back(ledger: Ledger) -> None:
    """An unknown submit that the provider never had is free again."""
    (render,) = await planned(ledger, 1)
    lost = await ledger.change(step(await ledger.change(step(render, S.SUBMITTING)), S.UNKNOWN, UNKNOWN))
    await ledger.change(step(lost, S.FAILED, REFUSED))
    assert Weight() == await everywhere(ledger)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"charge_state": ChargeState.REFUNDED}, Weight()),
        ({"charge_amount": Decimal("9.99")}, Weight(spent=Decimal("9.99"))),
        (UNKNOWN, Weight(reserved=Decimal("1.10"))),
    ],
    ids=["refunded", "corrected", "doubted"],
)
async def test_a_correction_moves_the_accounts(ledger: Ledger, facts: dict[str, Any], expected: Weight) -> None:
    """A refund, another amount or a doubt after the end is on the accounts in the same commit, also above a limit."""
    render = await queued(ledger, (await planned(ledger, 1))[0])
    done = await ledger.change(step(render, S.SUCCEEDED, {"link": "https://cdn.example/x", **CHARGED}))
    await limited(ledger, Scope.CAMPAIGN, "cmp", "1.00")
    await ledger.record(done.id, source=Source.PERSON, actor="lin", note="the provider's bill", facts=facts)
    assert expected == await everywhere(ledger)


async def test_a_charge_in_another_currency_leaves_the_first(ledger: Ledger) -> None:
    """What was reserved in one currency and billed in another is given back there and spent here."""
    render = await queued(ledger, (await planned(ledger, 1))[0])
    billed = {**CHARGED, "charge_currency": "USD", "link": "https://cdn.example/x"}
    await ledger.change(step(render, S.SUCCEEDED, billed))
    assert Weight() == await everywhere(ledger)
    assert Weight(spent=Decimal("1.10")) == await stands(ledger, Scope.CAMPAIGN, "cmp", "USD")


async def test_a_refusal_names_all_four_numbers(ledger: Ledger) -> None:
    """The error says the limit, what is spent, what is reserved and what was asked, in both languages, and the way out;
    the render is as before.
    """
    one, other, third = await planned(ledger, 3)
    done = await queued(ledger, one)
    await ledger.change(step(done, S.SUCCEEDED, {"link": "https://cdn.example/x", **CHARGED}))
    await ledger.change(step(other, S.SUBMITTING))
    await limited(ledger, Scope.COST_CENTRE, "42", "3.50")
    with pytest.raises(BudgetExceeded) as caught:
        await ledger.change(step(third, S.SUBMITTING))
    assert "the budget of cost centre 42 is 3.50 CNY: 1.10 spent, 1.23 reserved, 1.23 asked" in str(caught.value)
    assert "成本中心 42 的预算为 3.50 CNY：已花费 1.10，已预留 1.23，本次申请 1.23" in caught.value.zh
    assert "workprint budget set" in caught.value.diagnostics()
    assert third == await ledger.get(third.id)
    assert (1, ()) == (len(await ledger.events(third.id)), await ledger.money.attempts(third.id))


async def test_a_refused_one_leaves_its_neighbours(ledger: Ledger) -> None:
    """Of submits that share a transaction exactly those that fit pass, whatever else is written with them."""
    await limited(ledger, Scope.CAMPAIGN, "cmp", PRICE * 3)
    poor, rich = await planned(ledger, 8), await planned(ledger, 2, "rich")
    outcomes = await submit(ledger, [*poor[:4], *rich, *poor[4:]])
    assert {*(r.id for r in poor[:3]), *(r.id for r in rich)} == {one.id for one in sent(outcomes)}
    await audit(ledger)


async def test_a_limit_may_be_reached_and_not_passed(ledger: Ledger) -> None:
    """What fits exactly is let through, and a hundredth of a cent too much is not."""
    one, other = await planned(ledger, 2)
    await limited(ledger, Scope.CAMPAIGN, "cmp", PRICE - Decimal("0.0001"))
    assert [] == sent(await submit(ledger, [one]))
    await limited(ledger, Scope.CAMPAIGN, "cmp", PRICE)
    assert 1 == len(sent(await submit(ledger, [one])))
    assert [] == sent(await submit(ledger, [other]))


async def test_a_cost_centre_is_shared_by_its_campaigns(ledger: Ledger) -> None:
    """Campaigns of one cost centre share its limit, those of another do not feel it."""
    await limited(ledger, Scope.COST_CENTRE, "42", PRICE * 2)
    renders = [*await planned(ledger, 2), *await planned(ledger, 2, "other"), *await planned(ledger, 2, "rich")]
    passed = [one.campaign_id for one in sent(await submit(ledger, renders))]
    assert ["cmp", "cmp", "rich", "rich"] == passed


async def test_a_limit_binds_its_own_currency_only(ledger: Ledger) -> None:
    """Nothing converts money: a limit in USD does not stop what is billed in CNY."""
    await limited(ledger, Scope.CAMPAIGN, "cmp", "0", "USD")
    assert 1 == len(sent(await submit(ledger, await planned(ledger, 1))))


async def test_a_campaigns_own_limit_comes_with_it_once(ledger: Ledger) -> None:
    """A campaign opened again keeps the limit somebody raised in the meantime, and its own is in no list of limits."""
    (before,) = [await ledger.money.account(Scope.CAMPAIGN, "cmp", "CNY")]
    assert before.limit is None
    await limited(ledger, Scope.CAMPAIGN, "cmp", "50")
    await ledger.open_campaign(campaign())
    assert (Decimal(50), ()) == (
        (await ledger.money.account(Scope.CAMPAIGN, "cmp", "CNY")).limit,
        await ledger.money.limits(),
    )


async def test_the_day_is_the_utc_day_of_the_submit(ledger_url: str) -> None:
    """A day's limit counts submits of that day in UTC, wherever our clock stands, and the end of a render is booked on
    the day of its submit.
    """
    now = [datetime.fromisoformat("2026-11-24T07:59:00+08:00")]
    async with await Ledger.open(ledger_url, clock=lambda: now[0]) as ledger:
        await ledger.open_campaign(campaign())
        await limited(ledger, Scope.DAY, "", PRICE)
        one, other, third = await planned(ledger, 3)
        first = await queued(ledger, one)
        assert [] == sent(await submit(ledger, [other]))
        now[0] += timedelta(minutes=2)
        assert 1 == len(sent(await submit(ledger, [other])))
        assert [] == sent(await submit(ledger, [third]))
        await ledger.change(step(first, S.SUCCEEDED, {"link": "https://cdn.example/x", **CHARGED}))
        assert Weight(spent=Decimal("1.10")) == await stands(ledger, Scope.DAY, "2026-11-23")
        assert Weight(reserved=PRICE) == await stands(ledger, Scope.DAY, "2026-11-24")
        await audit(ledger)


async def test_every_attempt_has_its_charges(ledger: Ledger) -> None:
    """One row at each POST and one for every change of what is known, with evidence and source; none for the rest."""
    (render,) = await planned(ledger, 1)
    back = await ledger.change(step(await ledger.change(step(render, S.SUBMITTING)), S.PLANNED))
    waiting = await queued(ledger, back)
    running = await ledger.change(step(waiting, S.PROCESSING))
    await ledger.change(step(running, S.SUCCEEDED, {"link": "https://cdn.example/x", "charge_source": "t", **CHARGED}))
    told = [(a.attempt, a.state, a.amount, a.evidence, a.source) for a in await ledger.money.attempts(render.id)]
    quote = (ChargeState.QUOTED, PRICE, Evidence.ESTIMATED, "price table of 2026-11-01")
    assert [(1, *quote), (2, *quote), (2, ChargeState.CHARGED, Decimal("1.10"), Evidence.REPORTED, "t")] == told


@pytest.mark.parametrize("change", ["UPDATE charges SET amount = 0", "DELETE FROM charges"])
async def test_charges_are_append_only(ledger: Ledger, ledger_url: str, change: str) -> None:
    """What was known of a cost at a moment is never changed or removed."""
    await queued(ledger, (await planned(ledger, 1))[0])
    await raw.refused(ledger_url, change, "charges is append-only")
    replace_, empty = "INSERT OR REPLACE INTO charges SELECT * FROM charges", "TRUNCATE charges"
    await raw.refused(ledger_url, replace_ if ledger_url.startswith("sqlite") else empty, "is append-only")


async def test_adopting_costs_the_adopter_nothing(ledger: Ledger) -> None:
    """A render is on the accounts of the campaign that bought it, and of no other that it serves."""
    bought: Render = (await claim(ledger, spec("shared"))).render
    adopted = await claim(ledger, spec("shared"), campaign_id="rich", variant="theirs")
    assert (bought.id, True) == (adopted.render.id, adopted.adopted)
    await queued(ledger, adopted.render)
    assert Weight() == await stands(ledger, Scope.CAMPAIGN, "rich")
    assert Weight(reserved=PRICE) == await stands(ledger, Scope.CAMPAIGN, "cmp")
