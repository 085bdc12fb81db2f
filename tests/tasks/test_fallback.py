"""The switch to another provider, between two real ones, without Prefect: when, at what price, and only once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from prefect.logging import disable_run_logger
from pydantic import SecretStr

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox, running_sandbox
from tasks import submit
from tasks.board import board_of
from tasks.cancel import end_campaign
from tasks.fallback import switch, told
from tasks.house import House
from tasks.retrying import Again
from tests.tasks.approved import heard
from tests.tasks.orders import MODEL, Opener, draft_order, small_plan
from workprint import steps
from workprint.cancelling import Outcome
from workprint.charges import ChargeState
from workprint.failures import FailureKind
from workprint.orders import Order
from workprint.outcomes import Observation, Unanswered
from workprint.plan import Plan
from workprint.render import Event, Render, Source
from workprint.spec import Kind
from workprint.states import RenderState

MEI = steps.Actor("mei", Source.PERSON)
S = RenderState
#: Every submit of the first provider is refused with this.
OVERDUE = {"fault": "overdue_account", "match": {"prompt": ""}, "times": 0}
THROTTLED = {"fault": "too_many_requests", "match": {"prompt": ""}, "times": 0, "retry_after": 0}
LOADING = {"fault": "ok_with_error_body", "match": {"prompt": ""}, "times": 0, "code": "ModelLoadingError"}
LOST = {"fault": "accept_then_timeout", "match": {"prompt": ""}, "hold": 0.1}


@pytest.fixture
async def second(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """The provider that is asked when the first refuses."""
    async with running_sandbox(tmp_path / "second") as running:
        yield running


@pytest.fixture(autouse=True)
def _outside_of_runs() -> Iterator[None]:
    with disable_run_logger():
        yield


@dataclass(frozen=True)
class Two:
    """A process whose brief names a second block."""

    house: House
    plan: Plan

    async def first_order(self) -> Order:
        """The draft of the first film, at the brief's own block."""
        return await draft_order(self.house, self.plan)

    async def posted(self, order: Order) -> Render:
        """The order's render past its submit, sent again as often as its class allows."""
        house = self.house.at(order.spec.provider)
        render = await submit.claim(house, order)
        while True:
            with suppress(Again):
                return await submit.submitted(house, await self.house.ledger.get(render.id))

    async def switched(self, order: Order) -> Order | None:
        """What the task says to a refused order."""
        following: Order | None = await switch.fn(self.house, self.plan, order)
        return following

    async def notes(self, render: Render) -> list[str]:
        """What was said of a render beside its steps, and at its birth."""
        events: tuple[Event, ...] = await self.house.ledger.events(render.id)
        return [event.note for event in events if event.note and event.before in {None, event.after}]


Opened = Any


@pytest.fixture
def two(another_house: Opener, second: Sandbox) -> Opened:
    """Opens a process over both providers; `model` is the second one's, everything else is of the brief."""

    async def opened(model: str = MODEL, **changes: Any) -> Two:
        house = await another_house()
        block = VideoProvider(base_url=second.base_url, api_key=SecretStr(second.key), model=model, read_timeout=2.0)
        house.beside("backup", block)
        plan = small_plan(fallbacks=["backup"], **changes)
        return Two(house, replace(plan, fallbacks=house.fallbacks))

    return opened


async def test_an_overdue_account_is_left_for_the_next(sandbox: Sandbox, second: Sandbox, two: Opened) -> None:
    """A draft refused for money is ordered and taken at the second block as a new render that names the refused one,
    both say so with reason and prices, and only the second provider has a task.
    """
    await sandbox.faults(OVERDUE)
    process = await two()
    order = await process.first_order()
    refused = await process.posted(order)
    assert (S.FAILED, FailureKind.QUOTA, ChargeState.NOT_CHARGED) == (
        refused.state,
        refused.failure_kind,
        refused.charge_state,
    )
    following = await process.switched(order)
    assert following is not None
    taken = await process.posted(following)
    assert (S.QUEUED, "backup", refused.id) == (taken.state, taken.spec.provider, taken.retry_of)
    assert ([], 1) == (await sandbox.tasks(), len(await second.tasks()))
    (made,), (born,) = await process.notes(refused), await process.notes(taken)
    assert made.startswith(f"switched to backup ({MODEL}): refused with quota AccountOverdueError, highest price ")
    assert born.startswith(f"in place of {refused.id} at sandbox: refused with quota AccountOverdueError")
    (line,) = await told(process.house, await board_of(process.house, process.plan))
    assert made in line
    assert "已更换供应商" in line


async def test_a_busy_provider_is_left_after_its_retries(sandbox: Sandbox, two: Opened) -> None:
    """Throttled POST after POST the render fails only when its class is exhausted, and goes to the next block then,
    without a second render at the first.
    """
    await sandbox.faults(THROTTLED)
    process = await two()
    order = await process.first_order()
    refused = await process.posted(order)
    assert (FailureKind.RATE_LIMIT, 9) == (refused.failure_kind, refused.attempts)
    assert refused.id == (await submit.claim(process.house, order)).id
    assert await process.switched(order) is not None


