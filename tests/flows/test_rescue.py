"""What a run left behind is finished by rescue: on a real Prefect server, sandbox, bucket and ledger."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Crashed

from deployments.sandbox.settings import CONCURRENCY
from flows.rescue import rescue
from tasks import submit
from tasks.house import House
from tests.flows.stage import IMPATIENT, LEASE, PROVIDER, Stage, small
from tests.tasks.orders import draft_order, until
from workprint import steps
from workprint.brief import Brief
from workprint.charges import ChargeState
from workprint.orders import Order
from workprint.plan import Plan
from workprint.render import Decision, Render, Source
from workprint.spec import Kind
from workprint.states import RenderState

pytestmark = pytest.mark.flow

S = RenderState


async def one_pass() -> State:
    """Rescue, once."""
    state: State = await rescue(return_state=True)
    assert state.is_completed(), state
    return state


@asynccontextmanager
async def a_process(stage: Stage, brief: Brief) -> AsyncIterator[tuple[House, Order, str]]:
    """A process at work on a run, which ends without finishing anything: the run's draft is ordered by the test."""
    run_id = await stage.open(brief)
    house = await House.open(PROVIDER)
    try:
        plan = Plan(run_id, brief, house.facts, {shot.name: () for shot in brief.shots})
        order = await draft_order(house, plan)
        await house.ledger.runs.hold(run_id, house.holder)
        yield house, order, run_id
    finally:
        await house.close()


async def crashed(run_id: str) -> None:
    """What the worker reports of a run whose process it lost, and so long ago that rescue believes it."""
    async with get_client() as client:
        await client.set_flow_run_state(UUID(run_id), Crashed(message="killed"), force=True)
    now = datetime.now(UTC)

    async def long_ago() -> bool:
        return datetime.now(UTC) - now > timedelta(seconds=LEASE)

    await until(long_ago)


async def rendered(stage: Stage, render: Render) -> None:
    """Wait until the provider has the film."""

    async def there() -> bool:
        return any(t["id"] == render.task_id and t["status"] == "succeeded" for t in await stage.sandbox.tasks())

    await until(there)


async def test_a_paid_draft_comes_home_and_its_run_goes_on(stage: Stage) -> None:
    """The draft of a dead process is noticed and archived in one pass, and its run is started again up to its gate."""
    async with a_process(stage, small()) as (house, order, run_id):
        render = await submit.submitted(house, await submit.claim(house, order))
        await rendered(stage, render)
    await crashed(run_id)
    state = await one_pass()
    assert S.ARCHIVED is (await stage.ledger.get(render.id)).state
    assert "1 archived, 1 run scheduled" in (state.message or "")
    assert [Source.RESCUE] == [e.source for e in await stage.ledger.events(render.id) if e.after is S.SUCCEEDED]
    assert (await stage.state(run_id)).is_scheduled()
    assert (await stage.perform(run_id)).is_paused()
    assert 1 == len(await stage.charges())


async def test_a_run_is_started_again_once(stage: Stage) -> None:
    """A run that dies a second time is left to a person."""
    async with a_process(stage, small()) as (_, _, run_id):
        pass
    await crashed(run_id)
    assert "1 run scheduled" in ((await one_pass()).message or "")
    await crashed(run_id)
    assert "all is well" == (await one_pass()).message
    assert (await stage.state(run_id)).is_crashed()


async def test_a_living_process_is_left_alone(stage: Stage) -> None:
    """What a process with a lease looks after is not touched, however long it takes."""
    async with a_process(stage, small()) as (house, order, _):
        render = await submit.submitted(house, await submit.claim(house, order))
        await rendered(stage, render)
        assert "all is well" == (await one_pass()).message
        assert S.QUEUED is (await stage.ledger.get(render.id)).state


async def test_a_lost_submit_is_found(stage: Stage) -> None:
    """A POST whose process died before it wrote the answer down is found by our reference, and the film comes home."""
    await stage.sandbox.faults()
    async with a_process(stage, small()) as (house, order, _):
        planned = await submit.claim(house, order)
        await house.ledger.change(steps.submitting(planned, submit.ACTOR, house.holder))
        await house.provider.submit(planned.spec, {}, client_ref=planned.client_ref)
    patience = timedelta(seconds=house.provider.connect_timeout + house.provider.read_timeout)
    sent = (await stage.ledger.get(planned.id)).submitted_at or datetime.now(UTC)

    async def taken_for_dead() -> bool:
        return datetime.now(UTC) > sent + patience + timedelta(seconds=1)

    await until(taken_for_dead)

    async def home() -> bool:
        await one_pass()
        return (await stage.ledger.get(planned.id)).state is S.ARCHIVED

    await until(home)
    path = [event.after for event in await stage.ledger.events(planned.id)]
    assert [S.SUBMITTING, S.UNKNOWN, S.QUEUED] == path[1:4]
    assert 1 == len(await stage.charges())


async def test_two_at_once_do_nothing_twice(stage: Stage) -> None:
    """Two passes at the same moment bring a film home once."""
    async with a_process(stage, small()) as (house, order, _):
        render = await submit.submitted(house, await submit.claim(house, order))
        await rendered(stage, render)
    await asyncio.gather(one_pass(), one_pass())
    await one_pass()
    path = [event.after for event in await stage.ledger.events(render.id) if event.before is not event.after]
    assert (S.ARCHIVED, len(set(path))) == (path[-1], len(path))
    assert 1 == len(await stage.ledger.assets(render.id))


