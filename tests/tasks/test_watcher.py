"""The one watcher of a process, against a real provider over loopback."""

import asyncio

import httpx
import pytest

from deployments.sandbox.testing import Sandbox
from tasks import submit
from tasks.house import House
from tests.tasks.orders import Opener, draft_order, small_plan, until
from workprint.charges import ChargeState
from workprint.render import Render
from workprint.states import RenderState

TASKS = "/api/v3/contents/generations/tasks"


async def queued(house: House) -> Render:
    """A render the provider has taken."""
    return await submit.submitted(house, await submit.claim(house, await draft_order(house, small_plan())))


async def test_all_who_wait_for_a_render_see_its_end(house: House) -> None:
    """Several waiters of one render are all given the same end, with its link and its charge."""
    render = await queued(house)
    first, second = await asyncio.gather(house.watcher.wait(render), house.watcher.wait(render))
    assert first == second
    assert (RenderState.SUCCEEDED, ChargeState.CHARGED) == (first.state, first.charge_state)
    assert first.link is not None
    assert {} == house.watcher.progress()


async def test_two_processes_may_watch_the_same_render(another_house: Opener) -> None:
    """Both watchers return the render as the faster one left it, and the ledger has each step once."""
    ours, theirs = await another_house(), await another_house()
    render = await queued(ours)
    ends = await asyncio.gather(ours.watcher.wait(render), theirs.watcher.wait(render))
    assert [RenderState.SUCCEEDED] * 2 == [end.state for end in ends]
    path = [event.after for event in await ours.ledger.events(render.id)]
    assert len(set(path)) == len(path)


async def test_a_task_the_provider_forgot_ends_with_an_unknown_charge(sandbox: Sandbox, house: House) -> None:
    """A task that is gone time after time fails the render, and what it cost is called unknown, not nothing."""
    render = await queued(house)
    async with httpx.AsyncClient(base_url=sandbox.base_url, headers=sandbox.headers, trust_env=False) as client:

        async def rendered() -> bool:
            return (await client.get(f"{TASKS}/{render.task_id}")).json()["status"] == "succeeded"

        await until(rendered)
        (await client.delete(f"{TASKS}/{render.task_id}")).raise_for_status()
    end = await house.watcher.wait(render)
    assert (RenderState.FAILED, "task_not_found") == (end.state, end.failure_code)
    assert ChargeState.UNKNOWN is end.charge_state
    assert end.live


async def test_a_closed_watcher_lets_its_waiters_go(house: House) -> None:
    """Closing cancels who still waits, and the ledger keeps the render where it was."""
    render = await queued(house)
    waiting = asyncio.create_task(house.watcher.wait(render))

    async def watched() -> bool:
        return render.id in house.watcher.progress()

    await until(watched)
    await house.watcher.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert RenderState.QUEUED is (await house.ledger.get(render.id)).state


async def test_an_ended_render_is_not_waited_for(house: House) -> None:
    """A render that is not in flight is returned as it is."""
    render = await submit.claim(house, await draft_order(house, small_plan()))
    assert render == await house.watcher.wait(render)
