"""Notices in the ledger: an outbox without texts, of which every message is sent by one, and tried again."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, cast

from sqlalchemy import Update, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger.door import Door
from blocks.ledger.keeping import Deed
from blocks.ledger.room_rows import notice_values, read_notices
from blocks.ledger.schema_room import notices
from blocks.ledger.upserts import insert_new
from workprint.errors import NotFound
from workprint.notices import Notice, NoticeState
from workprint.redact import redact

#: A literal, so that the partial index serves it.
_TO_SEND = text("notices.state = 'waiting'")
#: Characters kept of why a try failed.
_REASON = 500


class Notices:
    """`ledger.notices`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def put(self, wanted: Sequence[Notice]) -> None:
        """Keep notices that are not there yet; those that are stay as they are. LedgerError: unknown campaign."""
        rows = {notice.id: notice_values(notice) for notice in wanted}
        if rows:
            work = partial(insert_new, table=notices, rows=tuple(rows.values()))
            await self._door.write(Deed(work), frozenset(("notice", one) for one in rows))

    async def due(self, limit: int = 200) -> tuple[Notice, ...]:
        """What is to be sent now, oldest first."""
        async with self._door.reading() as connection:
            return await read_notices(connection, _TO_SEND, notices.c.next_at <= self._door.clock(), limit=limit)

    async def take(self, notice_id: str, seconds: float) -> bool:
        """Whether this caller may send it now: of several one may, and nobody else for so many seconds.

        Counts as an attempt. A caller that dies, or takes longer, leaves it to the next.
        """
        now = self._door.clock()
        query = update(notices).where(notices.c.id == notice_id, _TO_SEND, notices.c.next_at <= now)
        later = now + timedelta(seconds=seconds)
        query = query.values(next_at=later, attempts=notices.c.attempts + 1)
        return cast("bool", await self._do(notice_id, partial(_changed, query=query)))

    async def sent(self, notice_id: str) -> None:
        """It went out, also when it had been given up before: it is never sent again. NotFound."""
        query = update(notices).where(notices.c.id == notice_id, notices.c.state != NoticeState.SENT)
        values = {"state": NoticeState.SENT, "sent_at": self._door.clock(), "next_at": None, "problem": ""}
        await self._do(notice_id, partial(_settled, query=query.values(values), notice_id=notice_id))

    async def failed(self, notice_id: str, why: str, again_in: float | None) -> None:
        """A try failed; the next one may come in so many seconds, None: never. What was sent stays sent. NotFound."""
        values: dict[str, Any] = {"problem": redact(why, limit=_REASON)}
        if again_in is None:
            values |= {"state": NoticeState.GIVEN_UP, "next_at": None}
        else:
            values |= {"next_at": self._door.clock() + timedelta(seconds=again_in)}
        query = update(notices).where(notices.c.id == notice_id, _TO_SEND).values(values)
        await self._do(notice_id, partial(_settled, query=query, notice_id=notice_id))

    async def of(self, campaign_id: str) -> tuple[Notice, ...]:
        """Every notice of a campaign, oldest first."""
        async with self._door.reading() as connection:
            return await read_notices(connection, notices.c.campaign_id == campaign_id)

    async def _do(self, notice_id: str, work: Callable[[AsyncConnection], Any]) -> Any:
        return await self._door.do(("notice", notice_id), work)


async def _changed(connection: AsyncConnection, query: Update) -> bool:
    return (await connection.execute(query.returning(notices.c.id))).first() is not None


async def _settled(connection: AsyncConnection, query: Update, notice_id: str) -> None:
    """NotFound for an unknown notice; one that is settled already stays as it is."""
    if not await _changed(connection, query) and not await read_notices(connection, notices.c.id == notice_id):
        raise NotFound(f"no notice {notice_id}")
