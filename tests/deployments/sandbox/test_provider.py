"""The sandbox and our own client understand each other: Workprint's dialect, block and states on real HTTP."""

import asyncio
import dataclasses
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from pydantic import SecretStr

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox
from tests.deployments.sandbox.client import MODEL
from tests.deployments.sandbox.frames import bright_width, decoded
from workprint.brief import Audio, Camera, InputType, Motion, Role, Speed
from workprint.failures import FailureKind
from workprint.outcomes import Accepted, Observation, Refused, Unanswered
from workprint.spec import FrozenReference, Kind, Spec
from workprint.states import RenderState


@pytest_asyncio.fixture
async def provider(sandbox: Sandbox) -> AsyncIterator[VideoProvider]:
    await sandbox.faults()
    block = VideoProvider(
        dialect="ark",
        base_url=sandbox.base_url,
        api_key=SecretStr(sandbox.key),
        model=MODEL,
        requests_per_second=100,
        allow_private_network=True,
    )
    async with block:
        yield block


def draft_spec(picture: bytes) -> Spec:
    digest = hashlib.sha256(picture).hexdigest()
    reference = FrozenReference(
        Role.FIRST_FRAME, digest, "image/png", len(picture), f"references/{digest}.png", "a.png"
    )
    return Spec(
        kind=Kind.DRAFT,
        provider="sandbox",
        model=MODEL,
        input_type=InputType.IMAGE_TO_VIDEO,
        prompt="A white square.",
        negative_prompt="rain",
        references=(reference,),
        duration=4,
        resolution="480p",
        ratio="16:9",
        fps=24,
        camera=Camera(motion=Motion.PUSH_IN, speed=Speed.FAST),
        audio=Audio.GENERATE,
        seed=11,
        take=1,
        native=True,
    )


async def until_succeeded(provider: VideoProvider, task_id: str) -> Observation:
    async with asyncio.timeout(60):
        while True:
            seen = await provider.check(task_id)
            assert isinstance(seen, Observation)
            if seen.state is RenderState.SUCCEEDED:
                return seen
            await asyncio.sleep(0.05)


async def test_our_block_drafts_and_finishes_a_film(
    provider: VideoProvider, sandbox: Sandbox, picture_bytes: bytes, picture_url: str
) -> None:
    """A native draft and its final go through our own dialect: the camera obeys, tokens and expiry are read."""
    import httpx

    spec = draft_spec(picture_bytes)
    media = {spec.references[0].sha256: picture_url}
    draft = await provider.submit(spec, media, client_ref="wp-draft")
    assert isinstance(draft, Accepted)
    await until_succeeded(provider, draft.task_id)
    final = await provider.submit(
        spec.final(resolution="1080p", fps=24, native=True), {}, client_ref="wp-final", draft_task_id=draft.task_id
    )
    assert isinstance(final, Accepted)
    seen = await until_succeeded(provider, final.task_id)
    assert ("wp-final", 194400) == (seen.client_ref, seen.tokens)
    assert seen.link_expires_at is not None
    assert timedelta(hours=23) < seen.link_expires_at - datetime.now(UTC) < timedelta(hours=25)
    async with httpx.AsyncClient(trust_env=False) as client:
        film = decoded((await client.get(seen.link or "")).content)
    assert (96, (1080, 1920)) == (len(film), film[0].shape)
    assert bright_width(film[-1]) / bright_width(film[0]) > 1.3


async def test_our_block_finds_a_task_whose_answer_never_came(
    provider: VideoProvider, sandbox: Sandbox, picture_bytes: bytes, picture_url: str
) -> None:
    """An accepted submit without an answer is in the list with our reference and our words; a refused one is not."""
    spec = draft_spec(picture_bytes)
    media = {spec.references[0].sha256: picture_url}
    since = datetime.now(UTC)
    await sandbox.faults(
        {"fault": "accept_then_timeout", "hold": 0.05}, {"fault": "too_many_requests", "match": {"nth": 2}}
    )
    assert isinstance(await provider.submit(spec, media, client_ref="wp-lost"), Unanswered)
    refused = await provider.submit(spec, media, client_ref="wp-refused")
    assert isinstance(refused, Refused)
    assert (FailureKind.RATE_LIMIT, 1.0) == (refused.failure.kind, refused.failure.retry_after)
    found = {task.client_ref: task for task in await provider.recent(since)}
    assert "wp-refused" not in found
    echoed = found["wp-lost"].asked
    assert (spec.duration, spec.resolution, spec.seed, True) == (
        *(echoed.duration, echoed.resolution, echoed.seed, echoed.draft),
    )


async def test_our_block_reads_a_refused_prompt(
    provider: VideoProvider, picture_bytes: bytes, picture_url: str
) -> None:
    """Ark's code for sensitive text becomes our content policy failure."""
    spec = dataclasses.replace(draft_spec(picture_bytes), prompt="A nude statue.")
    refused = await provider.submit(spec, {spec.references[0].sha256: picture_url}, client_ref="wp-nude")
    assert isinstance(refused, Refused)
    assert FailureKind.CONTENT_POLICY == refused.failure.kind
