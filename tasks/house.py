"""The house: everything one process needs of the outside, opened once from its Prefect blocks.

A plain class, not a dataclass: Prefect visits the fields of dataclasses and models when they are task arguments.
"""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from blocks.bucket import ArchiveBucket
from blocks.ledger.block import LedgerDatabase
from blocks.ledger.ledger import Ledger
from blocks.provider import VideoProvider
from blocks.report_callback import CallbackSender
from tasks.pulse import Pulse
from tasks.watcher import Watcher
from workprint.errors import InputError
from workprint.models import ModelFacts, model_facts
from workprint.problems import Problem
from workprint.spec import FrozenReference, Spec

#: Names of the block documents `workprint up` makes; the provider's name is in the brief.
LEDGER, BUCKET, CALLBACK = "ledger", "archive", "callback"
#: How long a provider may read a reference by its signed link. Longer than any queue that still makes sense to wait in.
REFERENCE_SECONDS = 24 * 3600


class House:
    """Ledger, provider, bucket, callback sender and the one watcher of this process."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        provider_name: str,
        provider: VideoProvider,
        bucket: ArchiveBucket,
        callback: CallbackSender | None,
        pulse: Pulse,
    ) -> None:
        self.ledger = ledger
        self.provider_name = provider_name
        self.provider = provider
        self.bucket = bucket
        self.callback = callback
        self.facts: ModelFacts = model_facts(provider.model)
        self.pulse = pulse
        self.watcher = Watcher(ledger, provider, self.facts, pulse.holder)
        #: Places at the provider; a render holds one from its submit to its end.
        self.places = asyncio.Semaphore(provider.max_in_flight)
        self._scratch = TemporaryDirectory(prefix="workprint-")
        #: Films being decoded at once, for previews or judgement: each takes a core and some hundred MiB.
        self.cores = asyncio.Semaphore(max(1, os.cpu_count() or 1))

    @classmethod
    async def open(cls, provider_name: str) -> Self:
        """Load the four blocks. Raises `InputError` when the brief names a provider block that is not there."""
        database: LedgerDatabase = await LedgerDatabase.aload(LEDGER)
        provider = await load_provider(provider_name)
        bucket: ArchiveBucket = await ArchiveBucket.aload(BUCKET)
        ledger = await database.open()
        house = cls(
            ledger=ledger,
            provider_name=provider_name,
            provider=provider,
            bucket=bucket,
            callback=await _load_callback(),
            pulse=Pulse(ledger, database.lease_seconds),
        )
        await house.pulse.start()
        return house

    @property
    def holder(self) -> str:
        """This process's name in the ledger, while its lease lives."""
        return self.pulse.holder

    async def media(self, spec: Spec) -> dict[str, str]:
        """A URL the provider can read for each reference, by SHA-256: a signed link, or the bytes as a data URL."""
        return {reference.sha256: await self._delivered(reference) for reference in spec.references}

    async def draft_file(self, render_id: str, key: str, sha256: str) -> Path:
        """A draft on the local disk, read back from the bucket and verified, once per process: drafts are small."""
        path = Path(self._scratch.name) / f"{render_id}.mp4"
        if not path.exists():
            await self.bucket.read_back(key, sha256, path)
        return path

    async def _delivered(self, reference: FrozenReference) -> str:
        if self.provider.reference_delivery == "link":
            return await self.bucket.presign(reference.key, REFERENCE_SECONDS)
        body = base64.b64encode(await self.bucket.get(reference.key)).decode()
        return f"data:{reference.media_type};base64,{body}"

    async def close(self) -> None:
        """Stop the watcher and let go of every connection."""
        await self.leave()
        await self.pulse.stop()
        await self.ledger.close()

    async def leave(self) -> None:
        """Let go of what is this provider's alone; ledger and lease live on."""
        await self.watcher.close()
        await self.provider.aclose()
        self._scratch.cleanup()


@asynccontextmanager
async def open_house(provider_name: str) -> AsyncIterator[House]:
    """The house for the length of a flow, closed also when the flow suspends."""
    house = await House.open(provider_name)
    try:
        yield house
    finally:
        await house.close()


async def load_provider(name: str) -> VideoProvider:
    """The provider block of a brief. Raises `InputError` naming the field."""
    try:
        return await VideoProvider.aload(name)
    except ValueError as error:
        fix = "create a Workprint Video Provider block of that name in the Prefect UI, or name one that exists"
        zh = f"没有名为 {name} 的 provider 配置"
        raise InputError([Problem("provider", f"there is no provider block {name!r}", fix, zh=zh)]) from error


async def _load_callback() -> CallbackSender | None:
    """No callback block is no error until a brief wants a callback."""
    try:
        return await CallbackSender.aload(CALLBACK)
    except ValueError:
        return None
