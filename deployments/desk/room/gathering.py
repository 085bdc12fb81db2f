"""What the ledger knows of a campaign, read once for all who ask at the same time.

When a gate opens, everybody comes at once. Whoever asks while a reading is under way waits for the next one, which
begins after they asked: nobody is shown less than what stood there when they came.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from blocks.ledger import Ledger
from deployments.desk.room.asking import Said
from deployments.desk.room.cuts import Reel
from deployments.desk.room.view import Facts

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


_SHARED: WeakKeyDictionary[Ledger, Shared[Facts]] = WeakKeyDictionary()


async def gathered(ledger: Ledger, campaign_id: str) -> Facts:
    """Everything about a campaign but what a guest has watched. NotFound."""
    shared = _SHARED.setdefault(ledger, Shared())
    return await shared.get(campaign_id, partial(_read, ledger, campaign_id))


async def _read(ledger: Ledger, campaign_id: str) -> Facts:
    campaign = await ledger.campaign(campaign_id)
    claims, films = await ledger.claims(campaign_id), await ledger.films(campaign_id)
    approvals, gates = await ledger.approvals(campaign_id), await ledger.gates.of(campaign_id)
    votes = await ledger.gates.votes(campaign_id) if gates else ()
    comments = await ledger.room.comments(campaign_id)
    reel = Reel(claims, approvals, films, comments, {})
    return Facts(campaign, reel, Said(gates, votes, approvals, comments))
