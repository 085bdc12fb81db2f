"""What a process that waits looks at a few times a second: few columns, many rows, no film's content."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from blocks.ledger.door import Door
from blocks.ledger.schema import events, renders
from blocks.ledger.schema_money import leases
from workprint.render import CancelState, Event, Source
from workprint.states import RenderState

#: What a render is before a step that the provider, or doubt about it, brought.
_AT_PROVIDER = (RenderState.SUBMITTING, RenderState.UNKNOWN, RenderState.QUEUED, RenderState.PROCESSING)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a render stands, and whose it is."""

    state: RenderState
    holder: str | None = None
    cancel_state: CancelState | None = None


class Looks:
    """`ledger.looks`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def moved(self, since: datetime) -> dict[str, Standing]:
        """The renders that anybody changed at or after `since` (aware), by id.

        Machines' clocks differ, and a change is dated before it is committed: look back a few seconds.
        """
        return await self._standing(renders.c.updated_at >= since)

    async def standing(self, render_ids: Collection[str]) -> dict[str, Standing]:
        """These renders as they stand, by id."""
        return await self._standing(renders.c.id.in_(render_ids)) if render_ids else {}

    async def gone(self, holders: Collection[str]) -> frozenset[str]:
        """Those of the holders that give no sign of life any more."""
        if not holders:
            return frozenset()
        alive = select(leases.c.holder).where(leases.c.holder.in_(holders), leases.c.until > self._door.clock())
        async with self._door.reading() as connection:
            return frozenset(holders) - frozenset((await connection.execute(alive)).scalars())

    async def last_steps(self, render_ids: Collection[str]) -> dict[str, Event]:
        """The last step each of these renders took at its provider, by id: who won it, and when. Without raw answers.

        What became of a film after its end there is not meant. A render that was never submitted has none.
        """
        table = events.c
        query = (
            select(table.render_id, table.seq, table.at, table.before, table.after, table.source, table.actor)
            .where(table.render_id.in_(render_ids), table.before.in_(_AT_PROVIDER), table.before != table.after)
            .order_by(table.render_id, table.seq)
        )
        async with self._door.reading() as connection:
            rows = (await connection.execute(query)).all()
        return {row.render_id: _event(*row) for row in rows}

    async def _standing(self, where: ColumnElement[bool]) -> dict[str, Standing]:
        query = select(renders.c.id, renders.c.state, renders.c.holder, renders.c.cancel_state).where(where)
        async with self._door.reading() as connection:
            rows = (await connection.execute(query)).all()
        return {row.id: Standing(RenderState(row.state), row.holder, _cancel(row.cancel_state)) for row in rows}


def _cancel(word: str | None) -> CancelState | None:
    return CancelState(word) if word else None


def _event(render_id: str, seq: int, at: datetime, before: str, after: str, source: str, actor: str) -> Event:
    return Event(render_id, seq, at, RenderState(before), RenderState(after), Source(source), actor)
