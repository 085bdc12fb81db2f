"""Budgets refuse a film and lose nothing, and what was bought before is named."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.flows.stage import MODEL, PROVIDER, Stage, small
from workprint.budgets import Limit, Scope
from workprint.models import model_facts
from workprint.quotes import Quote, quote
from workprint.spec import Kind
from workprint.states import RenderState

pytestmark = pytest.mark.flow

CENTRE = "films-2026"
TWO = small("one", "two", cost_centre=CENTRE)


def quoted() -> Quote:
    return quote(TWO, model_facts(MODEL, "ark"), PROVIDER)


async def limited(stage: Stage, amount: Decimal) -> None:
    limit = Limit(Scope.COST_CENTRE, CENTRE, "CNY", amount, "lin", datetime.now(UTC))
    await stage.ledger.money.set_limit(limit)


async def test_a_campaign_over_a_budget_ends_with_its_name(stage: Stage) -> None:
    """Drafts that no longer fit are not sent, the run fails as `Over budget`, its table and report say the four numbers
    in both languages, and the bill is empty.
    """
    await limited(stage, Decimal("0.01"))
    run_id = await stage.open(TWO)
    state = await stage.perform(run_id)
    assert ("Over budget", True, "2 over budget") == (state.name, state.is_failed(), state.message)
    assert "Over budget" == (await stage.ledger.campaign(run_id)).state
    assert {RenderState.PLANNED} == {claim.render.state for claim in await stage.ledger.claims(run_id)}
    table = str((await stage.artifact(run_id, f"variants-{run_id}")).data)
    told = str((await stage.artifact(run_id, f"report-{run_id}")).data)
    for words in ("is 0.01 CNY: 0.00 spent, 0.00 reserved", "workprint budget set"):
        assert words in table
        assert words in told
    assert "over budget · 超出预算" in told
    assert [] == await stage.sandbox.tasks()


async def test_a_chinese_campaign_reads_why_in_chinese(stage: Stage) -> None:
    """The report of a Chinese brief names limit, spent, reserved and asked in Chinese."""
    await limited(stage, Decimal("0.01"))
    run_id = await stage.open(small(cost_centre=CENTRE, language="zh-CN"))
    await stage.perform(run_id)
    told = str((await stage.artifact(run_id, f"report-{run_id}")).data)
    assert f"成本中心 {CENTRE} 的预算为 0.01 CNY：已花费 0.00，已预留 0.00" in told


async def test_what_fits_goes_on_and_a_retry_does_the_rest(stage: Stage) -> None:
    """With money for one draft the other waits, the gate asks about the one that is there, and after the limit is
    raised a retry drafts, asks and delivers the rest: every film paid once.
    """
    draft = quoted().lines[0].draft
    assert draft is not None
    await limited(stage, draft.amount)
    run_id = await stage.to_gate(TWO)
    (drafted,) = await stage.ledger.in_state(RenderState.ARCHIVED, campaign_id=run_id)
    await stage.answer(run_id, "approve_all")
    state = await stage.perform(run_id)
    assert ("Over budget", "2 over budget") == (state.name, state.message)
    await limited(stage, quoted().total)
    assert (await stage.again(run_id)).is_paused()
    await stage.answer(run_id, "approve_all")
    assert "Delivered" == (await stage.perform(run_id)).name
    assert (4, 1) == (len(await stage.charges()), (await stage.ledger.get(drafted.id)).attempts)
    account = await stage.ledger.money.account(Scope.COST_CENTRE, CENTRE, "CNY")
    spent = sum((Decimal(line["amount"]) for line in await stage.charges()), Decimal(0))
    assert (spent, Decimal(0)) == (account.weight.spent, account.weight.reserved)


async def test_a_double_click_is_one_charge_and_says_so(stage: Stage) -> None:
    """Run twice with the same brief, the second campaign is told which render it adopted, which campaign bought it, and
    that nothing was charged to it; its own account stays empty.
    """
    first, _ = await stage.through(small())
    paid = await stage.charges()
    second, state = await stage.through(small())
    assert ("Delivered", paid) == (state.name, await stage.charges())
    final = await stage.render(first, "hero", Kind.FINAL)
    told = str((await stage.artifact(second, f"report-{second}")).data)
    assert f"render {final.id}, bought by campaign {first}; nothing was charged here" in told
    assert "本活动未产生费用" in told
    row = str((await stage.artifact(second, f"variants-{second}")).data)
    assert f"final {final.id}: campaign {first}, not charged here" in row
    account = await stage.ledger.money.account(Scope.CAMPAIGN, second, "CNY")
    assert Decimal(0) == account.weight.total


async def test_only_a_new_take_pays_again(stage: Stage) -> None:
    """The same brief with one take more pays for that take alone."""
    await stage.to_gate(small())
    assert 1 == len(await stage.charges())
    run_id = await stage.to_gate(small(takes=2))
    assert 2 == len(await stage.charges())
    assert [True, False] == [claim.adopted for claim in await stage.ledger.claims(run_id)]
