"""The inbox of callbacks: kept first, judged second; what a render's holder has not looked at yet is a nudge."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import cast

from sqlalchemy import ColumnElement, Delete, and_, bindparam, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger.door import Door
from blocks.ledger.inbox_rows import Received
from blocks.ledger.leases import orphaned
from blocks.ledger.schema import renders
from blocks.ledger.schema_money import callbacks
from workprint.callbacks import Kept, Nudge, Receipt, token_hash
from workprint.states import RenderState

#: Nobody can ask the provider about these.
_WITHOUT_TASK = (RenderState.PLANNED, RenderState.SUBMITTING, RenderState.UNKNOWN)
#: Nudges one look brings: the others come with the next.
MOST = 500


class Inbox:
    """`ledger.inbox`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def receive(
        self, provider: str, token: str, headers: Mapping[str, str], body: bytes, *, signed: bool | None = None
    ) -> Kept:
        """Commit a callback as it came, then say whose it is and what it is worth. Callers share transactions."""
        digest = hashlib.sha256(body).hexdigest()
        wish = Received(provider, token_hash(token), headers, body, digest, signed)
        return cast("Kept", await self._door.write(wish, frozenset({(wish.token_hash, digest)})))

    async def nudges(self, holder: str) -> tuple[Nudge, ...]:
        """What came for the renders of this holder and was not looked at yet, oldest first.

        A callback that overtook the answer to its own POST waits until the render has its task.
        """
        return await self._open(and_(renders.c.holder == holder, renders.c.state.not_in(_WITHOUT_TASK)))

    async def stray_nudges(self) -> tuple[Nudge, ...]:
        """What came for renders that no living process looks after."""
        return await self._open(orphaned(renders.c.holder, self._door.clock()))

    async def bodies(self, render_id: str) -> tuple[str, ...]:
        """What came with a token of this render, newest first, at most ten; nothing that is wrongly signed."""
        table = callbacks.c
        query = select(table.body).where(table.render_id == render_id, table.outcome != Receipt.BAD_SIGNATURE)
        query = query.order_by(table.received_at.desc()).limit(10)
        async with self._door.reading() as connection:
            return tuple((await connection.execute(query)).scalars())

    async def forget_strangers(self, before: datetime) -> int:
        """Delete what came before then (aware) with a token that is nobody's; returns how many. A render's own stay."""
        query = delete(callbacks).where(callbacks.c.render_id.is_(None), callbacks.c.received_at < before)
        found: int = await self._door.do("strangers", partial(_deleted, query=query))
        return found

    async def handled(self, nudges: Sequence[Nudge], outcome: str, lag: float | None = None) -> None:
        """These were looked at. `lag`: seconds they came after the change they speak of, 0 when they brought it."""
        if nudges:
            ids = [nudge.id for nudge in nudges]
            work = partial(_handled, ids=ids, values={"outcome": outcome, "lag_seconds": lag})
            await self._door.do(("callback", ids[0]), partial(work, now=self._door.clock()))

    async def _open(self, whose: ColumnElement[bool]) -> tuple[Nudge, ...]:
        table = callbacks.c
        query = (
            select(table.id, table.render_id, table.received_at)
            # Through the few that are open to their renders, never the other way round.
            .where(table.handled_at.is_(None), table.render_id.is_not(None))
            .where(exists().where(renders.c.id == table.render_id, whose))
            .order_by(table.received_at)
            .limit(MOST)
        )
        async with self._door.reading() as connection:
            return tuple(Nudge(*row) for row in await connection.execute(query))


async def _deleted(connection: AsyncConnection, query: Delete) -> int:
    return (await connection.execute(query)).rowcount


async def _handled(connection: AsyncConnection, ids: Sequence[str], values: dict[str, object], now: object) -> None:
    query = update(callbacks).where(callbacks.c.id == bindparam("of_id"), callbacks.c.handled_at.is_(None))
    rows = [{"of_id": one, "handled_at": now, **values} for one in ids]
    await connection.execute(query.values({name: bindparam(name) for name in ("handled_at", *values)}), rows)
