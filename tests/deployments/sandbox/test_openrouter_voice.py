"""Our openrouter block and the sandbox's openrouter voice understand each other, over real HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.deployments.sandbox.speaking import ENDED, accepted, desk, pictures, speaking, until, wished
from workprint.brief import Audio, InputType, Role
from workprint.failures import FailureKind
from workprint.outcomes import Cost, Observation, Refused, Reply, Unanswered
from workprint.signatures import Scheme
from workprint.signatures.keys import signing_key
from workprint.signatures.verifying import Verdict, verify
from workprint.states import RenderState

SEEDANCE, VEO, KLING = "bytedance/seedance-2.0", "google/veo-3.1", "kwaivgi/kling-v3.0-std"


@pytest_asyncio.fixture
async def block(fast: Sandbox) -> AsyncIterator[VideoProvider]:
    await fast.faults()
    async with speaking(fast, "openrouter", SEEDANCE) as made:
        yield made


def judged(sandbox: Sandbox, headers: list[tuple[str, str]], body: bytes) -> Verdict:
    key = signing_key(Scheme.OPENROUTER, SecretStr(sandbox.webhook_secret))
    assert key is not None
    return verify(Scheme.OPENROUTER, [key], headers, body, datetime.now(UTC))


async def test_a_film_goes_all_the_way(block: VideoProvider, fast: Sandbox) -> None:
    """A submit with Chinese words becomes a film whose cost in dollars is what the bill says."""
    task_id = await accepted(block, wished(block, prompt="红色水壶，雨夜 🫖"))
    seen = await until(block, task_id, RenderState.SUCCEEDED)
    told = [task for task in await fast.tasks() if task["id"] == task_id]

    assert [True] == [task["prompt"].startswith("红色水壶，雨夜 🫖 Camera: slow push in.") for task in told]
    assert seen.cost == Cost(Decimal(told[0]["charge"]["amount"]), "USD")
    assert seen.cost.amount > 0
    assert seen.link_expires_at is not None
    assert timedelta(minutes=55) < seen.link_expires_at - datetime.now(UTC) <= timedelta(hours=1)


async def test_a_film_lies_behind_the_key(block: VideoProvider) -> None:
    """The link wants the key, which goes to the API's own host and to no other."""
    seen = await until(block, await accepted(block, wished(block)), RenderState.SUCCEEDED)
    fetch = block.fetching(seen.link or "")
    async with httpx.AsyncClient(trust_env=False) as client:
        without = await client.get(seen.link or "")
        film = await client.get(seen.link or "", headers=fetch.headers)

    assert (401, 200, 200_000) == (without.status_code, film.status_code, len(film.content))
    assert {} == block.fetching("https://storage.example.com/video.mp4").headers


async def test_a_path_of_the_api_is_below_this_blocks_prefix(block: VideoProvider) -> None:
    """A film told as a path of the API leads to the content route of this block's own prefix."""
    seen = await until(block, await accepted(block, wished(block)), RenderState.SUCCEEDED)
    path = f"/api/v1/videos/{seen.task_id}/content?index=0"
    body = f'{{"id":"{seen.task_id}","status":"completed","unsigned_urls":["{path}"]}}'
    told = block.language.read_check(Reply(200, body.encode()), datetime.now(UTC))

    assert isinstance(told, Observation)
    assert seen.link == f"{block.api}{told.link}"


@pytest.mark.parametrize(
    ("model", "roles", "changes"),
    [
        (SEEDANCE, (), {"audio": Audio.GENERATE, "ratio": "21:9", "resolution": "1080p", "duration": 15}),
        (SEEDANCE, (Role.FIRST_FRAME, Role.LAST_FRAME), {"input_type": InputType.IMAGE_TO_VIDEO}),
        (SEEDANCE, (Role.SUBJECT, Role.STYLE), {"input_type": InputType.REFERENCE_TO_VIDEO}),
        (VEO, (), {"resolution": "1080p", "duration": 8, "negative_prompt": "text"}),
        (KLING, (), {"resolution": "720p", "duration": 3}),
    ],
)
async def test_every_model_takes_its_fields(
    sandbox: Sandbox, picture_url: str, model: str, roles: tuple[Role, ...], changes: dict[str, Any]
) -> None:
    """What is sent for a model is what the reference documents, pictures too."""
    await sandbox.faults()
    references, media = pictures(roles, picture_url)
    async with speaking(sandbox, "openrouter", model) as block:
        task_id = await accepted(block, wished(block, references=references, **changes), media)

    assert task_id.startswith("job-")


