"""Reports of what was watched, in SQL: as many as come at the same time in a few statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger.room_rows import to_watched, watched_values
from blocks.ledger.rows import Values
from blocks.ledger.schema_room import watches
from blocks.ledger.upserts import insert_or_leave
from workprint.watched import Watched

_Key = tuple[str, str]
_UPDATE = (
    update(watches)
    .where(watches.c.person == bindparam("of_person"), watches.c.draft_sha256 == bindparam("of_draft"))
    .values(slots=bindparam("slots"), at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a player says it played of one draft, in seconds, from and to. `who` is as `policy.person` spells it."""

    who: str
    draft_sha256: str
    stretches: tuple[tuple[float, float], ...]
    at: datetime

    @property
    def key(self) -> _Key:
        """What it is about."""
        return self.who, self.draft_sha256


async def keep_reports(connection: AsyncConnection, reports: Sequence[Report]) -> list[Watched]:
    """Add each to what was watched so far, and say what that is now, in order. No two may be about the same."""
    before = await _kept(connection, [report.key for report in reports])
    opened = {r.key: Watched().seen(r.stretches, r.at) for r in reports if r.key not in before}
    before |= await _open(connection, opened)
    after = {r.key: before[r.key].seen(r.stretches, r.at) for r in reports if r.key in before}
    if changed := [_changed(key, found) for key, found in after.items() if found != before[key]]:
        await connection.execute(_UPDATE, changed)
    found = opened | after
    return [found[report.key] for report in reports]


async def _open(connection: AsyncConnection, opened: dict[_Key, Watched]) -> dict[_Key, Watched]:
    """Start these clocks. Returns those that another process has started first: its rows are there by now."""
    if not opened:
        return {}
    rows = [{"person": who, "draft_sha256": draft, **watched_values(new)} for (who, draft), new in opened.items()]
    await connection.execute(insert_or_leave(connection, watches), rows)
    return {key: found for key, found in (await _kept(connection, opened)).items() if found != opened[key]}


async def _kept(connection: AsyncConnection, keys: Collection[_Key]) -> dict[_Key, Watched]:
    """What was watched so far, kept from others until the commit; without those of whom there was no report yet."""
    table = watches.c
    mine = tuple_(table.person, table.draft_sha256).in_(sorted(keys))
    query = select(watches).where(mine).order_by(table.person, table.draft_sha256).with_for_update()
    rows = (await connection.execute(query)).mappings()
    return {(row["person"], row["draft_sha256"]): to_watched(row) for row in rows}


def _changed(key: _Key, found: Watched) -> Values:
    return {"of_person": key[0], "of_draft": key[1], **watched_values(found)}
