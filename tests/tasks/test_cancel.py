"""Cancelling at a real provider: what waits is cancelled, what runs is too late, and each answer has its charge."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox, running_sandbox
from tasks import submit
from tasks.cancel import cancel_campaign, cancel_render, end_campaign
from tasks.house import House, Providers
from tests.blocks.loopback import serving
from tests.tasks.orders import Opener, draft_order, small_plan, until
from workprint import steps
from workprint.cancelling import Cancelled, Outcome
from workprint.charges import ChargeState
from workprint.outcomes import Observation, Unanswered
from workprint.plan import Plan
from workprint.render import CancelState, Render, Source
from workprint.states import RenderState

MEI = steps.Actor("mei", Source.PERSON)
S = RenderState


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A provider that runs one task at a time, and takes its time."""
    async with running_sandbox(tmp_path / "sandbox", concurrency=1, latency=600.0) as running:
        yield running


def asked_of(house: House) -> Providers:
    """Every provider block is the one of this house."""

    async def block(_: str) -> VideoProvider:
        return house.provider

    return block


def plan_of(campaign_id: str = "cmp_1", seed: int = 1) -> Plan:
    """A campaign of one film; equal seeds want equal content."""
    plan = small_plan()
    shot = plan.brief.shots[0].model_dump(mode="json") | {"seed": seed}
    return replace(small_plan(shots=[shot]), campaign_id=campaign_id)


async def planned(house: House, campaign_id: str = "cmp_1", seed: int = 1) -> Render:
    return await submit.claim(house, await draft_order(house, plan_of(campaign_id, seed)))


async def queued(house: House, campaign_id: str = "cmp_1", seed: int = 1) -> Render:
    """A render in the provider's queue, behind one that runs."""
    await submit.submitted(house, await planned(house, "busy", 0))
    return await submit.submitted(house, await planned(house, campaign_id, seed))


async def cancel(house: House, campaign_id: str = "cmp_1") -> Cancelled:
    (one,) = await cancel_campaign(house.ledger, asked_of(house), campaign_id, MEI)
    return one


async def status(sandbox: Sandbox, render: Render) -> str:
    (task,) = [task for task in await sandbox.tasks() if task["id"] == render.task_id]
    return str(task["status"])


async def notes(house: House, render: Render) -> list[str]:
    return [event.note for event in await house.ledger.events(render.id) if "cancel" in event.note]


async def test_what_was_never_sent_is_cancelled_free(sandbox: Sandbox, house: House) -> None:
    """A planned render is cancelled without asking anybody, costs nothing, and its content may be bought again."""
    render = await planned(house)
    found = await cancel(house)
    assert (Outcome.CONFIRMED, S.CANCELLED, ChargeState.NOT_CHARGED, False) == (
        found.outcome,
        found.render.state,
        found.render.charge_state,
        found.render.live,
    )
    assert [] == await sandbox.tasks()
    again = await planned(house, "another")
    assert (S.PLANNED, True) == (again.state, again.id != render.id)


async def test_what_waits_is_cancelled_at_the_provider(sandbox: Sandbox, house: House) -> None:
    """A queued render is asked for on record first, then cancelled at the provider, and the confirmation is free."""
    render = await queued(house)
    found = await cancel(house)
    assert (Outcome.CONFIRMED, CancelState.CONFIRMED) == (found.outcome, found.render.cancel_state)
    assert "cancelled" == await status(sandbox, render)
    assert ["cancel requested", "cancel confirmed"] == await notes(house, render)
    assert (ChargeState.NOT_CHARGED, None) == (found.render.charge_state, found.render.failure)


async def test_what_runs_is_too_late(sandbox: Sandbox, house: House) -> None:
    """A running render keeps going and its quote stays reserved; asked again, nothing new is written."""
    render = await submit.submitted(house, await planned(house))

    async def running() -> bool:
        return await status(sandbox, render) == "running"

    await until(running)
    found = await cancel(house)
    assert (Outcome.TOO_LATE, S.PROCESSING, ChargeState.QUOTED) == (
        found.outcome,
        found.render.state,
        found.render.charge_state,
    )
    said = await house.ledger.events(render.id)
    assert Outcome.TOO_LATE is (await cancel(house)).outcome
    assert said == await house.ledger.events(render.id)


async def test_an_answer_that_cannot_be_read_leaves_the_wish(house: House, another_house: Opener) -> None:
    """While the provider cannot be read the wish stays requested, and the next one who asks settles it."""
    render = await queued(house)
    app = Starlette()
    app.add_route("/{path:path}", _broken, methods=["GET", "DELETE"])
    async with serving(app) as url:
        away = await another_house(connect_timeout=0.5, read_timeout=0.5)
        away.provider = away.provider.model_copy(update={"base_url": url})
        (found,) = await end_campaign(away.ledger, asked_of(away), "cmp_1", MEI)
    assert (Outcome.REQUESTED, S.QUEUED, CancelState.REQUESTED) == (
        found.outcome,
        found.render.state,
        found.render.cancel_state,
    )
    assert "cannot be read" in found.why
    assert None is (await house.ledger.campaign("cmp_1")).closed_at
    patient = await another_house(connect_timeout=0.5, read_timeout=0.5)

    async def confirmed() -> bool:
        return (await cancel(patient)).outcome is Outcome.CONFIRMED

    await until(confirmed)
    assert ["cancel requested", "cancel confirmed"] == await notes(house, render)


async def _broken(_: Request) -> Response:
    return Response(status_code=502)


