"""Orders at Kling: the kettle as Kling makes it, each under an id of its own, and a block before its voice."""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox
from tests.deployments.sandbox.speaking import speaking, wished
from workprint.outcomes import Accepted
from workprint.spec import Spec

#: Our ids are unique in the account: each submit takes another.
refs = (f"wp-rnd_kling{number}" for number in itertools.count(1))


@pytest_asyncio.fixture
async def kling(fast: Sandbox) -> AsyncIterator[VideoProvider]:
    """A block of Kling 3.0, with no faults set."""
    await fast.faults()
    async with speaking(fast, "kling", "kling-3.0") as made:
        yield made


def kettle(block: VideoProvider, **changes: Any) -> Spec:
    """The kettle at a resolution Kling has."""
    return wished(block, **{"resolution": "720p", **changes})


async def sent(block: VideoProvider, media: dict[str, str] | None = None, **changes: Any) -> str:
    """The id of a task that was made."""
    outcome = await block.submit(kettle(block, **changes), media or {}, client_ref=next(refs))
    assert isinstance(outcome, Accepted), outcome
    return outcome.task_id


async def made_of(sandbox: Sandbox, reference: str) -> int:
    """How many tasks carry our id, whatever anybody was told."""
    return sum(task["safety_identifier"] == reference for task in await sandbox.tasks())
