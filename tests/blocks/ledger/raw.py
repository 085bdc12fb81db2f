"""SQL past all of our Python: what a script, or a person with a prompt, could do to the database."""

import sqlite3
from contextlib import closing
from typing import Any

import asyncpg
import pytest

#: What either driver raises when the database itself says no.
REFUSED = (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)


async def run(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement, committed; on PostgreSQL also several, without rows.

    SQLite with foreign keys on, as every connection of the ledger has them.
    """
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as file:
            file.execute("PRAGMA foreign_keys = ON")
            return [tuple(row) for row in file.execute(statement).fetchall()]
    server = await asyncpg.connect(url)
    try:
        if ";" in statement:
            await server.execute(statement)
            return []
        return [tuple(row.values()) for row in await server.fetch(statement)]
    finally:
        await server.close()


async def refused(url: str, statement: str, why: str) -> None:
    """The database must refuse the statement, naming this rule."""
    with pytest.raises(REFUSED, match=why):
        await run(url, statement)
