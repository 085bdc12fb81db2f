"""Life signs: which process looks after which render, and whose process is gone.

A process renews one row, however many renders it looks after. A render whose holder's lease has run out is an orphan:
rescue takes it over. Leases decide who works, never who wins: that is compare-and-set.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import reading
from blocks.ledger.door import Door
from blocks.ledger.schema import renders
from blocks.ledger.schema_money import leases
from blocks.ledger.upserts import insert_or_set
from workprint.render import Render
from workprint.states import RenderState


class Leases:
    """`ledger.leases`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def beat(self, holder: str, seconds: float) -> None:
        """Say that this process lives: its lease ends `seconds` from now unless renewed."""
        until = self._door.clock() + timedelta(seconds=seconds)
        await self._door.do(("lease", holder), partial(_beat, holder=holder, until=until))

    async def let_go(self, holder: str) -> None:
        """This process ends in order: what it still held is free at once."""
        await self._door.do(("lease", holder), partial(_let_go, holder=holder))

    async def hold(self, render_ids: Sequence[str], holder: str) -> frozenset[str]:
        """Take these renders unless a living process has them; returns the ids that are now this holder's."""
        if not render_ids:
            return frozenset()
        work = partial(_hold, ids=tuple(render_ids), holder=holder, now=self._door.clock())
        found: frozenset[str] = await self._door.do(("lease", holder), work)
        return found

    async def orphans(self, *states: RenderState, holder: str = "", limit: int = 1000) -> tuple[Render, ...]:
        """Renders in one of these states that no living process looks after, or `holder` does; oldest first."""
        free = or_(renders.c.holder == holder, orphaned(renders.c.holder, self._door.clock()))
        async with self._door.reading() as connection:
            return await reading.renders(connection, renders.c.state.in_(states), free, limit=limit)


def orphaned(holder: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    """Nobody holds it, or whoever does has given no sign of life in time."""
    alive = exists().where(leases.c.holder == holder, leases.c.until > now)
    return or_(holder.is_(None), ~alive)


async def _beat(connection: AsyncConnection, holder: str, until: datetime) -> None:
    values = {"holder": holder, "until": until}
    await connection.execute(insert_or_set(connection, leases, [leases.c.until]).values(values))
    # Leases of the dead are of no use a day later.
    await connection.execute(delete(leases).where(leases.c.until < until - timedelta(days=1)))


async def _let_go(connection: AsyncConnection, holder: str) -> None:
    await connection.execute(delete(leases).where(leases.c.holder == holder))


async def _hold(connection: AsyncConnection, ids: Sequence[str], holder: str, now: datetime) -> frozenset[str]:
    free = or_(renders.c.holder == holder, orphaned(renders.c.holder, now))
    query = update(renders).where(renders.c.id.in_(ids), free).values(holder=holder).returning(renders.c.id)
    return frozenset((await connection.execute(query)).scalars())
