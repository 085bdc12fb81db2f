"""Orders at MiniMax: the kettle as a draft and as its final, and a block before its voice."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox
from tests.deployments.sandbox.speaking import speaking, wished
from workprint.brief import Audio
from workprint.outcomes import Submitted
from workprint.spec import Spec

H3, MAX = "MiniMax-H3", "MiniMax-H3-Max"


@pytest_asyncio.fixture
async def minimax(fast: Sandbox) -> AsyncIterator[VideoProvider]:
    """A block of H3, with no faults set."""
    await fast.faults()
    async with speaking(fast, "minimax", H3) as made:
        yield made


def kettle(block: VideoProvider, **changes: Any) -> Spec:
    """The kettle as a draft of this model, which always has sound."""
    return wished(block, **{"resolution": "768p", "audio": Audio.GENERATE, **changes})


def finished(block: VideoProvider) -> Spec:
    """The 2K final the provider makes of its own draft."""
    return kettle(block).final(resolution="2k", fps=24, native=True)


async def regenerating(block: VideoProvider, source: str) -> Submitted:
    """What becomes of a wish for the final of this task."""
    return await block.submit(finished(block), {}, client_ref="wp-rnd_1", draft_task_id=source)