async def test_what_waits_and_what_runs_is_left_alone(tmp_path: Path) -> None:
    """pending and in_progress are read, and a cancel, which does not exist, changes neither."""
    async with (
        running_sandbox(tmp_path, fixed="1kB", latency=600.0, concurrency=1) as slow,
        speaking(slow, "openrouter", SEEDANCE) as block,
    ):
        first, second = await accepted(block, wished(block)), await accepted(block, wished(block))
        await until(block, first, RenderState.PROCESSING)
        await until(block, second, RenderState.QUEUED)
        after = await block.cancel(second)
        told = [task["status"] for task in await slow.tasks()]

    assert isinstance(after, Observation)
    assert RenderState.QUEUED is after.state
    assert ["running", "queued"] == told


@pytest.mark.parametrize(
    ("fault", "state", "kind"),
    [
        ("failed_task", RenderState.FAILED, FailureKind.UPSTREAM),
        ("content_rejected", RenderState.FAILED, FailureKind.CONTENT_POLICY),
        ("completed_without_link", RenderState.FAILED, FailureKind.UPSTREAM),
        ("expired_task", RenderState.EXPIRED, FailureKind.QUEUE_TIMEOUT),
        ("cancelled_by_provider", RenderState.CANCELLED, None),
    ],
)
async def test_every_end_that_is_no_film(
    block: VideoProvider, fast: Sandbox, fault: str, state: RenderState, kind: FailureKind | None
) -> None:
    """Each end has its state, and each failure its class by the words of its text."""
    await fast.faults({"fault": fault})
    seen = await until(block, await accepted(block, wished(block)), *ENDED)

    assert state is seen.state
    assert seen.link is None
    assert kind is (seen.failure.kind if seen.failure else None)


async def test_a_failure_that_cost_money_says_so(block: VideoProvider, fast: Sandbox) -> None:
    """A failed job with a usage is a failure with a cost, and both are read."""
    await fast.faults({"fault": "charged_but_failed"})
    seen = await until(block, await accepted(block, wished(block)), *ENDED)

    assert RenderState.FAILED is seen.state
    assert seen.cost is not None


async def test_a_refusal_in_a_success_is_read(block: VideoProvider, fast: Sandbox) -> None:
    """A 200 whose body says 429 is the refusal it says it is."""
    await fast.faults({"fault": "ok_with_error_body"})
    outcome = await block.submit(wished(block), {}, client_ref="wp-rnd_1")

    assert isinstance(outcome, Refused)
    assert FailureKind.RATE_LIMIT is outcome.failure.kind


async def test_a_lost_submit_is_found_by_its_signed_callback(block: VideoProvider, fast: Sandbox) -> None:
    """After a time-out only the callback names the job, and our own question tells what became of it."""
    await fast.faults({"fault": "accept_then_timeout", "hold": 0.05})
    async with desk() as inbox:
        lost = await block.submit(wished(block), {}, client_ref="wp-rnd_1", callback_url=inbox.url)
        headers, body = await inbox.letter()
    task_id = block.language.task_named(body, block.model)
    seen = await until(block, task_id, RenderState.SUCCEEDED)

    assert isinstance(lost, Unanswered)
    assert (task_id, True) == (seen.task_id, bool(seen.link))
    assert Verdict.VALID is judged(fast, headers, body)
    assert Verdict.WRONG is judged(fast, headers, body + b" ")


async def test_a_callback_somebody_else_signed_is_refused(block: VideoProvider, fast: Sandbox) -> None:
    """A callback signed with another secret than the workspace's proves nothing."""
    await fast.faults({"fault": "callback_bad_signature"})
    async with desk() as inbox:
        await accepted(block, wished(block), callback_url=inbox.url)
        headers, body = await inbox.letter()

    assert Verdict.WRONG is judged(fast, headers, body)
