"""Our fal block and the sandbox's fal voice understand each other, over real HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretBytes

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.deployments.sandbox.speaking import ENDED, accepted, desk, pictures, speaking, until, wished
from workprint.brief import Audio, InputType, Role
from workprint.failures import FailureKind
from workprint.outcomes import Observation, Unanswered
from workprint.signatures import Scheme
from workprint.signatures.keys import published_keys
from workprint.signatures.verifying import Verdict, verify
from workprint.states import RenderState

SEEDANCE, KLING, VEO = "bytedance/seedance-2.0", "fal-ai/kling-video/v3", "fal-ai/veo3.1"
FRAMED = {"input_type": InputType.IMAGE_TO_VIDEO}


@pytest_asyncio.fixture
async def block(fast: Sandbox) -> AsyncIterator[VideoProvider]:
    await fast.faults()
    async with speaking(fast, "fal", SEEDANCE) as made:
        yield made


async def jwks(sandbox: Sandbox) -> tuple[SecretBytes, ...]:
    async with httpx.AsyncClient(trust_env=False) as client:
        return published_keys((await client.get(f"{sandbox.base_url}/fal/.well-known/jwks.json")).content)


async def test_a_film_goes_all_the_way(block: VideoProvider, fast: Sandbox) -> None:
    """A submit with Chinese words becomes a film behind a link that wants no key and says its own end."""
    task_id = await accepted(block, wished(block, prompt="红色水壶，雨夜 🫖"))
    seen = await until(block, task_id, RenderState.SUCCEEDED)
    fetch = block.fetching(seen.link or "")
    async with httpx.AsyncClient(trust_env=False) as client:
        film = await client.get(seen.link or "", headers=fetch.headers)
    told = [task for task in await fast.tasks() if task["id"] == task_id.rpartition("/")[2]]

    assert (task_id, {}) == (seen.task_id, fetch.headers)
    assert task_id.startswith(f"{SEEDANCE}/")
    assert (200, 200_000, 42) == (film.status_code, len(film.content), seen.asked.seed)
    assert seen.cost is None
    assert [True] == [task["prompt"].startswith("红色水壶，雨夜 🫖 Camera: slow push in.") for task in told]
    assert seen.link_expires_at is not None
    assert timedelta(hours=23) < seen.link_expires_at - datetime.now(UTC) < timedelta(hours=25)


@pytest.mark.parametrize(
    ("model", "roles", "changes"),
    [
        (SEEDANCE, (), {"audio": Audio.GENERATE, "ratio": "21:9", "resolution": "720p", "duration": 15}),
        (SEEDANCE, (Role.FIRST_FRAME, Role.LAST_FRAME), FRAMED),
        (SEEDANCE, (Role.SUBJECT, Role.STYLE), {"input_type": InputType.REFERENCE_TO_VIDEO}),
        ("bytedance/seedance-2.5", (), {"duration": 30}),
        ("bytedance/seedance-2.5", (Role.FIRST_FRAME,), FRAMED),
        (KLING, (), {"resolution": "720p", "negative_prompt": "text", "duration": 3}),
        (KLING, (Role.FIRST_FRAME, Role.LAST_FRAME), {"resolution": "1080p", **FRAMED}),
        (VEO, (), {"resolution": "4k", "duration": 8, "negative_prompt": "text"}),
        (VEO, (Role.FIRST_FRAME,), {"resolution": "720p", "duration": 4, **FRAMED}),
    ],
)
async def test_every_model_takes_its_fields(
    sandbox: Sandbox, picture_url: str, model: str, roles: tuple[Role, ...], changes: dict[str, Any]
) -> None:
    """What the field map of a model sends is what its endpoint documents, pictures too."""
    await sandbox.faults()
    references, media = pictures(roles, picture_url)
    async with speaking(sandbox, "fal", model) as block:
        task_id = await accepted(block, wished(block, references=references, **changes), media)

    assert model.split("/")[:2] == task_id.split("/")[:2]


async def test_what_waits_and_what_runs(tmp_path: Path) -> None:
    """The queue's words are read; what waits is cancelled and confirmed, what runs is left alone."""
    async with (
        running_sandbox(tmp_path, fixed="1kB", latency=600.0, concurrency=1) as slow,
        speaking(slow, "fal", SEEDANCE) as block,
    ):
        first, second = await accepted(block, wished(block)), await accepted(block, wished(block))
        await until(block, first, RenderState.PROCESSING)
        await until(block, second, RenderState.QUEUED)
        late, early = await block.cancel(first), await block.cancel(second)
        told = [task["status"] for task in await slow.tasks()]

    assert isinstance(late, Observation)
    assert isinstance(early, Observation)
    assert (RenderState.PROCESSING, RenderState.CANCELLED) == (late.state, early.state)
    assert ["running", "cancelled"] == told


