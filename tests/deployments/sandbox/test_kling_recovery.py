"""What becomes of lost submits to Kling, and what its questions answer, over real HTTP."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from blocks.provider import VideoProvider
from blocks.provider_list import window
from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.deployments.sandbox.kling_orders import kettle, kling, made_of, refs, sent
from tests.deployments.sandbox.speaking import speaking, until
from tests.workprint.builders import render
from workprint.outcomes import Accepted, Listed, ListPage, NotThere, Observation, Reply, Unanswered, Unreadable
from workprint.recovery import Absent, Found, Grade, match
from workprint.states import RenderState

__all__ = ["kling"]


@pytest.mark.parametrize("fault", ["server_error", "gateway_timeout", "garbled_answer", "cut_answer", "ok_without_id"])
async def test_what_may_have_made_a_task_is_found_by_our_id(kling: VideoProvider, fast: Sandbox, fault: str) -> None:
    """Whatever breaks the answer after the task was made, a look-up by our own id finds exactly that task."""
    await fast.faults({"fault": fault, "created": True})
    reference = next(refs)
    outcome = await kling.submit(kettle(kling), {}, client_ref=reference)
    found = await kling.looked_up(reference)

    assert isinstance(outcome, Unanswered)
    assert [reference] == [task.client_ref for task in found]


async def test_a_lost_submit_is_found_by_our_id(kling: VideoProvider, fast: Sandbox) -> None:
    """After a time-out the task is known by our own id, and belongs to the render without any doubt."""
    await fast.faults({"fault": "accept_then_timeout", "hold": 0.05})
    reference = next(refs)
    lost = await kling.submit(kettle(kling), {}, client_ref=reference)
    unknown = render(RenderState.UNKNOWN, kettle(kling), client_ref=reference)
    found = match(unknown, await kling.looked_up(reference), (), Grade.CLIENT_ID)

    assert isinstance(lost, Unanswered)
    assert isinstance(found, Found)
    assert "by our client reference" == found.how


async def test_a_submit_that_never_arrived_is_absent_at_once_and_sent_again(
    kling: VideoProvider, fast: Sandbox
) -> None:
    """A look-up by our own id proves absence, and the same request under the same id then makes one task."""
    await fast.faults({"fault": "reset_before"})
    reference = next(refs)
    broken = await kling.submit(kettle(kling), {}, client_ref=reference)
    unknown = render(RenderState.UNKNOWN, kettle(kling), client_ref=reference)
    absent = match(unknown, await kling.looked_up(reference), (), Grade.CLIENT_ID)
    again = await kling.submit(kettle(kling), {}, client_ref=reference)

    assert isinstance(broken, Unanswered)
    assert isinstance(absent, Absent)
    assert isinstance(again, Accepted)
    assert 1 == await made_of(fast, reference)


async def test_the_same_id_makes_no_second_task(kling: VideoProvider, fast: Sandbox) -> None:
    """Sent again although the task is there, nothing is made, and the answer is no refusal: recovery looks it up."""
    reference = next(refs)
    first = await kling.submit(kettle(kling), {}, client_ref=reference)
    second = await kling.submit(kettle(kling), {}, client_ref=reference)
    found = await kling.looked_up(reference)

    assert isinstance(first, Accepted)
    assert isinstance(second, Unanswered)
    assert ([first.task_id], 1) == ([task.task_id for task in found], await made_of(fast, reference))


async def test_many_tasks_are_asked_for_in_few_questions(kling: VideoProvider) -> None:
    """More ids than one question takes are all answered, and one nobody knows is not there."""
    ids = [await sent(kling) for _ in range(22)]
    answers = await kling.check_many([*ids, "1"])

    assert {*ids, "1"} == set(answers)
    assert [True] * 22 == [isinstance(answers[task_id], Observation) for task_id in ids]
    assert isinstance(answers["1"], NotThere)


async def test_the_list_is_read_to_its_end_by_cursor(tmp_path: Path) -> None:
    """Every task of the window is seen once, page after page, and the last page ends it."""
    async with (
        running_sandbox(tmp_path, fixed="1kB") as running,
        speaking(running, "kling", "kling-3.0") as block,
        httpx.AsyncClient(base_url=block.api, headers=running.headers, trust_env=False) as client,
    ):
        ids = [await sent(block) for _ in range(5)]
        sizes: list[int] = []

        async def page(asked: ListPage) -> Listed | Unreadable:
            request = block.language.list(ListPage(asked.number, 2, asked.since, asked.until, asked.cursor))
            reply = await client.request(request.method, request.path, json=request.json)
            listed = block.language.read_list(Reply(reply.status_code, reply.content), datetime.now(UTC))
            sizes.append(len(listed.tasks) if isinstance(listed, Listed) else -1)
            return listed

        seen = await window(page, datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC))
        whole = await block.recent(datetime.now(UTC) - timedelta(hours=1))

    assert isinstance(seen, tuple)
    assert [2, 2, 1] == sizes
    assert set(ids) == {task.task_id for task in seen} == {task.task_id for task in whole}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("poll_error", Unreadable), ("poll_storm", Unreadable), ("garbled_poll", Unreadable), ("flapping", NotThere)],
)
async def test_trouble_while_asking(kling: VideoProvider, fast: Sandbox, fault: str, expected: type) -> None:
    """What stands in place of an answer says nothing of the task, and the next answer is the task again."""
    await fast.faults({"fault": fault})
    task_id = await sent(kling)
    first = await kling.check(task_id)
    after = await until(kling, task_id, RenderState.SUCCEEDED)

    assert (True, task_id) == (isinstance(first, expected), after.task_id)