@pytest.mark.parametrize("down", [False, True], ids=["upstream", "network"])
async def test_a_provider_that_is_down_is_left_after_its_retries(sandbox: Sandbox, two: Opened, down: bool) -> None:
    """A model that cannot be loaded, or a port nobody listens at, is left once the last POST its class allows has
    failed, and not before; no second render is made there.
    """
    await sandbox.faults(LOADING)
    process = await two()
    if down:  # a port of the loopback that no server gives out: nothing listens there
        process.house.provider = process.house.provider.model_copy(update={"base_url": "http://127.0.0.1:1"})
    order = await process.first_order()
    render = await submit.claim(process.house, order)
    with pytest.raises(Again):
        await asyncio.wait_for(_sent(process, render, attempts=0), 30)
    assert await process.switched(order) is None
    refused = await _sent(process, render, attempts=99)
    kind = FailureKind.NETWORK if down else FailureKind.UPSTREAM
    assert (S.FAILED, kind) == (refused.state, refused.failure_kind)
    assert refused.id == (await submit.claim(process.house, order)).id
    assert await process.switched(order) is not None


async def _sent(process: Two, render: Render, attempts: int) -> Render:
    """One POST of a planned render that was sent so often before."""
    note, facts = "as after so many tries", {"attempts": attempts}
    given = await process.house.ledger.record(render.id, source=Source.SUBMIT, actor="test", note=note, facts=facts)
    return await submit.submitted(process.house, given)


async def test_what_was_taken_is_never_bought_elsewhere(sandbox: Sandbox, second: Sandbox, two: Opened) -> None:
    """A submit whose answer is lost is looked for where it was sent: neither while it is unknown nor when it is found
    is the second provider asked.
    """
    await sandbox.faults(LOST)
    process = await two()
    order = await process.first_order()
    render = await submit.claim(process.house, order)
    sent = await process.house.ledger.change(steps.submitting(render, MEI))
    answer = await process.house.provider.submit(sent.spec, {}, client_ref=sent.client_ref)
    assert isinstance(answer, Unanswered)
    await process.house.ledger.change(steps.unanswered(sent, answer, MEI))
    assert await process.switched(order) is None
    assert S.QUEUED is (await process.posted(order)).state
    assert await process.switched(order) is None
    assert (1, []) == (len(await sandbox.tasks()), await second.tasks())


async def test_refused_words_are_not_offered_to_others(sandbox: Sandbox, second: Sandbox, two: Opened) -> None:
    """What the first provider's content policy refuses is not sent to another."""
    shot = small_plan().brief.shots[0].model_dump(mode="json") | {"prompt": "gore everywhere"}
    process = await two(shots=[shot])
    order = await process.first_order()
    assert FailureKind.CONTENT_POLICY is (await process.posted(order)).failure_kind
    assert await process.switched(order) is None
    assert ([], []) == (await sandbox.tasks(), await second.tasks())


async def test_a_block_that_is_too_dear_is_passed_over(sandbox: Sandbox, two: Opened) -> None:
    """With money for one film at the dearer block the first refused one goes there, the second stays failed, and the
    reason with both sums is on record once, however often it is asked.
    """
    await sandbox.faults(OVERDUE)
    dearer = "doubao-seedance-2-0-260128"
    wanted = {"ratios": ["16:9", "9:16"], "draft": {"resolution": "480p"}}
    cheap, dear = (await two()).house.facts, (await two(model=dearer)).plan.fallbacks[0]
    sample = small_plan(**wanted)
    both, one_there = sample.quote_at(sample.choices[0]).total, sample.quote_at(dear).total
    assert cheap.currency == "CNY"
    assert both < one_there
    process = await two(model=dearer, budget={"amount": str((one_there * 3 / 4).quantize(Decimal("0.01")))}, **wanted)
    await process.first_order()
    orders = [process.plan.draft_order(variant) for variant in process.plan.variants()]
    refused = [await process.posted(order) for order in orders]
    first, other = await asyncio.gather(*(process.switched(order) for order in orders))
    assert (True, None) == (first is not None, other)
    assert await process.switched(orders[1]) is None
    (note,) = await process.notes(refused[1])
    assert note.startswith(f"not switched to backup ({dearer}): refused with quota")
    assert f"its budget is {process.plan.brief.budget.amount} CNY" in note
    lines = await told(process.house, await board_of(process.house, process.plan))
    assert [True, False] == ["超出预算" not in line for line in lines]


async def test_a_run_from_the_top_goes_on_where_it_was(sandbox: Sandbox, second: Sandbox, two: Opened) -> None:
    """A process that dies after the switch is followed by one that reads the second block's render from the ledger and
    asks the first provider no more.
    """
    await sandbox.faults(OVERDUE)
    process = await two()
    order = await process.first_order()
    refused = await process.posted(order)
    following = await process.switched(order)
    again = await two()
    board = await board_of(again.house, again.plan)
    (variant,) = board.to_draft
    anew = board.plan.draft_order(variant)
    assert (following.spec, None) == (anew.spec, anew.retry_of)
    taken = await again.posted(anew)
    assert (refused.id, S.QUEUED, 1) == (taken.retry_of, taken.state, len(await second.tasks()))
    assert 1 == (await again.house.ledger.get(refused.id)).attempts


