"""Everything that goes wrong on request goes wrong as it is told."""

import contextlib

import httpx
import pytest
from pydantic import ValidationError

from deployments.sandbox.faultbook import FaultBook
from deployments.sandbox.faults import Fault, Match, read_faults
from tests.deployments.sandbox.client import Client, text_body
from tests.deployments.sandbox.frames import decoded


def count(items: list[dict[str, object]], prompt: str) -> int:
    return sum(item["prompt"] == prompt for item in items)


@pytest.mark.parametrize(
    ("fault", "status", "tasks"),
    [
        ({"fault": "too_many_requests", "retry_after": 7}, 429, 0),
        ({"fault": "server_error"}, 500, 0),
        ({"fault": "server_error", "created": True}, 500, 1),
    ],
)
async def test_a_refused_submit_says_so_once(
    quick: Client, fault: dict[str, object], status: int, tasks: int, request: pytest.FixtureRequest
) -> None:
    """The next submit gets the fault, with a task behind it only where that is the fault; the one after is well."""
    await quick.sandbox.faults(fault)
    body = text_body(request.node.name)
    reply = await quick.submit(body)
    assert status == reply.status_code
    assert ("7" if status == 429 else None) == reply.headers.get("retry-after")
    assert tasks == count(await quick.sandbox.tasks(), request.node.name)
    assert (await quick.submit(body)).status_code == 200


async def test_a_task_can_be_made_without_an_answer(quick: Client) -> None:
    """accept_then_timeout: the connection breaks, and the task lives, is found in the list, and is billed."""
    await quick.sandbox.faults({"fault": "accept_then_timeout", "hold": 0.05})
    with pytest.raises(httpx.RemoteProtocolError):
        await quick.submit(text_body(safety_identifier="lost"))
    found = [item for item in await quick.sandbox.tasks() if item.get("safety_identifier") == "lost"]
    assert len(found) == 1
    task = await quick.until(found[0]["id"], lambda task: task["status"] == "succeeded")
    assert task["id"] in [charge["task_id"] for charge in (await quick.sandbox.bill())["charges"]]


async def test_a_client_may_give_up_first(quick: Client) -> None:
    """A held connection that the client leaves costs the sandbox nothing: it answers on."""
    await quick.sandbox.faults({"fault": "accept_then_timeout", "hold": 3600})
    with pytest.raises(httpx.ReadTimeout):
        await quick.http.post("/api/v3/contents/generations/tasks", json=text_body(), timeout=0.2)
    assert (await quick.submit(text_body())).status_code == 200


@pytest.mark.parametrize(
    ("fault", "code"),
    [("content_rejected", "OutputVideoSensitiveContentDetected"), ("failed_task", "InternalServiceError")],
)
async def test_a_failed_task_costs_nothing(quick: Client, fault: str, code: str) -> None:
    """The task fails with Ark's code, in an answer that is HTTP 200, and is not on the bill."""
    await quick.sandbox.faults({"fault": fault, "match": {"prompt": "unlucky"}})
    lucky = await quick.ended(text_body("lucky charm"))
    task = await quick.ended(text_body("an unlucky one"))
    assert ("failed", code) == (task["status"], task["error"]["code"])
    assert lucky["status"] == "succeeded"
    assert task["id"] not in [charge["task_id"] for charge in (await quick.sandbox.bill())["charges"]]


async def test_a_succeeded_film_can_be_empty_or_too_short(client: Client) -> None:
    """zero_byte_file has no bytes, wrong_duration half the frames, and both were charged."""
    await client.sandbox.faults({"fault": "zero_byte_file"}, {"fault": "wrong_duration", "match": {"nth": 2}})
    empty, short = await client.ended(text_body()), await client.ended(text_body())
    assert await client.film(empty) == b""
    assert len(decoded(await client.film(short))) == 48
    assert short["duration"] == 4
    charged = [charge["task_id"] for charge in (await client.sandbox.bill())["charges"]]
    assert {empty["id"], short["id"]} <= set(charged)


async def test_a_link_can_be_dead_on_arrival(quick: Client) -> None:
    """expired_link answers 403, and its own query says that it has ended."""
    await quick.sandbox.faults({"fault": "expired_link"})
    task = await quick.ended(text_body())
    reply = await quick.http.get(task["content"]["video_url"])
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "AccessDenied")


async def test_a_download_can_break_in_the_middle(quick: Client) -> None:
    """truncated_download promises all and breaks after half."""
    await quick.sandbox.faults({"fault": "truncated_download"})
    task = await quick.ended(text_body())
    got = b""
    with contextlib.suppress(httpx.RemoteProtocolError):
        async with quick.http.stream("GET", task["content"]["video_url"]) as reply:
            assert reply.headers["content-length"] == "200000"
            async for chunk in reply.aiter_bytes():
                got += chunk
    assert len(got) == 100_000


async def test_a_download_can_be_slow(quick: Client) -> None:
    """slow_download is a stream of small pieces, and whole at the end."""
    await quick.sandbox.faults({"fault": "slow_download", "rate": 1_000_000})
    task = await quick.ended(text_body())
    assert len(await quick.film(task)) == 200_000


async def test_a_wrong_fault_is_refused_by_name(quick: Client) -> None:
    """A fault nobody knows, or one that names no task, is an error that says where."""
    for wrong in ([{"fault": "earthquake"}], [{"fault": "failed_task", "match": {}}], {}):
        reply = await quick.http.post("/sandbox/faults", json=wrong)
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "InvalidParameter")


def test_an_empty_match_never_means_every_task() -> None:
    """A condition that says nothing is refused; leaving it out means the next task."""
    with pytest.raises(ValidationError, match="say which tasks"):
        Match()
    assert [Fault(fault="failed_task", match=Match(nth=1))] == read_faults('[{"fault": "failed_task"}]')


def struck(book: FaultBook, prompts: list[tuple[str, str]]) -> list[int]:
    return [len(book.strike(prompt, kind)) for prompt, kind in prompts]


@pytest.mark.parametrize(
    ("match", "times", "expected"),
    [
        ({"nth": 3}, 1, [0, 0, 1, 0]),
        ({"prompt": "b"}, 0, [0, 1, 0, 1]),
        ({"prompt": "b"}, 1, [0, 1, 0, 0]),
        ({"prompt": "b", "nth": 2}, 1, [0, 0, 0, 1]),
        ({"kind": "final"}, 0, [0, 0, 1, 1]),
        ({"probability": 1.0}, 2, [1, 1, 0, 0]),
    ],
)
def test_a_fault_hits_the_tasks_it_names(match: dict[str, object], times: int, expected: list[int]) -> None:
    """All conditions hold together; nth counts what the others let through; times limits how often."""
    book = FaultBook(0)
    book.set([Fault(fault="failed_task", match=Match.model_validate(match), times=times)])
    assert expected == struck(book, [("a", "draft"), ("b", "draft"), ("a", "final"), ("b", "final")])


def test_chance_follows_the_seed() -> None:
    """The same seed hits the same tasks, another seed others, and about as many as the probability says."""
    hits = []
    for seed in (1, 1, 2):
        book = FaultBook(seed)
        book.set([Fault(fault="failed_task", match=Match(probability=0.2), times=0)])
        hits.append(struck(book, [("a", "draft")] * 400))
    assert hits[0] == hits[1] != hits[2]
    assert 50 < sum(hits[0]) < 110