async def test_a_cancel_after_the_end_changes_nothing(block: VideoProvider, fast: Sandbox) -> None:
    """fal refuses to cancel what has ended, and the film stays."""
    task_id = await accepted(block, wished(block))
    await until(block, task_id, RenderState.SUCCEEDED)
    request = block.language.cancel(task_id)
    assert request is not None
    async with httpx.AsyncClient(base_url=f"{fast.base_url}/fal", trust_env=False) as client:
        answer = await client.put(request.path, headers={"Authorization": f"Key {fast.key}"})
    after = await block.check(task_id)

    assert (400, {"status": "ALREADY_COMPLETED"}) == (answer.status_code, answer.json())
    assert isinstance(after, Observation)
    assert RenderState.SUCCEEDED is after.state


@pytest.mark.parametrize(
    ("fault", "state", "kind", "code"),
    [
        ("failed_task", RenderState.FAILED, FailureKind.UPSTREAM, "runner_server_error"),
        ("content_rejected", RenderState.FAILED, FailureKind.CONTENT_POLICY, "content_policy_violation"),
        ("completed_but_failed", RenderState.FAILED, FailureKind.UPSTREAM, "no_media_generated"),
        ("completed_without_link", RenderState.FAILED, FailureKind.UPSTREAM, "COMPLETED"),
        ("cancelled_by_provider", RenderState.CANCELLED, None, ""),
    ],
)
async def test_every_end_that_is_no_film(
    block: VideoProvider, fast: Sandbox, fault: str, state: RenderState, kind: FailureKind | None, code: str
) -> None:
    """COMPLETED is a failure when the status, the result or an empty result says so, each in its class."""
    await fast.faults({"fault": fault})
    seen = await until(block, await accepted(block, wished(block)), *ENDED)

    assert state is seen.state
    assert seen.link is None
    assert (kind, code) == ((seen.failure.kind, seen.failure.code) if seen.failure else (None, ""))


async def test_a_lost_submit_is_found_by_its_callback(block: VideoProvider, fast: Sandbox) -> None:
    """After a time-out only the callback names the request, and our own question tells what became of it."""
    await fast.faults({"fault": "accept_then_timeout", "hold": 0.05})
    async with desk() as inbox:
        lost = await block.submit(wished(block), {}, client_ref="wp-rnd_1", callback_url=inbox.url)
        headers, body = await inbox.letter()
    task_id = block.language.task_named(body, block.model)
    seen = await until(block, task_id, RenderState.SUCCEEDED)

    assert isinstance(lost, Unanswered)
    assert (task_id, True) == (seen.task_id, bool(seen.link))
    keys, now = await jwks(fast), datetime.now(UTC)
    assert Verdict.VALID is verify(Scheme.FAL, keys, headers, body, now)
    assert Verdict.WRONG is verify(Scheme.FAL, keys, headers, body + b" ", now)


async def test_a_callback_somebody_else_signed_is_refused(block: VideoProvider, fast: Sandbox) -> None:
    """A callback signed with another key than the published one proves nothing."""
    await fast.faults({"fault": "callback_bad_signature"})
    async with desk() as inbox:
        await accepted(block, wished(block), callback_url=inbox.url)
        headers, body = await inbox.letter()

    assert Verdict.WRONG is verify(Scheme.FAL, await jwks(fast), headers, body, datetime.now(UTC))


async def test_an_error_is_called_back_too(block: VideoProvider, fast: Sandbox) -> None:
    """A request that failed is named by an ERROR callback."""
    await fast.faults({"fault": "content_rejected"})
    async with desk() as inbox:
        task_id = await accepted(block, wished(block), callback_url=inbox.url)
        _, body = await inbox.letter()

    assert b'"status":"ERROR"' in body
    assert task_id == block.language.task_named(body, block.model)
