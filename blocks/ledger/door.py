"""The one way to the database: an engine, the shared writer and the clock, for every part of the ledger."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from blocks.ledger import keeping
from blocks.ledger.changing import Wish, apply_changes
from blocks.ledger.claiming import ClaimWish, apply_claims
from blocks.ledger.engine import GLANCE, connect
from blocks.ledger.inbox_rows import Received, keep_received
from blocks.ledger.keeping import Deed
from blocks.ledger.migrate import bring_up_to_date
from blocks.ledger.watching import Report, keep_reports
from blocks.ledger.writer import Writer, translated


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


async def ready(url: str) -> AsyncEngine:
    """An engine whose database has the newest schema."""
    engine = await connect(url)
    try:
        await bring_up_to_date(engine)
    except BaseException:
        await engine.dispose()
        raise
    return engine


class Door:
    """Reading goes through the pool, writing through one queue. Belongs to the event loop that made it."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._writer = Writer(engine, self._work)
        #: Aware, in UTC.
        self.clock = clock

    async def close(self) -> None:
        """Finish what is being written, then let go of the database."""
        await self._writer.close()
        await self._engine.dispose()

    async def write(self, wish: Any, touches: frozenset[Any]) -> Any:
        """The outcome of a wish once it is committed."""
        return await self._writer.write(wish, touches)

    async def do(self, touched: object, work: Callable[[AsyncConnection], Any]) -> Any:
        """One small piece of writing of its own. Two that touch the same thing come one after the other."""
        return await self._writer.write(Deed(work), frozenset({touched}))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read with; LedgerError for whatever the driver raises."""
        try:
            async with aclosing(await self._connected()) as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise translated(error) from error

    @asynccontextmanager
    async def glancing(self) -> AsyncIterator[AsyncConnection]:
        """The same for one statement alone, which sees one state of the database by itself."""
        async with self.reading() as connection:
            yield await connection.execution_options(**GLANCE)

    async def _connected(self) -> AsyncConnection:
        """SQLAlchemy lets pass what asyncpg says of a password or of a database that is closed."""
        try:
            return await self._engine.connect()
        except Exception as error:
            raise translated(error) from error

    async def _work(self, connection: AsyncConnection, wishes: Sequence[Any]) -> Sequence[Any]:
        """One batch in one order for everybody: small deeds, changes by render, claims by fingerprint, what came in."""
        now = self.clock()
        outcomes: dict[int, Any] = {}
        for place, wish in enumerate(wishes):
            if isinstance(wish, Deed):
                outcomes[place] = await keeping.do(connection, wish)
        if changes := _of(Wish, wishes):
            outcomes |= zip(changes, await apply_changes(connection, list(changes.values()), now), strict=True)
        if claims := _of(ClaimWish, wishes):
            outcomes |= zip(claims, await apply_claims(connection, list(claims.values()), now), strict=True)
        if received := _of(Received, wishes):
            outcomes |= zip(received, await keep_received(connection, list(received.values()), now), strict=True)
        if reports := _of(Report, wishes):
            outcomes |= zip(reports, await keep_reports(connection, list(reports.values())), strict=True)
        return [outcomes[place] for place in range(len(wishes))]


def _of(kind: type[Any], wishes: Sequence[Any]) -> dict[int, Any]:
    return {place: wish for place, wish in enumerate(wishes) if isinstance(wish, kind)}
