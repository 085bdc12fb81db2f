"""One voice, the block of its dialect before it, and whoever is called back: what the tests over all voices share."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from blocks.provider import VideoProvider
from deployments.conform.specs import smallest
from deployments.sandbox.tasks import Status
from deployments.sandbox.testing import Sandbox
from deployments.sandbox.voices import VOICES
from deployments.sandbox.voices.voice import Voice
from tests.deployments.sandbox.listener import Listener, listening
from tests.deployments.sandbox.speaking import ENDED, speaking, until
from workprint.brief import InputType
from workprint.models import ModelFacts, all_models
from workprint.outcomes import Accepted, Observation, Submitted
from workprint.states import RenderState

_NUMBERS = count(1)


@dataclass
class Scene:
    """What a check plays with."""

    voice: Voice
    facts: ModelFacts
    block: VideoProvider
    sandbox: Sandbox
    listener: Listener
    #: Whether tasks ask to be called back. Who says so waits for every call: one that comes too late finds nobody.
    calls: bool = False
    #: The client's own id of the last submit.
    reference: str = ""

    async def strike(self, fault: str, **more: Any) -> None:
        """Set one fault in place of all."""
        await self.sandbox.faults({"fault": fault, **more})

    async def submit(self) -> Submitted:
        """One POST, of the smallest film."""
        self.reference = f"wp-rnd_{time.time_ns()}{next(_NUMBERS)}"
        called = self.listener.url if self.calls else None
        return await self.block.submit(smallest(self.facts), {}, client_ref=self.reference, callback_url=called)

    async def task(self) -> str:
        """The id of a new task."""
        outcome = await self.submit()
        assert isinstance(outcome, Accepted), outcome
        return outcome.task_id

    async def until(self, task_id: str, *states: RenderState) -> Observation:
        """The first answer that says one of these states; none named: any end."""
        return await until(self.block, task_id, *(states or ENDED))

    async def truth(self) -> dict[str, Any]:
        """The newest task, as the sandbox's own books have it."""
        return (await self.sandbox.tasks())[-1]

    async def download(self, link: str) -> httpx.Response:
        """What a link gives, with the headers our block sends there."""
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            return await client.get(link, headers=self.block.fetching(link).headers)

    @property
    def words(self) -> list[str]:
        """What a film that succeeds is called back as, in order."""
        life = (Status.QUEUED, Status.RUNNING, Status.SUCCEEDED)
        return [self.voice.words[status] for status in life if status in self.voice.calls_back]

    async def called(self, times: int = 1) -> list[tuple[str, bytes, float]]:
        """The calls about a film that succeeds, each so many times."""
        return await self.listener.until_called(len(self.words) * times)


@asynccontextmanager
async def scene(sandbox: Sandbox, name: str, *, calls: bool = False) -> AsyncIterator[Scene]:
    """A voice of this sandbox, with no faults set."""
    await sandbox.faults()
    facts = next(facts for facts in all_models(name) if InputType.TEXT_TO_VIDEO in facts.input_types)
    async with listening() as listener, speaking(sandbox, name, facts.name) as block:
        yield Scene(VOICES[name], facts, block, sandbox, listener, calls)


async def settled(scene_: Scene, task_id: str) -> dict[str, Any]:
    """The task's line in the books once it has ended there."""
    async with asyncio.timeout(30):
        while True:
            (line,) = [item for item in await scene_.sandbox.tasks() if task_id.endswith(item["id"])]
            if line["status"] not in {"queued", "running"}:
                return line
            await asyncio.sleep(0.01)
