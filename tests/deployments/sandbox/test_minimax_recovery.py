"""MiniMax's questions, lost submits, links that are refreshed and calls that want a word first, over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.blocks.loopback import serving
from tests.deployments.sandbox.minimax_orders import H3, kettle, minimax
from tests.deployments.sandbox.speaking import PATIENCE, accepted, speaking, until
from tests.workprint.builders import render
from workprint.callbacks import challenge
from workprint.outcomes import NotThere, Observation, Unanswered, Unreadable
from workprint.recovery import Absent, Found, Grade, Unknown, match
from workprint.states import RenderState

__all__ = ["minimax"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("poll_error", Unreadable), ("poll_storm", Unreadable), ("garbled_poll", Unreadable), ("flapping", NotThere)],
)
async def test_trouble_while_asking(minimax: VideoProvider, fast: Sandbox, fault: str, expected: type) -> None:
    """What stands in place of an answer says nothing of the task, and the next answer is the task again."""
    await fast.faults({"fault": fault})
    task_id = await accepted(minimax, kettle(minimax))
    first = await minimax.check(task_id)
    after = await until(minimax, task_id, RenderState.SUCCEEDED)

    assert (True, task_id) == (isinstance(first, expected), after.task_id)


async def test_several_tasks_are_asked_for_at_once(minimax: VideoProvider) -> None:
    """The filtered list answers for all that are there, and one nobody knows is not there."""
    ids = [await accepted(minimax, kettle(minimax)) for _ in range(3)]
    answers = await minimax.check_many([*ids, "1"])

    assert [True] * 3 == [isinstance(answers[task_id], Observation) for task_id in ids]
    assert isinstance(answers["1"], NotThere)


async def test_a_lost_submit_is_told_by_what_the_list_says(tmp_path: Path) -> None:
    """The only task of the window that fits is the lost one; of two nobody can say; of none it is absent."""
    async with running_sandbox(tmp_path, fixed="1kB") as alone, speaking(alone, "minimax", H3) as block:
        now = datetime.now(UTC)
        unknown = render(RenderState.UNKNOWN, kettle(block), created_at=now, submitted_at=now)
        since = now - timedelta(hours=1)
        await alone.faults(
            {"fault": "reset_before"}, {"fault": "accept_then_timeout", "hold": 0.05, "match": {"nth": 2}}
        )
        broken = await block.submit(kettle(block), {}, client_ref="wp-rnd_1")
        absent = match(unknown, await block.recent(since), (), Grade.FINGERPRINT)
        lost = await block.submit(kettle(block), {}, client_ref="wp-rnd_1")
        await accepted(block, kettle(block, duration=9))
        found = match(unknown, await block.recent(since), (), Grade.FINGERPRINT)
        await accepted(block, kettle(block))
        doubtful = match(unknown, await block.recent(since), (), Grade.FINGERPRINT)

    assert [True, True] == [isinstance(one, Unanswered) for one in (broken, lost)]
    assert [True, True, True] == [
        isinstance(absent, Absent),
        isinstance(found, Found),
        isinstance(doubtful, Unknown),
    ]


async def test_a_link_that_ended_is_refreshed_by_asking(minimax: VideoProvider, fast: Sandbox) -> None:
    """The first link is dead, the next answer has another one, and that one gives the film."""
    await fast.faults({"fault": "expired_link"})
    task_id = await accepted(minimax, kettle(minimax))
    first = await until(minimax, task_id, RenderState.SUCCEEDED)
    second = await until(minimax, task_id, RenderState.SUCCEEDED)
    async with httpx.AsyncClient(trust_env=False) as client:
        replies = [await client.get(seen.link or "") for seen in (first, second)]

    assert [403, 200] == [reply.status_code for reply in replies]
    assert first.link != second.link
    assert [True, False] == [
        seen.link_expires_at is not None and seen.link_expires_at < datetime.now(UTC) for seen in (first, second)
    ]


@asynccontextmanager
async def called(*, echo: bool) -> AsyncIterator[tuple[str, list[dict[str, Any]], asyncio.Event]]:
    """An address that returns challenges or does not: its URL, what it was told, and when something came."""
    told: list[dict[str, Any]] = []
    news = asyncio.Event()

    async def take(request: Request) -> Response:
        body = await request.json()
        told.append(body)
        news.set()
        word = challenge(body)
        return JSONResponse({"challenge": word} if echo and word else {})

    async with serving(Starlette(routes=[Route("/callbacks/x", take, methods=["POST"])])) as url:
        yield f"{url}/callbacks/x", told, news


async def test_whoever_returns_the_challenge_is_called(minimax: VideoProvider) -> None:
    """First comes a word to return, then every change, each naming the task."""
    async with called(echo=True) as (url, told, news):
        task_id = await accepted(minimax, kettle(minimax), callback_url=url)
        async with asyncio.timeout(PATIENCE):
            while len(told) < 4:
                news.clear()
                await news.wait()

    assert ["challenge"] == list(told[0])
    assert ["queued", "running", "succeeded"] == [one["task"]["status"] for one in told[1:]]
    assert {task_id} == {minimax.language.task_named(json.dumps(one).encode(), H3) for one in told[1:]}


async def test_whoever_keeps_the_challenge_is_left_alone(minimax: VideoProvider) -> None:
    """Without its word returned MiniMax calls no more, and the task runs to its end all the same."""
    async with called(echo=False) as (url, told, _):
        task_id = await accepted(minimax, kettle(minimax), callback_url=url)
        await until(minimax, task_id, RenderState.SUCCEEDED)
        later = await accepted(minimax, kettle(minimax), callback_url=url)
        await until(minimax, later, RenderState.SUCCEEDED)

    assert {"challenge"} == {name for one in told for name in one}
