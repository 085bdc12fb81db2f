"""A campaign whose first provider refuses goes on at the second, on a real Prefect server with two sandboxes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from deployments.boards import board_in
from deployments.sandbox.testing import Sandbox, running_sandbox
from flows.rescue import rescue
from tasks import submit
from tasks.house import House
from tests.flows.stage import IMPATIENT, PROVIDER, Stage, save, shot, small
from tests.tasks.orders import draft_order
from workprint.brief import Brief
from workprint.models import model_facts
from workprint.plan import Plan
from workprint.quotes import quote
from workprint.render import Render
from workprint.spec import Kind
from workprint.states import RenderState

pytestmark = pytest.mark.flow

#: The second block's model: dearer, and it makes finals from the same inputs once more.
OTHER = "doubao-seedance-2-0-260128"
#: A model that makes no sound.
SILENT = "doubao-seedance-1-0-pro-250528"


def overdue(shot: str = "") -> dict[str, Any]:
    """The account is overdue whenever this shot is asked for."""
    return {"fault": "overdue_account", "match": {"prompt": f"named {shot}"}, "times": 0}


def two_blocks(*shots: str, **changes: Any) -> Brief:
    return small(*shots, fallbacks=["backup"], **changes)


@dataclass(frozen=True)
class Pair:
    """The stage, and the provider that is asked second."""

    stage: Stage
    second: Sandbox

    async def charged(self) -> list[int]:
        """How many films each of the two has on its bill."""
        return [len((await one.bill())["charges"]) for one in (self.stage.sandbox, self.second)]

    async def made_by(self, run_id: str, shot: str) -> list[str]:
        """Who made the draft and the final of a shot."""
        renders: list[Render] = [await self.stage.render(run_id, shot, kind) for kind in Kind]
        return [render.spec.provider for render in renders]

    async def report(self, run_id: str) -> str:
        return str((await self.stage.artifact(run_id, f"report-{run_id}")).data)


@pytest.fixture
async def pair(stage: Stage, tmp_path: Path) -> AsyncIterator[Pair]:
    async with running_sandbox(tmp_path / "second", latency=0.1) as second:
        changes = {"base_url": second.base_url, "api_key": SecretStr(second.key), "model": OTHER}
        await save("backup", stage.provider.model_copy(update=changes))
        yield Pair(stage, second)


async def test_what_is_refused_is_delivered_by_the_next(pair: Pair) -> None:
    """The refused draft is made by the second block and its final follows it there, the other film stays where it is,
    each is paid once, the report says why, and a run from the top changes nothing.
    """
    await pair.stage.sandbox.faults(overdue("one"))
    run_id, state = await pair.stage.through(two_blocks("one", "two"))
    assert "Delivered" == state.name, state
    assert [["backup"] * 2, [PROVIDER] * 2] == [await pair.made_by(run_id, shot) for shot in ("one", "two")]
    assert [2, 2] == await pair.charged()
    final = await pair.stage.render(run_id, "one", Kind.FINAL)
    assert (OTHER, False) == (final.spec.model, final.spec.native)
    told = await pair.report(run_id)
    assert f"switched to backup ({OTHER}): refused with quota AccountOverdueError" in told
    assert "已更换供应商" in told
    assert "Delivered" == (await pair.stage.again(run_id)).name
    assert [2, 2] == await pair.charged()


async def test_the_terminal_knows_who_made_a_draft(pair: Pair) -> None:
    """The board that the commands read from the ledger prices a film at the block that serves it."""
    await pair.stage.sandbox.faults(overdue("one"))
    run_id = await pair.stage.to_gate(two_blocks("one", "two"))
    board = board_in(await pair.stage.ledger.find(run_id), run_id)
    assert board is not None
    finals = [board.plan.final(variant) for variant in board.waiting]
    assert ["backup", PROVIDER] == [final.provider for final in finals]
    assert [model_facts(final.model, "ark").price(final).amount for final in finals] == [
        board.plan.price(final) for final in finals
    ]


async def test_a_block_the_budget_does_not_allow_is_not_asked(pair: Pair) -> None:
    """With a budget of just the quote the dearer block is not asked, the campaign fails, and the report says why."""
    await pair.stage.sandbox.faults(overdue())
    total = quote(small(), model_facts(pair.stage.provider.model, "ark"), PROVIDER).total
    brief = two_blocks(budget={"amount": str(total.quantize(Decimal("0.01"), "ROUND_CEILING"))})
    run_id = await pair.stage.open(brief)
    assert "Failed" == (await pair.stage.perform(run_id)).name
    told = await pair.report(run_id)
    assert f"not switched to backup ({OTHER})" in told
    assert f"its budget is {brief.budget.amount} CNY · 超出预算" in told
    assert [0, 0] == await pair.charged()


async def test_a_process_that_died_before_the_switch_is_followed_by_one_that_makes_it(pair: Pair) -> None:
    """A run whose process is gone between refusal and switch reaches its gate from the top, and asks the first provider
    no more.
    """
    await pair.stage.sandbox.faults(overdue())
    brief = two_blocks()
    run_id = await pair.stage.open(brief)
    house = await House.open(PROVIDER, brief.fallbacks)
    try:
        plan = Plan(run_id, brief, house.facts, {"hero": ()}, house.fallbacks)
        claimed = await submit.claim(house, await draft_order(house, plan))
        refused = await submit.submitted(house, claimed)
    finally:
        await house.close()
    assert (await pair.stage.perform(run_id)).is_paused()
    draft = await pair.stage.render(run_id, "hero", Kind.DRAFT)
    assert (refused.id, "backup", RenderState.ARCHIVED) == (draft.retry_of, draft.spec.provider, draft.state)
    assert 1 == (await pair.stage.ledger.get(refused.id)).attempts
    assert [0, 1] == await pair.charged()


async def test_without_drafts_the_gate_names_who_else_may_make_it(pair: Pair) -> None:
    """The form says who makes a refused film and for how much, and after the yes the second block delivers it."""
    await pair.stage.sandbox.faults(overdue())
    run_id = await pair.stage.to_gate(two_blocks(draft={"enabled": False}))
    form = await pair.stage.form(run_id)
    assert f"backup ({OTHER}): all of them at most" in form
    await pair.stage.answer(run_id, "approve_all")
    assert "Delivered" == (await pair.stage.perform(run_id)).name
    assert [0, 1] == await pair.charged()
    assert 1 == (await pair.report(run_id)).count("approved by")


async def test_a_gate_over_a_draft_of_the_second_block_is_closed_by_rescue(pair: Pair) -> None:
    """Rescue denies a gate that waits over a film of a fallback, and the run ends as Rejected."""
    await pair.stage.sandbox.faults(overdue())
    run_id = await pair.stage.to_gate(two_blocks(**IMPATIENT))
    await pair.stage.past_its_deadline(run_id)
    state = await rescue(return_state=True)
    assert "1 gate closed" in (state.message or "")
    assert "Rejected" == (await pair.stage.perform(run_id)).name
    assert [0, 1] == await pair.charged()


async def test_a_fallback_nobody_made_is_named(pair: Pair) -> None:
    """A brief whose list names a block that is not there fails on that place of the list."""
    run_id = await pair.stage.open(small(fallbacks=["backup", "elsewhere"]))
    state = await pair.stage.perform(run_id)
    assert "fallbacks[1]: there is no provider block 'elsewhere'" in (state.message or "")


async def test_a_fallback_that_cannot_make_it_is_named(pair: Pair) -> None:
    """A brief that the second block's model cannot make is refused with the field, and nothing is spent anywhere."""
    await save("backup", pair.stage.provider.model_copy(update={"model": SILENT}))
    run_id = await pair.stage.open(two_blocks(shots=[shot("hero", audio="generate")]))
    state = await pair.stage.perform(run_id)
    assert "Brief refused" == state.name
    assert "fallbacks[0]: backup could not make this brief: shots[0].audio" in (state.message or "")
    assert [0, 0] == await pair.charged()
