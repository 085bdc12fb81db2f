"""Callbacks, other processes and persons: whoever is first wins once, and everybody who waits hears of it.

Where a ledger was taught patience, no question of the watcher's own could have come in time.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.deployments.desk.desk import Desk, running_desk
from tests.tasks.orders import Opener, until
from tests.tasks.watching.renders import receipts, teach_patience, told
from workprint.render import Change, Render, Source
from workprint.states import IN_FLIGHT, RenderState

#: Its tasks run longer than any test.
endless = pytest.mark.parametrize("sandbox", [3600.0], indirect=True)
LIE = b'{"id": "whatever", "status": "succeeded", "content": {"video_url": "https://evil.example/x.mp4"}}'


@pytest.fixture
def ledger_url(tmp_path: Path) -> str:
    """Where the houses of these tests have their ledger."""
    return f"sqlite:///{tmp_path}/ledger.db"


@pytest.fixture
async def sandbox(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """A provider with one small film for everybody, after so many seconds."""
    latency = getattr(request, "param", 0.5)
    async with running_sandbox(tmp_path / "sandbox", fixed="50kB", latency=latency) as running:
        yield running


@pytest.fixture
async def desk(ledger_url: str) -> AsyncIterator[Desk]:
    """A desk over the ledger."""
    async with running_desk(ledger_url) as running:
        yield running


async def all_handled(url: str, render: Render, count: int) -> None:
    """Return when so many callbacks came and all were looked at."""

    async def handled() -> bool:
        found = await receipts(url, render)
        return len(found) >= count and all(outcome is not None for outcome, _ in found)

    await until(handled)


async def test_a_callback_ends_the_wait(another_house: Opener, ledger_url: str, desk: Desk) -> None:
    """A render whose next question is most of an hour away is returned, because the provider's callback came."""
    await teach_patience(ledger_url)
    house = await another_house(callback_base_url=desk.url)
    render = (await told(house)).render
    end = await asyncio.wait_for(house.watcher.wait(render), 60)
    assert RenderState.SUCCEEDED is end.state
    last = (await house.ledger.events(render.id))[-1]
    assert (RenderState.SUCCEEDED, Source.CALLBACK) == (last.after, last.source)
    await all_handled(ledger_url, render, 3)
    assert ("won: succeeded", 0.0) in await receipts(ledger_url, render)


async def test_a_callback_after_our_poll_is_late(another_house: Opener, ledger_url: str) -> None:
    """A callback for a render that our poll saw end changes nothing, and its lag behind the poll is on record."""
    house = await another_house()
    task = await told(house)
    end = await house.watcher.wait(task.render)
    events = await house.ledger.events(end.id)
    await task.call(b"{}")
    await all_handled(ledger_url, end, 1)
    ((outcome, lag),) = await receipts(ledger_url, end)
    assert f"late: poll was first (event {events[-1].seq})" == outcome
    assert lag > 0
    assert (end, events) == (await house.ledger.get(end.id), await house.ledger.events(end.id))


@endless
async def test_a_lie_changes_nothing(another_house: Opener, ledger_url: str) -> None:
    """A callback that claims an end makes us ask; what the provider answers counts, and nothing the callback said."""
    await teach_patience(ledger_url)
    house = await another_house()
    task = await told(house)
    waiting = asyncio.create_task(house.watcher.wait(task.render))
    await task.call(LIE)
    await all_handled(ledger_url, task.render, 1)
    await task.call(LIE + b" ")
    await all_handled(ledger_url, task.render, 2)
    first, second = await receipts(ledger_url, task.render)
    assert ("won: processing", 0.0) == first
    assert second[0].startswith("nothing new: processing since event")
    render = await house.ledger.get(task.render.id)
    assert (RenderState.PROCESSING, None) == (render.state, render.link)
    assert not waiting.done()
    waiting.cancel()


@endless
async def test_a_persons_cancel_ends_the_wait(another_house: Opener, ledger_url: str) -> None:
    """What somebody else writes into the ledger is noticed without a question to the provider."""
    await teach_patience(ledger_url)
    house, other = await another_house(), await another_house()
    render = (await told(house)).render
    waiting = asyncio.create_task(house.watcher.wait(render))
    await other.ledger.change(Change(render.id, render.state, RenderState.CANCELLED, Source.PERSON, "mei"))
    end = await asyncio.wait_for(waiting, 60)
    assert RenderState.CANCELLED is end.state


async def test_a_render_of_the_dead_is_taken_over(another_house: Opener) -> None:
    """A render that another process holds is not ours to ask about until that process is gone, and then it is."""
    house = await another_house()
    await house.ledger.leases.beat("another process", 600)
    render = (await told(house, holder="another process")).render
    waiting = asyncio.create_task(house.watcher.wait(render))

    async def rendered() -> bool:
        answer = await house.provider.check(render.task_id or "")
        return getattr(answer, "state", None) is RenderState.SUCCEEDED

    await until(rendered)
    assert (await house.ledger.get(render.id)).state in IN_FLIGHT
    await house.ledger.leases.let_go("another process")
    end = await asyncio.wait_for(waiting, 60)
    assert (RenderState.SUCCEEDED, house.holder) == (end.state, end.holder)


async def test_what_the_waiter_missed_is_found(another_house: Opener, ledger_url: str) -> None:
    """A waiter that comes with a render as it was long ago is told how it ended."""
    await teach_patience(ledger_url)
    house, other = await another_house(), await another_house()
    render = (await told(house)).render
    ended = await other.ledger.change(
        Change(render.id, render.state, RenderState.CANCELLED, Source.PERSON, "mei"),
    )
    end = await asyncio.wait_for(house.watcher.wait(render), 60)
    assert ended == end


async def test_all_paths_at_once_make_each_step_once(another_house: Opener, ledger_url: str, desk: Desk) -> None:
    """Two processes that both ask and the provider's callbacks: the ledger has every step once, and all waiters end."""
    ours, theirs = await another_house(callback_base_url=desk.url), await another_house(callback_base_url=desk.url)
    task = await told(ours)
    await ours.ledger.leases.let_go(ours.holder)  # as if it had been suspended for long: both ask from now on
    ends = await asyncio.gather(*(house.watcher.wait(task.render) for house in (ours, theirs)))
    assert [RenderState.SUCCEEDED] * 2 == [end.state for end in ends]
    path = [event.after for event in await ours.ledger.events(task.render.id) if event.before is not event.after]
    assert len(set(path)) == len(path)


@endless
async def test_closing_while_callbacks_come_leaves_nothing_behind(another_house: Opener) -> None:
    """A watcher closed in the middle of its work cancels its waiters, and what it did not answer stays a nudge."""
    house = await another_house()
    task = await told(house)
    waiting = asyncio.create_task(house.watcher.wait(task.render))
    await asyncio.gather(*(task.call(f'{{"n": {n}}}'.encode()) for n in range(20)))
    await house.watcher.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(asyncio.CancelledError):  # who comes a moment too late must not wait for ever
        await house.watcher.wait(task.render)
    await task.call(b'{"n": "last"}')
    assert await house.ledger.inbox.nudges(house.holder)
