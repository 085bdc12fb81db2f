"""INSERT that leaves a row alone which is there already, or replaces it: the same words for both databases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Insert, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def insert_or_leave(connection: AsyncConnection, table: Table) -> Insert:
    """A row whose key is taken stays as it is."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def insert_or_set(connection: AsyncConnection, table: Table, changed: Sequence[Column[Any]]) -> Insert:
    """A row whose key is taken gets these columns' new values."""
    build = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    insert = build(table)
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column.name: insert.excluded[column.name] for column in changed},
    )


async def insert_new(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those rows whose `id` is not there yet: what is append-only refuses even to leave a row alone."""
    ids = select(table.c.id).where(table.c.id.in_([row["id"] for row in rows]))
    there = set((await connection.execute(ids)).scalars())
    if new := [row for row in rows if row["id"] not in there]:
        await connection.execute(table.insert(), new)
