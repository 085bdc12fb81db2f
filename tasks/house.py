"""The house: everything one process needs of the outside, opened once from its Prefect blocks.

A plain class, not a dataclass: Prefect visits the fields of dataclasses and models when they are task arguments.
"""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from blocks.bucket import ArchiveBucket
from blocks.ledger.block import LedgerDatabase
from blocks.ledger.ledger import Ledger
from blocks.provider import VideoProvider
from blocks.report_callback import CallbackSender
from tasks.optional_blocks import optional
from tasks.policies import Policies, shared
from tasks.pulse import Pulse
from tasks.teller import Teller, room_links
from tasks.watcher import Watcher
from workprint.brief import Brief
from workprint.choosing import Chosen, cheapest, chosen_in
from workprint.errors import InputError
from workprint.fallback import Choice
from workprint.models import ModelFacts, model_facts
from workprint.problems import Problem, refuse
from workprint.room_links import RoomLinks
from workprint.spec import FrozenReference, Spec

#: Names of the block documents `workprint up` makes; the provider's name is in the brief.
LEDGER, BUCKET, CALLBACK = "ledger", "archive", "callback"
#: Gives the provider block of a name.
Providers = Callable[[str], Awaitable[VideoProvider]]
#: How long a provider may read a reference by its signed link. Longer than any queue that still makes sense to wait in.
REFERENCE_SECONDS = 24 * 3600


class House:
    """Ledger, provider, bucket, callback sender and the one watcher of this process.

    A brief's fallbacks have a house of their own each, `beside` this one: another provider with its places and its
    watcher, over the same ledger, bucket and lease.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        provider_name: str,
        provider: VideoProvider,
        bucket: ArchiveBucket,
        callback: CallbackSender | None,
        pulse: Pulse,
        policy_of: Policies | None = None,
        links: RoomLinks | None = None,
    ) -> None:
        self.ledger = ledger
        self.provider_name = provider_name
        self.provider = provider
        self.bucket = bucket
        self.callback = callback
        #: The approval policy in force for a project.
        self.policy_of = policy_of or shared()
        #: The screening room's addresses; None without a room.
        self.links = links
        self.teller = Teller(ledger, links=links, bucket=bucket)
        #: The model that makes this campaign's films, where the block names none.
        self._model = ""
        self.pulse = pulse
        self.watcher = Watcher(ledger, provider, pulse.holder)
        #: Places at the provider; a render holds one from its submit to its end.
        self.places = asyncio.Semaphore(provider.max_in_flight)
        self._scratch = TemporaryDirectory(prefix="workprint-")
        #: Films being decoded at once, for previews or judgement: each takes a core and some hundred MiB.
        self.cores = asyncio.Semaphore(max(1, os.cpu_count() or 1))
        #: Switches are decided one after the other: each counts what the one before has claimed.
        self.switching = asyncio.Lock()
        self._beside: dict[str, House] = {}

    @classmethod
    async def open(cls, provider_name: str, fallbacks: Sequence[str] = ()) -> Self:
        """Load the blocks. Raises `InputError` when the brief names provider blocks that are not there."""
        database: LedgerDatabase = await LedgerDatabase.aload(LEDGER)
        provider, *others = await _load_providers(provider_name, fallbacks)
        bucket: ArchiveBucket = await ArchiveBucket.aload(BUCKET)
        ledger = await database.open()
        house = cls(
            ledger=ledger,
            provider_name=provider_name,
            provider=provider,
            bucket=bucket,
            callback=await optional(CallbackSender, CALLBACK),  # no error until a brief wants one
            pulse=Pulse(ledger, database.lease_seconds),
            links=await room_links(),
        )
        for name, other in dict(zip(fallbacks, others, strict=True)).items():  # named twice: refused by its rule later
            house.beside(name, other)
        await house.pulse.start()
        return house

    def beside(self, provider_name: str, provider: VideoProvider) -> "House":
        """The house of a fallback, from now on found `at` its name and closed with this one."""
        other = House(
            ledger=self.ledger,
            provider_name=provider_name,
            provider=provider,
            bucket=self.bucket,
            callback=self.callback,
            pulse=self.pulse,
            policy_of=self.policy_of,
            links=self.links,
        )
        other.cores = self.cores
        self._beside[provider_name] = other
        return other

    def at(self, provider_name: str) -> "House":
        """The house of the provider block that makes a film. Raises `KeyError` for one the brief does not name."""
        return self if provider_name == self.provider_name else self._beside[provider_name]

    @property
    def facts(self) -> ModelFacts:
        """What its model can do and costs. Raises `InputError` where the block names none and none was taken yet."""
        return model_facts(self._model or self.provider.model, self.provider.dialect)

    def facts_in(self, frozen: Mapping[str, Any]) -> ModelFacts:
        """The same for a campaign the ledger knows, which keeps the models that were chosen for it."""
        kept = chosen_in(frozen).get(self.provider_name)
        return model_facts(kept.model, self.provider.dialect) if kept else self.facts

    def choose(self, brief: Brief, today: date) -> dict[str, Chosen]:
        """Take the cheapest model for every block that names none. Raises `InputError` when none can make the brief."""
        unnamed = [house for house in self.every if not house.provider.model]
        chosen = {house.provider_name: cheapest(brief, house.provider.dialect, today) for house in unnamed}
        self.take(chosen)
        return chosen

    def take(self, chosen: Mapping[str, Chosen]) -> None:
        """These models, by provider block, for the campaign of this house."""
        for house in self.every:
            if house.provider_name in chosen:
                house._model = chosen[house.provider_name].model

    @property
    def every(self) -> tuple["House", ...]:
        """This house and those beside it, in the order they are asked."""
        return (self, *self._beside.values())

    @property
    def fallbacks(self) -> tuple[Choice, ...]:
        """The brief's fallbacks, in its order."""
        return tuple(Choice(name, house.facts) for name, house in self._beside.items())

    def progress(self) -> dict[str, float | None]:
        """What the providers last said of each render still being waited for: 0.0 to 1.0, None when unsaid."""
        said = (house.watcher.progress() for house in self.every)
        return {render_id: share for one in said for render_id, share in one.items()}

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
        """Let go of what is the providers' alone; ledger and lease live on."""
        for other in self._beside.values():
            await other.leave()
        await self.watcher.close()
        await self.provider.aclose()
        self._scratch.cleanup()


