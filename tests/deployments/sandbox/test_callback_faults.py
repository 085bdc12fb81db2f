"""What goes wrong with callbacks, received by a real server."""

import json
from typing import Any

import pytest

from deployments.sandbox.faults import METADATA_LINK
from tests.deployments.sandbox.client import Client, text_body
from tests.deployments.sandbox.listener import HOOK, Listener, listening

WHOLE_LIFE = ["queued", "running", "succeeded"]


async def told(client: Client, listener: Listener, calls: int, *faults: dict[str, Any]) -> dict[str, Any]:
    """A task with these faults that has ended, and has called so often."""
    await client.sandbox.faults(*faults)
    task = await client.ended(text_body(callback_url=listener.url))
    await listener.until_called(calls)
    return task


async def test_no_callback_may_come(quick: Client) -> None:
    """callback_never: the task after it is heard to its end, and of this one not a word."""
    async with listening() as listener:
        silent = await told(quick, listener, 0, {"fault": "callback_never"})
        await told(quick, listener, 3)
    assert silent["status"] == "succeeded"
    assert silent["id"] not in {body["id"] for body in listener.heard}


async def test_callbacks_may_come_in_threes(quick: Client) -> None:
    """callback_duplicate: each word three times, whatever is answered."""
    async with listening() as listener:
        await told(quick, listener, 9, {"fault": "callback_duplicate"})
    assert [word for word in WHOLE_LIFE for _ in range(3)] == listener.statuses


async def test_a_callback_may_come_before_the_answer(quick: Client) -> None:
    """callback_early: when the submit is answered the first word was heard; the last one follows as usual."""
    async with listening() as listener:
        await quick.sandbox.faults({"fault": "callback_early"})
        task_id = await quick.accepted(text_body(callback_url=listener.url))
        assert ("queued", task_id) == (listener.heard[0]["status"], listener.heard[0]["id"])
        await listener.until_heard(3)
    assert WHOLE_LIFE == listener.statuses


async def test_a_callback_may_come_late(quick: Client) -> None:
    """callback_late: in order, each no sooner than `hold` seconds after its change."""
    async with listening() as listener:
        await told(quick, listener, 3, {"fault": "callback_late", "hold": 1.0})
    assert WHOLE_LIFE == listener.statuses
    for body, (_, _, at) in zip(listener.heard, listener.calls, strict=True):
        assert at >= body["updated_at"] + 1.0


async def test_the_last_word_may_come_first(quick: Client) -> None:
    """callback_reordered: succeeded, running, queued."""
    async with listening() as listener:
        await told(quick, listener, 3, {"fault": "callback_reordered"})
    assert WHOLE_LIFE[::-1] == listener.statuses


@pytest.mark.parametrize("claim", ["succeeded", "failed"])
async def test_a_callback_may_lie(quick: Client, claim: str) -> None:
    """callback_lying: to the right URL, an end with a foreign link or an error, while the task runs on."""
    async with listening() as listener:
        await quick.sandbox.faults({"fault": "callback_lying", "claim": claim}, {"fault": "never_ends", "hold": 3600})
        task_id = await quick.accepted(text_body(callback_url=listener.url))
        await listener.until_called(3)
        assert "running" == (await quick.task(task_id))["status"]
    lie = listener.heard[-1]
    assert (task_id, claim, HOOK) == (lie["id"], lie["status"], listener.calls[-1][0])
    assert ({"video_url": METADATA_LINK} if claim == "succeeded" else None) == lie.get("content")
    assert (claim == "failed") == ("error" in lie)


async def test_a_callback_may_be_forged(quick: Client) -> None:
    """callback_forged: each word also goes to the same address with another last segment every time."""
    async with listening() as listener:
        await told(quick, listener, 6, {"fault": "callback_forged"})
    paths = [path for path, _, _ in listener.calls]
    forged = {path for path in paths if path != HOOK}
    assert (3, 3, True) == (paths.count(HOOK), len(forged), all(path.startswith("/hook/") for path in forged))


async def test_a_callback_may_be_no_json(quick: Client) -> None:
    """callback_malformed: each body breaks off in the middle."""
    async with listening() as listener:
        await told(quick, listener, 3, {"fault": "callback_malformed"})
    assert [] == listener.heard
    assert all(body.startswith(b'{"id":"cgt-') for _, body, _ in listener.calls)


async def test_a_callback_may_be_huge(quick: Client) -> None:
    """callback_oversized: more than 2 MiB of true JSON."""
    async with listening() as listener:
        await told(quick, listener, 3, {"fault": "callback_oversized"})
    assert WHOLE_LIFE == listener.statuses
    assert all(len(body) > 2 * 1024 * 1024 for _, body, _ in listener.calls)


async def test_a_callback_may_be_about_nobody(quick: Client) -> None:
    """callback_unknown_id: to the right URL, with the id of no task."""
    async with listening() as listener:
        task = await told(quick, listener, 3, {"fault": "callback_unknown_id"})
    ids = {json.loads(body)["id"] for _, body, _ in listener.calls}
    assert ids.isdisjoint(item["id"] for item in await quick.sandbox.tasks())
    assert {HOOK} == {path for path, _, _ in listener.calls}
    assert task["status"] == "succeeded"