async def test_a_provider_that_does_not_listen_leaves_the_wish(sandbox: Sandbox, house: House) -> None:
    """A task that stays queued after its DELETE is still requested, not confirmed."""
    await sandbox.faults({"fault": "cancel_ignored", "match": {"nth": 2}})
    await queued(house)
    found = await cancel(house)
    assert (Outcome.REQUESTED, True, S.QUEUED) == (found.outcome, found.pending, found.render.state)


@pytest.mark.parametrize("state", [S.SUBMITTING, S.UNKNOWN])
async def test_what_nobody_knows_cannot_be_cancelled_yet(house: House, state: RenderState) -> None:
    """Without the provider's task there is nothing to cancel; once it is known, the same call cancels it."""
    await submit.submitted(house, await planned(house, "busy", 0))
    render = await house.ledger.change(steps.submitting(await planned(house), MEI))
    await house.provider.submit(render.spec, {}, client_ref=render.client_ref)
    if state is S.UNKNOWN:
        render = await house.ledger.change(steps.unanswered(render, Unanswered("lost"), MEI))
    found = await cancel(house)
    assert (Outcome.NOT_YET, True, state) == (found.outcome, found.pending, found.render.state)
    if state is S.SUBMITTING:
        render = await house.ledger.change(steps.unanswered(found.render, Unanswered("lost"), MEI))
    await submit.recovered(house, await house.ledger.get(render.id), MEI)
    assert Outcome.CONFIRMED is (await cancel(house)).outcome


async def test_a_render_that_serves_another_campaign_is_kept(sandbox: Sandbox, house: House) -> None:
    """What an open campaign has adopted goes on, says for whom, and is cancelled once that one is cancelled too."""
    render = await queued(house)
    await planned(house, "adopter")
    (kept,) = await end_campaign(house.ledger, asked_of(house), "cmp_1", MEI)
    assert (Outcome.KEPT, "it serves campaign adopter") == (kept.outcome, kept.why)
    assert "queued" == await status(sandbox, render)
    assert "Cancelled" == (await house.ledger.campaign("cmp_1")).state
    (gone,) = await end_campaign(house.ledger, asked_of(house), "adopter", MEI)
    assert (Outcome.CONFIRMED, "cancelled") == (gone.outcome, await status(sandbox, render))


async def test_two_campaigns_cancelled_at_once_keep_nothing_for_each_other(sandbox: Sandbox, house: House) -> None:
    """When everybody whom a render serves is cancelled in the same moment, the render is cancelled."""
    render = await queued(house)
    await planned(house, "adopter")
    await asyncio.gather(*(end_campaign(house.ledger, asked_of(house), one, MEI) for one in ("cmp_1", "adopter")))
    assert ("cancelled", S.CANCELLED) == (await status(sandbox, render), (await house.ledger.get(render.id)).state)


async def test_many_who_cancel_at_once_agree(sandbox: Sandbox, house: House, another_house: Opener) -> None:
    """Of the hook, rescue and a person at the same time one asks the provider, whose record stays; the others look."""
    render = await queued(house)
    houses = [house, await another_house(), await another_house()]
    found = await asyncio.gather(*(cancel(one) for one in houses))
    assert Outcome.CONFIRMED in {one.outcome for one in found} <= {Outcome.CONFIRMED, Outcome.REQUESTED}
    assert "cancelled" == await status(sandbox, render)
    assert 1 == [event.after for event in await house.ledger.events(render.id)].count(S.CANCELLED)


async def test_a_cancel_somebody_else_saw_first_is_no_failure(house: House) -> None:
    """When the watcher, which knows of no wish, notices the end before we do, the wish is settled all the same."""
    unaware = await queued(house)
    await house.ledger.record(
        unaware.id, source=Source.PERSON, actor="mei", note="wish", facts={"cancel_state": CancelState.REQUESTED}
    )
    seen = await house.provider.cancel(unaware.task_id or "")
    assert isinstance(seen, Observation)
    change = steps.observed(unaware, seen, house.facts, MEI)
    assert change is not None
    await house.ledger.change(change)
    found = await cancel(house)
    assert (Outcome.CONFIRMED, CancelState.CONFIRMED, None) == (
        found.outcome,
        found.render.cancel_state,
        found.render.failure,
    )


async def test_a_film_that_is_waited_for_ends_with_the_cancel(house: House) -> None:
    """Whoever waits for a render that is cancelled hears of it, and sends nothing again."""
    render = await queued(house)
    waiting = asyncio.create_task(house.watcher.wait(render))
    await cancel_render(house.ledger, house.provider, render, "cmp_1", MEI)
    assert S.CANCELLED is (await waiting).state


async def test_what_ended_before_is_told_with_its_charge(house: House) -> None:
    """A render that had ended is left alone and only told."""
    render = await planned(house)
    lost = await house.ledger.change(steps.submitting(render, MEI))
    lost = await house.ledger.change(steps.unanswered(lost, Unanswered("lost"), MEI))
    given_up = await house.ledger.change(steps.given_up(lost, MEI, "nobody knows", new_take=False))
    found = await cancel(house)
    assert (Outcome.ENDED, given_up) == (found.outcome, found.render)


async def test_a_campaign_that_had_ended_keeps_its_name(house: House) -> None:
    """Cancelling what a finished campaign left behind does not rename its end."""
    await queued(house)
    await house.ledger.close_campaign("cmp_1", "Delivered in part")
    (found,) = await end_campaign(house.ledger, asked_of(house), "cmp_1", MEI)
    assert (Outcome.CONFIRMED, "Delivered in part") == (
        found.outcome,
        (await house.ledger.campaign("cmp_1")).state,
    )
