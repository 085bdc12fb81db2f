"""INSERT that leaves a row alone which is there already, or replaces it: the same words for both databases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Insert, Table
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
