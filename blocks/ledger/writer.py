"""Group commit: whatever callers want written at the same time goes into one transaction.

A commit costs an fsync, a statement a round trip; fifty changes together cost little more than one. A caller is
answered after the commit, never before, and never with somebody else's error: a batch that the database refuses is
halved until the wish that is at fault stands alone.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from blocks.ledger.engine import writing
from workprint.errors import LedgerError

#: So many wishes share one transaction at most: it bounds statements, and how long other processes wait for the lock.
BATCH = 200
#: A wish alone is tried so often: a deadlock or a lost race with another process is over after one more try.
TRIES = 3

#: Does the work of a batch inside its transaction; one outcome per wish, in order. An outcome that is an error is the
#: answer to that wish alone. Raising rolls everything back.
Work = Callable[[AsyncConnection, Sequence[Any]], Awaitable[Sequence[Any]]]


@dataclass(eq=False, slots=True)
class _Queued:
    wish: Any
    #: What it touches. Two wishes that touch the same thing never share a batch: the second must see the first.
    touches: frozenset[Any]
    answer: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Writer:
    """The one path by which this process writes. It belongs to the event loop that made it."""

    def __init__(self, engine: AsyncEngine, work: Work) -> None:
        self._engine = engine
        self._work = work
        self._loop = asyncio.get_running_loop()
        self._queue: deque[_Queued] = deque()
        self._drainer: asyncio.Task[None] | None = None
        self._closed = False

    async def write(self, wish: Any, touches: frozenset[Any]) -> Any:
        """The outcome of this wish, once it is committed.

        A cancelled caller leaves a wish that may or may not be written, as with any database.
        """
        if self._closed:
            raise LedgerError("this ledger is closed")
        if asyncio.get_running_loop() is not self._loop:
            raise LedgerError("a ledger belongs to the event loop that opened it", fix="open another one in this loop")
        queued = _Queued(wish, touches)
        self._queue.append(queued)
        if self._drainer is None:
            # An empty context: the writer serves everybody, so it must not carry the first caller's run or log context.
            self._drainer = self._loop.create_task(self._drain(), context=contextvars.Context())
        return await queued.answer

    async def close(self) -> None:
        """Write what is queued, then take nothing more."""
        self._closed = True
        if self._drainer is not None:
            await self._drainer

    async def _drain(self) -> None:
        batch: list[_Queued] = []
        try:
            while self._queue:
                # One turn of the loop, so that callers who are about to ask come along.
                await asyncio.sleep(0)
                batch = self._take()
                await self._commit(batch)
        finally:
            self._drainer = None
            for queued in (*batch, *self._queue):
                queued.answer.cancel()
            self._queue.clear()

    def _take(self) -> list[_Queued]:
        batch: list[_Queued] = []
        held: list[_Queued] = []
        touched: set[Any] = set()
        while self._queue and len(batch) < BATCH:
            queued = self._queue.popleft()
            if queued.answer.done():
                continue
            (held if touched & queued.touches else batch).append(queued)
            touched |= queued.touches
        self._queue.extendleft(reversed(held))
        return batch

    async def _commit(self, batch: Sequence[_Queued]) -> None:
        try:
            outcomes = await self._transaction(batch)
        except Exception as error:  # noqa: BLE001  whoever asked is told, whatever it is; the writer goes on
            await self._after(error, batch)
        else:
            for queued, outcome in zip(batch, outcomes, strict=True):
                _answer(queued, outcome)

    async def _after(self, error: Exception, batch: Sequence[_Queued]) -> None:
        """Halve a batch that was refused until the one that is at fault stands alone."""
        if _nobodys_fault(error):
            for queued in batch:
                _answer(queued, translated(error))
        elif len(batch) > 1:
            middle = len(batch) // 2
            await self._commit(batch[:middle])
            await self._commit(batch[middle:])
        else:
            _answer(batch[0], await self._again(batch[0], error))

    async def _again(self, queued: _Queued, error: Exception) -> Any:
        for _ in range(TRIES - 1):
            try:
                return (await self._transaction([queued]))[0]
            except Exception as another:  # noqa: BLE001  same
                error = another
        return translated(error)

    async def _transaction(self, batch: Sequence[_Queued]) -> Sequence[Any]:
        async with writing(self._engine) as connection:
            return await self._work(connection, [queued.wish for queued in batch])


def _answer(queued: _Queued, outcome: Any) -> None:
    if queued.answer.done():
        return
    if isinstance(outcome, Exception):
        queued.answer.set_exception(outcome)
    else:
        queued.answer.set_result(outcome)


def _nobodys_fault(error: Exception) -> bool:
    """The database is away, full, or locked for too long: trying one by one would only make everybody wait."""
    away = isinstance(error, DBAPIError) and error.connection_invalidated
    return away or isinstance(error, (OSError, OperationalError, PoolTimeout))


def translated(error: Exception) -> LedgerError:
    """The driver's own sentence, without the statement and its parameters: they may hold a prompt or a link."""
    if isinstance(error, LedgerError):
        return error
    cause = getattr(error, "orig", None) or error
    # PostgreSQL's DETAIL repeats the whole row.
    found = LedgerError(f"the database refused: {str(cause).partition(chr(10) + 'DETAIL')[0]}")
    found.__cause__ = error
    return found