async def test_a_run_that_died_between_refusal_and_switch_decides_again(sandbox: Sandbox, two: Opened) -> None:
    """From the top, a refused draft is still to be made, and the same order follows from it, noted once."""
    await sandbox.faults(OVERDUE)
    process = await two()
    order = await process.first_order()
    refused = await process.posted(order)
    again = await two()
    board = await board_of(again.house, again.plan)
    (variant,) = board.to_draft
    assert order == board.plan.draft_order(variant)
    assert refused == await again.posted(order)
    assert "backup" == (await again.switched(order)).spec.provider
    assert 1 == len(await again.notes(refused))


async def test_two_processes_switch_to_one_render(sandbox: Sandbox, second: Sandbox, two: Opened) -> None:
    """Of two processes at one run both go on with the same render at the second block, which gets one task."""
    await sandbox.faults(OVERDUE)
    processes = [await two(), await two()]
    order = await processes[0].first_order()
    await processes[0].posted(order)
    following = await asyncio.gather(*(process.switched(order) for process in processes))
    ends = await asyncio.gather(*(p.posted(f) for p, f in zip(processes, following, strict=True)))
    assert (1, 1) == (len({render.id for render in ends}), len(await second.tasks()))


async def test_the_second_provider_has_its_own_second_try(sandbox: Sandbox, two: Opened) -> None:
    """A model that fails free of charge at the second block is ordered there once more, and not a third time."""
    await sandbox.faults(OVERDUE)
    process = await two()
    order = await process.first_order()
    await process.posted(order)
    following = await process.switched(order)
    tries = [await _failing(process, following) for _ in range(3)]
    assert [tries[0].id, tries[1].id] == [tries[1].retry_of, tries[2].id]
    assert {"backup"} == {render.spec.provider for render in tries}


async def _failing(process: Two, order: Order) -> Render:
    """The render that serves the order, once the model has failed."""
    render = await process.posted(order)
    seen = Observation(task_id=render.task_id or "", state=S.FAILED, code="failed", raw="{}")
    change = steps.observed(render, seen, process.house.at("backup").facts, MEI)
    return await process.house.ledger.change(change) if change and render.state is S.QUEUED else render


async def test_a_direct_final_moves_with_an_approval_of_its_own(sandbox: Sandbox, second: Sandbox, two: Opened) -> None:
    """A yes to a film without a draft covers each block's own film and price; refused by the first, the film is ordered
    at the second under that approval.
    """
    await sandbox.faults(OVERDUE)
    process = await two(draft={"enabled": False})
    await process.first_order()
    board = await board_of(process.house, process.plan)
    assert (await heard(process.house, board)).enough
    board = await board_of(process.house, process.plan)
    ((variant, approval),) = board.approved
    order = board.plan.final_order(variant, approval)
    await process.posted(order)
    following = await process.switched(order)
    taken = await process.posted(following)
    assert (Kind.FINAL, "backup", S.QUEUED) == (taken.kind, taken.spec.provider, taken.state)
    own, other = await process.house.ledger.approvals(process.plan.campaign_id)
    assert {taken.approval_id} == {own.id, other.id} - {approval.id}
    assert (1, []) == (len(await second.tasks()), await sandbox.tasks())


async def test_each_film_is_cancelled_where_it_waits(sandbox: Sandbox, two: Opened, tmp_path: Path) -> None:
    """Cancelling a campaign whose films wait at two providers asks each of them for its own."""
    process = await two(ratios=["16:9", "9:16"])
    await process.first_order()
    one, other = (process.plan.draft_order(variant) for variant in process.plan.variants())
    await process.posted(one)
    await sandbox.faults(OVERDUE)
    await process.posted(other)
    await process.posted(await process.switched(other))

    async def block(name: str) -> VideoProvider:
        return process.house.at(name).provider

    found = await end_campaign(process.house.ledger, block, process.plan.campaign_id, MEI)
    assert {"sandbox", "backup"} == {said.render.spec.provider for said in found}
    assert {Outcome.CONFIRMED, Outcome.TOO_LATE} >= {said.outcome for said in found}


async def test_a_lost_submit_is_found_at_the_second_provider(sandbox: Sandbox, second: Sandbox, two: Opened) -> None:
    """An answer lost by the second provider is looked for in that one's list."""
    await sandbox.faults(OVERDUE)
    await second.faults(LOST)
    process = await two()
    order = await process.first_order()
    await process.posted(order)
    taken = await process.posted(await process.switched(order))
    assert (S.QUEUED, 1) == (taken.state, len(await second.tasks()))
    assert S.UNKNOWN in [event.after for event in await process.house.ledger.events(taken.id)]
