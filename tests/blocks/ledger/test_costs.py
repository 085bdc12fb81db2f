"""What was spent, in groups, and the limits as an operator sees them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import NOON, REFUSED, S, campaign, claim, spec, step
from tests.blocks.ledger.spending import PRICE, limited, queued
from workprint.budgets import Account, AccountKey, Scope, Weight
from workprint.charges import ChargeState, Evidence
from workprint.costs import By, CostLine

LINK = {"link": "https://cdn.example/x"}
CHARGED = {**LINK, "charge_state": ChargeState.CHARGED}
REPORTED = {**CHARGED, "charge_evidence": Evidence.REPORTED, "charge_amount": Decimal("2.00")}


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncIterator[Ledger]:
    """Two campaigns of two people over two days: charged by figure, by estimate, refused, in flight, and planned."""
    now = [NOON]
    async with await Ledger.open(ledger_url, clock=lambda: now[0]) as opened:
        await opened.open_campaign(campaign("a", cost_centre="42", requested_by="mei"))
        await opened.open_campaign(campaign("b", cost_centre="", requested_by="lin"))
        made = [(await claim(opened, spec(f"a{n}"), campaign_id="a", variant=f"a{n}")).render for n in range(4)]
        there = (await claim(opened, spec("b", model="other-2"), campaign_id="b", variant="b")).render
        await opened.change(step(await queued(opened, made[0]), S.SUCCEEDED, REPORTED))
        await opened.change(step(await opened.change(step(made[1], S.SUBMITTING)), S.FAILED, REFUSED))
        now[0] += timedelta(days=1)
        await queued(opened, made[2])
        await opened.change(step(await queued(opened, there), S.SUCCEEDED, CHARGED))
        yield opened


def line(group: str, **numbers: Decimal | int) -> CostLine:
    nothing = {name: Decimal(0) for name in ("spent", "reserved", "reported")}
    counts = dict.fromkeys(("renders", "charged", "not_charged", "refunded", "unknown"), 0)
    return CostLine(group, "CNY", **{**counts, **nothing, **numbers})  # type: ignore[arg-type]


OF_A = {
    "renders": 3,
    "charged": 1,
    "not_charged": 1,
    "spent": Decimal(2),
    "reserved": PRICE,
    "reported": Decimal(2),
}
OF_B = {"renders": 1, "charged": 1, "spent": PRICE}
FIRST = {"renders": 2, "charged": 1, "not_charged": 1, "spent": Decimal(2), "reported": Decimal(2)}
SECOND = {"renders": 2, "charged": 1, "spent": PRICE, "reserved": PRICE}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (By.CAMPAIGN, [line("a", **OF_A), line("b", **OF_B)]),
        (By.PERSON, [line("mei", **OF_A), line("lin", **OF_B)]),
        (By.COST_CENTRE, [line("42", **OF_A), line("", **OF_B)]),
        (By.MODEL, [line("sandbox-1", **OF_A), line("other-2", **OF_B)]),
        (By.DAY, [line("2026-11-24", **SECOND), line("2026-11-23", **FIRST)]),
    ],
    ids=lambda value: str(value) if isinstance(value, By) else "",
)
async def test_costs_are_grouped(ledger: Ledger, by: By, expected: list[CostLine]) -> None:
    """Each grouping adds up the same renders, dearest group first, and leaves out what was never sent."""
    assert expected == list(await ledger.money.costs(by))


async def test_costs_of_a_time(ledger: Ledger) -> None:
    """The beginning belongs to the time asked for, its end does not."""
    days = [NOON - timedelta(hours=12), NOON + timedelta(hours=12), NOON + timedelta(hours=36)]
    first = await ledger.money.costs(By.DAY, since=days[0], until=days[1])
    second = await ledger.money.costs(By.DAY, since=days[1], until=days[2])
    assert [[line("2026-11-23", **FIRST)], [line("2026-11-24", **SECOND)]] == [list(first), list(second)]
    assert () == await ledger.money.costs(By.DAY, since=days[2])
    assert len(await ledger.money.costs(By.DAY, until=NOON)) == 0


async def test_currencies_are_never_added_up(ledger: Ledger) -> None:
    """A group that was billed in two currencies has a line for each."""
    render = (await claim(ledger, spec("dollars"), campaign_id="b", variant="dollars")).render
    await ledger.change(step(await queued(ledger, render), S.SUCCEEDED, {**REPORTED, "charge_currency": "USD"}))
    lines = [one for one in await ledger.money.costs(By.CAMPAIGN) if one.group == "b"]
    assert {("CNY", PRICE), ("USD", Decimal(2))} == {(one.currency, one.spent) for one in lines}


async def test_a_limit_set_again_replaces_the_first(ledger: Ledger) -> None:
    """The newest word counts, and who said it is on record; what is spent stays."""
    await limited(ledger, Scope.COST_CENTRE, "42", "5")
    await limited(ledger, Scope.COST_CENTRE, "42", "1")
    (limit,) = await ledger.money.limits()
    assert (Decimal(1), "lin") == (limit.amount, limit.set_by)
    account = await ledger.money.account(Scope.COST_CENTRE, "42", "CNY")
    assert (Weight(Decimal(2), PRICE), Decimal(1)) == (account.weight, account.limit)


async def test_the_overview_shows_what_an_operator_watches(ledger: Ledger) -> None:
    """Every cost centre, the day, and each campaign that has not ended; a limit nobody used yet too."""
    await limited(ledger, Scope.DAY, "", "100")
    await limited(ledger, Scope.COST_CENTRE, "new", "7")
    await ledger.close_campaign("b", "Delivered")
    shown = await ledger.money.overview("2026-11-24")
    assert [
        Account(AccountKey(Scope.CAMPAIGN, "a", "CNY"), Weight(Decimal(2), PRICE), None),
        Account(AccountKey(Scope.COST_CENTRE, "", "CNY"), Weight(PRICE), None),
        Account(AccountKey(Scope.COST_CENTRE, "42", "CNY"), Weight(Decimal(2), PRICE), None),
        Account(AccountKey(Scope.COST_CENTRE, "new", "CNY"), Weight(), Decimal(7)),
        Account(AccountKey(Scope.DAY, "2026-11-24", "CNY"), Weight(PRICE, PRICE), Decimal(100)),
    ] == list(shown)


async def test_a_day_nobody_spent_on_shows_its_limit(ledger: Ledger) -> None:
    """The limit of every day stands also on a day without a submit."""
    await limited(ledger, Scope.DAY, "", "100")
    (today,) = [one for one in await ledger.money.overview("2026-12-01") if one.key.scope is Scope.DAY]
    assert ("2026-12-01", Weight(), Decimal(100)) == (today.key.key, today.weight, today.limit)
