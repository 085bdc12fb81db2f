"""The fault of one case while its campaign runs: wires and a desk of its own, and what the sandbox shall do."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.torture.cases import LINKS, PAIR, Case
from tests.torture.desks import Desk, desk
from tests.torture.servers import Ground
from tests.torture.wires import Wire, wire


@dataclass(slots=True)
class Injection:
    """What goes wrong, and since when (`time.monotonic`)."""

    case: Case
    #: Where this campaign's processes find what they need, when not where the lane's blocks say.
    through: dict[str, str] = field(default_factory=dict)
    wires: dict[str, Wire] = field(default_factory=dict)
    desk: Desk | None = None
    began: float | None = None
    #: Processes of the run that died.
    deaths: int = 0
    #: Whether a second worker or person came.
    second_came: bool = False
    #: Turns of each wire by pass, as far as they were counted.
    turns: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def struck_at(self) -> float | None:
        """When the fault came, as far as one can tell."""
        cuts = [wire.struck_at for wire in self.wires.values() if wire.struck_at is not None]
        return min([*cuts, *([] if self.began is None else [self.began])], default=None)

    def strikes(self) -> None:
        """Now it happens."""
        self.began = self.began or time.monotonic()

    def died(self) -> None:
        """A process of the run was killed."""
        self.deaths += 1
        self.strikes()

    def kill(self, pass_: int) -> str | None:
        """The point to die at, when this is the pass for it and nobody has died yet."""
        if self.case.kill is None or self.deaths:
            return None
        wanted, point = self.case.kill
        return point if wanted == pass_ else None

    def arm(self, pass_: int) -> None:
        """The wires count anew in each pass."""
        cut = self.case.cut
        for link, here in self.wires.items():
            ours = cut is not None and (cut.link, cut.pass_) == (link, pass_)
            here.arm(cut.how if cut and ours else None, cut.turn if cut else 0)

    def counted(self, pass_: int) -> None:
        """Keep how many turns there were."""
        self.turns.update({(link, pass_): wire.turns for link, wire in self.wires.items()})

    def fired(self, hits: Mapping[tuple[str, str], int]) -> int:
        """How many of the case's one or two faults came. `hits`: the sandbox's."""
        case = self.case
        provider = bool(case.faults) and all(hits[fault["fault"], case.name] for fault in case.faults)
        return min(sum(self._happened()) + provider, 2 if case.family == PAIR else 1)

    @property
    def missed(self) -> bool:
        """Whether the moment of a fault of ours did not come."""
        return not all(self._happened())

    def _happened(self) -> list[bool]:
        case, wire_ = self.case, self.wires.get(self.case.cut.link) if self.case.cut else None
        happened = [self.deaths > 0] if case.kill else []
        happened += [wire_ is not None and wire_.struck_at is not None] if case.cut else []
        happened += [self.desk is not None and self.desk.deaths > 0] if case.desk else []
        return happened + ([self.second_came] if case.workers or case.people else [])


@asynccontextmanager
async def injected(case: Case, ground: Ground, lane: Any, *, watched: bool = False) -> AsyncIterator[Injection]:
    """Set everything up. `watched`: nothing goes wrong, but all wires and a desk are there, and count."""
    made = Injection(case)
    async with AsyncExitStack() as stack:
        if watched or case.desk:
            name = f"desk-{case.number}"
            own = desk(lane.zygote, ground.home / "runs", name, lane.ledger_url, kill=case.desk, died=made.strikes)
            made.desk = await stack.enter_async_context(own)
            made.through["desk"] = made.desk.url
        for link in LINKS if watched else [case.cut.link] if case.cut else []:
            if link != "ledger" or lane.database == "postgresql":
                await _lay(made, link, lane.addresses, stack)
        if case.faults:
            await _aim(ground, case)
            made.strikes()
        yield made


async def _lay(made: Injection, link: str, addresses: Mapping[str, str], stack: AsyncExitStack) -> None:
    """A wire in front of where the link leads now."""
    url = made.through.get(link, addresses[link])
    parts = urlsplit(url)
    made.wires[link], port = await stack.enter_async_context(wire(str(parts.hostname), int(parts.port or 0)))
    made.through[link] = url.replace(f"{parts.hostname}:{parts.port}", f"127.0.0.1:{port}", 1)


async def _aim(ground: Ground, case: Case) -> None:
    aimed = [{**f, "match": {**f["match"], "prompt": f"{case.name} "}} for f in case.faults]
    sandbox = ground.sandbox
    async with httpx.AsyncClient(base_url=sandbox.base_url, headers=sandbox.headers, trust_env=False) as client:
        (await client.post("/sandbox/faults", json=aimed)).raise_for_status()