async def test_a_gate_nobody_answers_is_closed_with_no(stage: Stage) -> None:
    """Past its deadline a gate is answered with a rejection on record, and the run ends as Rejected."""
    run_id = await stage.to_gate(small(**IMPATIENT))
    await stage.past_its_deadline(run_id)
    assert "1 gate closed" in ((await one_pass()).message or "")
    assert "Rejected" == (await stage.perform(run_id)).name
    (approval,) = await stage.ledger.approvals(run_id)
    assert (Decision.REJECTED, "deadline") == (approval.decision, approval.actor)
    assert 0 == len(await stage.charges(draft=False))


async def test_an_open_gate_waits(stage: Stage) -> None:
    """Before its deadline a gate is nobody's business but the approver's."""
    run_id = await stage.to_gate(small())
    assert "all is well" == (await one_pass()).message
    assert (await stage.state(run_id)).is_paused()


async def test_an_answered_gate_is_not_closed(stage: Stage) -> None:
    """An answer that came before rescue stands, also when the run has not read it yet."""
    run_id = await stage.to_gate(small(**IMPATIENT))
    await stage.answer(run_id, "approve_all")
    await stage.past_its_deadline(run_id)
    assert "all is well" == (await one_pass()).message
    assert "Delivered" == (await stage.perform(run_id)).name


async def test_a_link_past_its_end_is_told(stage: Stage) -> None:
    """A film whose link ended before anybody fetched it is link_expired, with a warning on record before that."""
    await stage.sandbox.faults({"fault": "expired_link"})
    async with a_process(stage, small()) as (house, order, _):
        render = await submit.submitted(house, await submit.claim(house, order))
        await rendered(stage, render)
    state = await one_pass()
    assert "1 link expired" in (state.message or "")
    notes = [event.note for event in await stage.ledger.events(render.id)]
    assert any(note.startswith("warning: the link ends") for note in notes)


async def test_the_film_of_a_final_goes_through_moderation(stage: Stage) -> None:
    """A final left behind by its run is moderated, delivered and manifested by rescue, and its run reports it."""
    run_id = await stage.to_gate(small())
    await stage.answer(run_id, "approve_all")
    async with _dying_after_the_final(stage, run_id) as render:
        await rendered(stage, render)
    await crashed(run_id)
    await one_pass()
    after = await stage.ledger.get(render.id)
    (asset,) = await stage.ledger.assets(render.id)
    assert (S.ARCHIVED, "passed", "delivery") == (after.state, after.moderation, asset.place)
    assert "Delivered" == (await stage.perform(run_id)).name


async def test_a_cancelled_run_without_a_process_is_cancelled_at_the_provider(stage: Stage) -> None:
    """What a run left queued when it was cancelled with no process to hear of it, rescue cancels, free of charge."""
    await stage.sandbox.faults({"fault": "never_ends", "match": {"prompt": "named busy"}, "times": 0, "hold": 3600})
    await _fill_the_queue(stage)
    async with a_process(stage, small("late")) as (house, order, run_id):
        render = await submit.submitted(house, await submit.claim(house, order))
    async with get_client() as client:
        await client.set_flow_run_state(UUID(run_id), Cancelled(), force=True)
    assert "1 cancelled" in ((await one_pass()).message or "")
    after = await stage.ledger.get(render.id)
    assert (S.CANCELLED, ChargeState.NOT_CHARGED, "confirmed") == (after.state, after.charge_state, after.cancel_state)
    assert "Cancelled" == (await stage.ledger.campaign(run_id)).state


async def _fill_the_queue(stage: Stage) -> None:
    """As many renders that never end as the sandbox runs at once: whatever comes after them stays queued."""
    names = [f"busy{n}" for n in range(CONCURRENCY)]
    async with a_process(stage, small(*names)) as (house, first, _):
        plan = Plan(first.campaign_id, small(*names), house.facts, dict.fromkeys(names, ()))
        for variant in plan.variants():
            await submit.submitted(house, await submit.claim(house, plan.draft_order(variant)))


@asynccontextmanager
async def _dying_after_the_final(stage: Stage, run_id: str) -> AsyncIterator[Render]:
    """A process that wrote the approval down, bought the final, and is gone."""
    from tasks.board import board_of
    from tests.tasks.approved import heard

    campaign = await stage.ledger.campaign(run_id)
    house = await House.open(PROVIDER)
    try:
        plan = Plan.thaw(run_id, campaign.brief, house.facts)
        await house.ledger.runs.hold(run_id, house.holder)
        board = await board_of(house, plan)
        assert (await heard(house, board)).enough
        ((variant, approval),) = (await board_of(house, plan)).approved
        order = plan.final_order(variant, approval)
        render = await submit.submitted(house, await submit.claim(house, replace(order)))
        assert render.kind is Kind.FINAL
        yield render
    finally:
        await house.close()


async def test_a_charge_nobody_knew_is_settled(stage: Stage) -> None:
    """A render that the provider denied and we called failed is asked about again, and its cost put on record."""
    async with a_process(stage, small()) as (house, order, _):
        render = await submit.submitted(house, await submit.claim(house, order))
        await rendered(stage, render)
        await house.ledger.change(steps.gone(render, "404", submit.ACTOR))
    assert "1 settled" in ((await one_pass()).message or "")
    after = await stage.ledger.get(render.id)
    (line,) = await stage.charges()
    assert (S.FAILED, ChargeState.CHARGED) == (after.state, after.charge_state)
    assert Decimal(line["amount"]) == after.charge_amount
    assert "all is well" == (await one_pass()).message
