"""What the ledger knows of a campaign, and of tickets, read once for all who ask at the same time.

When a gate opens, everybody comes at once. Whoever asks while a reading is under way waits for the next one, which
begins after they asked: nobody is shown less than what stood there when they came. Of a campaign that reading is one
statement, its mark; the rest is read when the mark has changed.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from blocks.ledger import Ledger
from blocks.ledger.marks import Mark
from deployments.desk.room.asking import Said
from deployments.desk.room.cuts import Reel
from deployments.desk.room.view import Facts
from workprint.errors import NotFound
from workprint.tickets import Ticket

_T = TypeVar("_T")


class Shared(Generic[_T]):
    """Readings by key, at most one of a key under way and one waiting. Belongs to one event loop."""

    def __init__(self) -> None:
        self._going: dict[str, asyncio.Task[_T]] = {}
        self._next: dict[str, asyncio.Task[_T]] = {}

    async def get(self, key: str, read: Callable[[], Awaitable[_T]]) -> _T:
        """A reading that began after this was called. Raises what reading raises."""
        if key not in self._next:
            self._next[key] = asyncio.create_task(self._after(key, self._going.get(key), read))
        # Whoever gives up must not take the reading from the others.
        return await asyncio.shield(self._next[key])

    async def _after(self, key: str, going: asyncio.Task[_T] | None, read: Callable[[], Awaitable[_T]]) -> _T:
        if going is not None:
            await asyncio.wait([going])
        self._going[key] = self._next.pop(key)
        try:
            return await read()
        finally:
            del self._going[key]


#: Campaigns of which the last reading is kept.
_MOST = 64


class Gatherer:
    """What was last read of each campaign of one ledger, with its mark. Does not keep that ledger alive."""

    def __init__(self) -> None:
        self._facts, self._tickets = Shared[Facts](), Shared[Mapping[str, Ticket]]()
        self._kept: OrderedDict[str, tuple[Mark, Facts]] = OrderedDict()
        self._wanted: set[str] = set()

    async def facts(self, ledger: Ledger, campaign_id: str) -> Facts:
        """As they stand now: read anew once the mark is another one. NotFound."""
        return await self._facts.get(campaign_id, partial(self._current, ledger, campaign_id))

    def last(self, campaign_id: str) -> Facts | None:
        """As they stood when they were last read; None when they were not."""
        kept = self._kept.get(campaign_id)
        return kept[1] if kept else None

    async def ticket(self, ledger: Ledger, ticket_id: str) -> Ticket:
        """As it stands now. NotFound."""
        self._wanted.add(ticket_id)
        found = await self._tickets.get("", partial(self._all_wanted, ledger))
        if ticket_id not in found:
            raise NotFound("no such ticket")
        return found[ticket_id]

    async def _current(self, ledger: Ledger, campaign_id: str) -> Facts:
        # The mark comes first: what changes meanwhile may be in the facts already, and gives another mark next time.
        mark = await ledger.room.mark(campaign_id)
        known = self._kept.get(campaign_id)
        if known is None or known[0] != mark:
            known = mark, await _read(ledger, campaign_id)
        self._kept[campaign_id] = known
        self._kept.move_to_end(campaign_id)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return known[1]

    async def _all_wanted(self, ledger: Ledger) -> Mapping[str, Ticket]:
        wanted, self._wanted = self._wanted, set()
        return await ledger.room.tickets_with(wanted)


_GATHERERS: WeakKeyDictionary[Ledger, Gatherer] = WeakKeyDictionary()


async def gathered(ledger: Ledger, campaign_id: str) -> Facts:
    """Everything about a campaign but what a guest has watched. NotFound."""
    return await _of(ledger).facts(ledger, campaign_id)


def last_gathered(ledger: Ledger, campaign_id: str) -> Facts | None:
    """What `gathered` gave last: enough for what never changes. None when nobody has asked yet."""
    return _of(ledger).last(campaign_id)


async def ticket_with(ledger: Ledger, ticket_id: str) -> Ticket:
    """One ticket, looked up with those of whoever else is at the door. NotFound."""
    return await _of(ledger).ticket(ledger, ticket_id)


def _of(ledger: Ledger) -> Gatherer:
    return _GATHERERS.setdefault(ledger, Gatherer())


async def _read(ledger: Ledger, campaign_id: str) -> Facts:
    campaign = await ledger.campaign(campaign_id)
    claims, films = await ledger.claims(campaign_id), await ledger.films(campaign_id)
    approvals, gates = await ledger.approvals(campaign_id), await ledger.gates.of(campaign_id)
    votes = await ledger.gates.votes(campaign_id) if gates else ()
    comments = await ledger.room.comments(campaign_id)
    reel = Reel(claims, approvals, films, comments, {})
    return Facts(campaign, reel, Said(gates, votes, approvals, comments))
