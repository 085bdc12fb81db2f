"""What goes wrong at a submit: what the client hears, and whether there is a task behind it."""

import asyncio
import contextlib
import json

import httpx
import pytest

from tests.deployments.sandbox.client import TASKS, Client, text_body


async def made(client: Client, reference: str) -> list[str]:
    """The ids of the tasks that carry this reference."""
    return [item["id"] for item in await client.sandbox.tasks() if item["safety_identifier"] == reference]


@pytest.mark.parametrize(
    ("fault", "status", "words", "tasks"),
    [
        ({"fault": "ok_with_error_body"}, 200, "RateLimitExceeded.EndpointRPMExceeded", 0),
        ({"fault": "ok_with_error_body", "code": "InternalServiceError"}, 200, "InternalServiceError", 0),
        ({"fault": "ok_without_id"}, 200, "{}", 1),
        ({"fault": "garbled_answer"}, 200, "<html>", 1),
        ({"fault": "gateway_timeout"}, 504, "<html>", 0),
        ({"fault": "gateway_timeout", "created": True}, 504, "<html>", 1),
        ({"fault": "overdue_account"}, 403, "AccountOverdueError", 0),
    ],
)
async def test_a_submit_is_answered_wrongly_once(
    quick: Client, fault: dict[str, object], status: int, words: str, tasks: int, request: pytest.FixtureRequest
) -> None:
    """The answer is the fault's, a task is behind it only where that is the fault, and the next submit is well."""
    reference = request.node.callspec.id
    await quick.sandbox.faults(fault)
    reply = await quick.submit(text_body(safety_identifier=reference))
    assert status == reply.status_code
    assert words in reply.text
    assert tasks == len(await made(quick, reference))
    assert (await quick.submit(text_body())).json()["id"].startswith("cgt-")


async def test_an_answer_can_be_cut_off(quick: Client) -> None:
    """cut_answer promises a length, gives the beginning of the JSON and breaks; the task is made and billed."""
    await quick.sandbox.faults({"fault": "cut_answer"})
    got = b""
    with contextlib.suppress(httpx.RemoteProtocolError):
        async with quick.http.stream("POST", TASKS, json=text_body(safety_identifier="u-cut")) as reply:
            promised = int(reply.headers["content-length"])
            async for chunk in reply.aiter_bytes():
                got += chunk
    assert (200, promised // 2) == (reply.status_code, len(got))
    with pytest.raises(json.JSONDecodeError):
        json.loads(got)
    (task_id,) = await made(quick, "u-cut")
    await quick.until(task_id, lambda task: task["status"] == "succeeded")
    assert task_id in [charge["task_id"] for charge in (await quick.sandbox.bill())["charges"]]


async def test_a_connection_can_break_before_anything_happens(quick: Client) -> None:
    """reset_before looks like a lost answer, and there is no task."""
    await quick.sandbox.faults({"fault": "reset_before"})
    with pytest.raises(httpx.RemoteProtocolError):
        await quick.submit(text_body(safety_identifier="u-reset"))
    assert [] == await made(quick, "u-reset")
    assert (await quick.submit(text_body())).status_code == 200


async def test_an_answer_can_come_late(quick: Client) -> None:
    """slow_answer: the whole answer with the id comes, and it is the id of the one task that was made."""
    await quick.sandbox.faults({"fault": "slow_answer", "hold": 0.3})
    reply = await quick.submit(text_body(safety_identifier="u-slow"))
    assert [reply.json()["id"]] == await made(quick, "u-slow")


async def test_a_client_that_does_not_wait_hears_nothing(quick: Client) -> None:
    """Whoever gives up on a slow_answer has a task all the same."""
    await quick.sandbox.faults({"fault": "slow_answer", "hold": 3600})
    with pytest.raises(httpx.ReadTimeout):
        await quick.http.post(TASKS, json=text_body(safety_identifier="u-gone"), timeout=0.2)
    async with asyncio.timeout(30):
        while not await made(quick, "u-gone"):  # noqa: ASYNC110 - nothing but asking tells
            await asyncio.sleep(0.02)