@asynccontextmanager
async def open_house(provider_name: str, fallbacks: Sequence[str] = ()) -> AsyncIterator[House]:
    """The house for the length of a flow, closed also when the flow suspends."""
    house = await House.open(provider_name, fallbacks)
    try:
        yield house
    finally:
        await house.close()


@asynccontextmanager
async def provider_blocks() -> AsyncIterator[Providers]:
    """Provider blocks by name, each loaded when it is first asked for, and all closed at the end."""
    async with AsyncExitStack() as stack:
        loaded: dict[str, VideoProvider] = {}

        async def block(name: str) -> VideoProvider:
            if name not in loaded:
                loaded[name] = await stack.enter_async_context(await load_provider(name))
            return loaded[name]

        yield block


async def load_provider(name: str, field: str = "provider") -> VideoProvider:
    """The provider block of a brief. Raises `InputError` naming the field."""
    try:
        return await VideoProvider.aload(name)
    except ValueError as error:
        fix = "create a Workprint Video Provider block of that name in the Prefect UI, or name one that exists"
        zh = f"没有名为 {name} 的 provider 配置"
        raise InputError([Problem(field, f"there is no provider block {name!r}", fix, zh=zh)]) from error


async def _load_providers(provider_name: str, fallbacks: Sequence[str]) -> list[VideoProvider]:
    """The brief's own block, then its fallbacks. Raises `InputError` with all that are not there."""
    named = {"provider": provider_name} | {f"fallbacks[{index}]": name for index, name in enumerate(fallbacks)}
    found: list[VideoProvider] = []
    problems: list[Problem] = []
    for field, name in named.items():
        try:
            found.append(await load_provider(name, field))
        except InputError as error:
            problems.extend(error.problems)
    refuse(problems)
    return found
