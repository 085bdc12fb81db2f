"""What goes wrong when somebody asks: by GET, by the list of named tasks, and by the list of all."""

from typing import Any

import httpx
import pytest

from tests.deployments.sandbox.client import TASKS, Client, text_body


async def asked(client: Client, task_id: str, way: str) -> httpx.Response:
    """One question about the task."""
    if way == "get":
        return await client.http.get(f"{TASKS}/{task_id}")
    return await client.http.get(TASKS, params={"filter.task_ids": task_id})


def told(reply: httpx.Response, way: str) -> dict[str, Any] | None:
    """The task object of an answer; None when it tells of no task."""
    if way == "get":
        return reply.json() if reply.status_code == 200 else None
    return next(iter(reply.json()["items"]), None)


async def struck(client: Client, fault: dict[str, Any], **body: Any) -> str:
    """The id of a task with this fault, once it has ended."""
    await client.sandbox.faults(fault)
    task_id = await client.accepted(text_body(**body))
    await until_ended(client, task_id)
    return task_id


async def until_ended(client: Client, task_id: str) -> None:
    """Ask the sandbox's own list, which no fault touches."""
    while not any(item["id"] == task_id and "usage" in item for item in await client.sandbox.tasks()):
        continue


@pytest.mark.parametrize("way", ["get", "list"])
@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ({"fault": "poll_error"}, 500, "Internal Server Error"),
        ({"fault": "poll_storm", "retry_after": 9}, 429, "RateLimitExceeded"),
        ({"fault": "garbled_poll"}, 200, "<html>"),
    ],
)
async def test_a_question_is_answered_wrongly_so_many_times(
    quick: Client, way: str, fault: dict[str, Any], status: int, words: str
) -> None:
    """The first `polls` answers are the fault's, the next one is the truth."""
    task_id = await struck(quick, {**fault, "polls": 2})
    for _ in range(2):
        reply = await asked(quick, task_id, way)
        assert (status, True) == (reply.status_code, words in reply.text)
        assert ("9" if status == 429 else None) == reply.headers.get("retry-after")
    seen = told(await asked(quick, task_id, way), way)
    assert seen is not None
    assert "succeeded" == seen["status"]


@pytest.mark.parametrize("way", ["get", "list"])
async def test_a_known_task_is_not_there_for_a_while(quick: Client, way: str) -> None:
    """flapping is a 404, or a gap in the list, and then the task is back."""
    task_id = await struck(quick, {"fault": "flapping", "polls": 2})
    seen = [told(await asked(quick, task_id, way), way) for _ in range(3)]
    assert [None, None, task_id] == [task and task["id"] for task in seen]


@pytest.mark.parametrize("way", ["get", "list"])
async def test_a_status_can_be_a_word_nobody_knows(quick: Client, way: str) -> None:
    """unknown_status says `word` and nothing of a result; afterwards the result is there."""
    task_id = await struck(quick, {"fault": "unknown_status", "word": "throttled"})
    first, second = [told(await asked(quick, task_id, way), way) or {} for _ in range(2)]
    assert ("throttled", "succeeded") == (first["status"], second["status"])
    assert {"content", "usage", "error"}.isdisjoint(first)


@pytest.mark.parametrize("way", ["get", "list", "all"])
async def test_the_clock_can_be_wrong(quick: Client, way: str) -> None:
    """clock_skew moves both times, in every kind of answer; with `polls` 0 it does so for ever."""
    task_id = await struck(quick, {"fault": "clock_skew", "seconds": -100_000, "polls": 0})
    (true,) = [item for item in await quick.sandbox.tasks() if item["id"] == task_id]
    for _ in range(3):
        reply = await quick.http.get(TASKS) if way == "all" else await asked(quick, task_id, way)
        seen = told(reply, way)
        assert seen is not None
        assert {true[name] - seen[name] for name in ("created_at", "updated_at")} == {100_000}
        assert seen["content"] == true["content"]


async def test_a_running_task_can_be_queued_again(quick: Client) -> None:
    """status_backwards: running, then queued so many times, then running again."""
    await quick.sandbox.faults({"fault": "status_backwards", "polls": 2}, {"fault": "never_ends", "hold": 3600})
    task_id = await quick.accepted(text_body())
    await quick.until(task_id, lambda task: task["status"] == "running")
    seen = [(await quick.task(task_id))["status"] for _ in range(3)]
    assert ["queued", "queued", "running"] == seen


async def test_faults_of_one_task_wait_for_each_other(quick: Client) -> None:
    """Two faults that replace an answer strike one after the other, and only answers about their task."""
    await quick.sandbox.faults({"fault": "poll_error"}, {"fault": "flapping"})
    task_id, other = await quick.accepted(text_body()), await quick.accepted(text_body())
    assert [200, 500, 404, 200] == [
        (await quick.http.get(f"{TASKS}/{asked_for}")).status_code for asked_for in (other, task_id, task_id, task_id)
    ]


async def listed(client: Client) -> list[str]:
    """The ids of the newest tasks, from the list of all."""
    return [item["id"] for item in (await client.http.get(TASKS)).json()["items"]]


async def test_the_list_can_lag(quick: Client) -> None:
    """list_lag: not in the list of all for `hold` seconds, while every other question finds it."""
    await quick.sandbox.faults(
        {"fault": "list_lag", "hold": 3600}, {"fault": "list_lag", "hold": 0, "match": {"nth": 2}}
    )
    hidden, shown = await quick.accepted(text_body()), await quick.accepted(text_body())
    assert (False, True) == (hidden in await listed(quick), shown in await listed(quick))
    for way in ("get", "list"):
        assert (told(await asked(quick, hidden, way), way) or {})["id"] == hidden
    total = (await quick.http.get(TASKS)).json()["total"]
    kept = [item for item in await quick.sandbox.tasks() if item["voice"] == "ark" and not item["deleted"]]
    assert len(kept) - 1 == total


async def test_the_list_can_fail(quick: Client) -> None:
    """list_error: the list of all is a bare 500 so many times, and questions about the task are answered."""
    await quick.sandbox.faults({"fault": "list_error", "polls": 2})
    task_id = await quick.accepted(text_body())
    assert (await asked(quick, task_id, "list")).status_code == 200
    assert [500, 500, 200] == [(await quick.http.get(TASKS)).status_code for _ in range(3)]


async def test_a_reference_can_be_swallowed(quick: Client) -> None:
    """list_without_reference: no answer carries the safety_identifier; the sandbox's own list still knows it."""
    task_id = await struck(quick, {"fault": "list_without_reference"}, safety_identifier="u-swallowed")
    for way in ("get", "list"):
        assert "safety_identifier" not in (told(await asked(quick, task_id, way), way) or {})
    (item,) = [item for item in (await quick.http.get(TASKS)).json()["items"] if item["id"] == task_id]
    assert "safety_identifier" not in item
    (true,) = [item for item in await quick.sandbox.tasks() if item["id"] == task_id]
    assert "u-swallowed" == true["safety_identifier"]
