"""What a pass of rescue works with: one ledger, one bucket, one lease, and a house for each provider it meets."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from prefect.logging import get_run_logger

from blocks.bucket import ArchiveBucket
from blocks.ledger.block import LedgerDatabase
from blocks.ledger.ledger import Ledger
from blocks.provider import VideoProvider
from tasks.house import BUCKET, LEDGER, House, load_provider
from tasks.pulse import Pulse
from tasks.retrying import Again
from tasks.teller import Teller, room_links
from workprint import steps
from workprint.brief import Brief
from workprint.campaigns import Campaign
from workprint.errors import WorkprintError
from workprint.fallback import Choice
from workprint.plan import Plan
from workprint.render import Render, Source
from workprint.rescue import Deed, Did
from workprint.states import RenderState

ACTOR = steps.Actor("rescue", Source.RESCUE)
#: Renders of one kind that one pass takes: the next pass is a minute away.
MOST = 1000


class Team:
    """Belongs to one pass. Houses are opened when first needed, and closed with the team."""

    def __init__(self, ledger: Ledger, bucket: ArchiveBucket, pulse: Pulse, stack: AsyncExitStack) -> None:
        self.ledger = ledger
        self.pulse = pulse
        self._bucket = bucket
        self._stack = stack
        self._houses: dict[str, House] = {}
        self._teller: Teller | None = None

    async def house(self, provider_name: str) -> House:
        """The house of a provider block. Raises `InputError` when there is none of that name."""
        if provider_name not in self._houses:
            house = House(
                ledger=self.ledger,
                provider_name=provider_name,
                provider=await load_provider(provider_name),
                bucket=self._bucket,
                callback=None,
                pulse=self.pulse,
            )
            self._houses[provider_name] = house
            self._stack.push_async_callback(house.leave)
        return self._houses[provider_name]

    async def provider(self, name: str) -> VideoProvider:
        """The provider block itself. Raises `InputError` when there is none of that name."""
        return (await self.house(name)).provider

    async def teller(self) -> Teller:
        """What tells people. Raises `BlockUnreadable` when the screening room's block cannot be read."""
        if self._teller is None:
            self._teller = Teller(self.ledger, links=await room_links(), bucket=self._bucket)
        return self._teller

    async def plan(self, campaign: Campaign) -> Plan:
        """The plan of a campaign, with its fallbacks. Raises `InputError` when one of its blocks is gone."""
        brief = Brief.model_validate(campaign.brief["brief"])
        houses = [await self.house(name) for name in (brief.provider, *brief.fallbacks)]
        own, *others = (Choice(house.provider_name, house.facts_in(campaign.brief)) for house in houses)
        return Plan.thaw(campaign.id, campaign.brief, own.facts, tuple(others))

    async def take(self, *states: RenderState) -> tuple[Render, ...]:
        """The renders in these states that nobody looks after, or we do already; they are ours from now on."""
        found = await self.ledger.leases.orphans(*states, holder=self.pulse.holder, limit=MOST)
        ours = await self.ledger.leases.hold([render.id for render in found], self.pulse.holder)
        return tuple(render for render in found if render.id in ours)


@asynccontextmanager
async def gathered() -> AsyncIterator[Team]:
    """The team for the length of a pass; afterwards everything it held is free again."""
    database: LedgerDatabase = await LedgerDatabase.aload(LEDGER)
    bucket: ArchiveBucket = await ArchiveBucket.aload(BUCKET)
    async with AsyncExitStack() as stack:
        ledger = await stack.enter_async_context(await database.open())
        pulse = Pulse(ledger, database.lease_seconds)
        stack.push_async_callback(pulse.stop)
        await pulse.start()
        yield Team(ledger, bucket, pulse, stack)


async def attempt(subject: str, work: Callable[[], Awaitable[Sequence[Deed]]]) -> Sequence[Deed]:
    """What the work did; trouble with one render or campaign never stops the others."""
    try:
        return await work()
    except Again as error:
        return (Deed(Did.TROUBLE, subject, str(error)),)
    except WorkprintError as error:
        get_run_logger().warning("rescue.trouble %s: %s", subject, error)
        return (Deed(Did.TROUBLE, subject, str(error)),)
    except Exception as error:  # noqa: BLE001  # a bug in one corner must not keep rescue from the rest
        get_run_logger().exception("rescue.failed %s", subject)
        return (Deed(Did.TROUBLE, subject, type(error).__name__),)
