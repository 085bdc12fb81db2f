"""How the ledger reaches its database: URL, driver, and what each connection is told first."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from workprint.errors import LedgerError

#: Seconds a SQLite connection waits for another writer before it gives up.
BUSY_SECONDS = 60
#: The switch to WAL is tried so often, a twentieth of a second apart.
_WAL_TRIES = 200
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_WRITES = {"ledger_writes": True}
#: For a connection that says one statement: on SQLite that needs no BEGIN, which costs more than the statement.
GLANCE = {"ledger_glance": True}
_URL_FIX = "use sqlite:///path/to/ledger.db or postgresql://user:password@host/database"


def database_url(url: str) -> URL:
    """The URL with the async driver in it. LedgerError for any other database, and for SQLite without a file."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        # The text may hold a password: it is not repeated.
        raise LedgerError("the ledger's URL cannot be read", fix=_URL_FIX) from error
    driver = _DRIVERS.get(parsed.drivername.partition("+")[0])
    if driver is None or (driver.startswith("sqlite") and parsed.database in (None, "", ":memory:")):
        raise LedgerError(f"a ledger cannot live in {parsed.render_as_string(hide_password=True)}", fix=_URL_FIX)
    return parsed.set(drivername=driver)


async def connect(url: str) -> AsyncEngine:
    """An engine for the ledger's URL; a SQLite file and its folder are made when missing."""
    parsed = database_url(url)
    if parsed.drivername.startswith("sqlite"):
        return await _sqlite(parsed)
    # The planner's JIT costs more than our statements take. A pool this small serves one process: writes go through
    # one connection, and reads are short.
    return create_async_engine(
        parsed, pool_pre_ping=True, pool_size=4, max_overflow=4, connect_args={"server_settings": {"jit": "off"}}
    )


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction that means to write, committed at the end.

    SQLite takes its write lock at once (BEGIN IMMEDIATE): a lock taken later cannot wait for another writer and fails.
    """
    async with engine.connect() as plain:
        connection = await plain.execution_options(**_WRITES)
        async with connection.begin():
            yield connection


async def _sqlite(url: URL) -> AsyncEngine:
    await asyncio.to_thread(Path(str(url.database)).parent.mkdir, parents=True, exist_ok=True)
    # isolation_level None: the driver never begins a transaction behind our back.
    engine = create_async_engine(
        url, pool_size=4, max_overflow=4, connect_args={"isolation_level": None, "timeout": BUSY_SECONDS}
    )
    event.listen(engine.sync_engine, "connect", _tell_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    try:
        await _to_wal(engine)
    except BaseException:
        await engine.dispose()
        raise
    return engine


def _tell_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # FULL: in WAL mode NORMAL may lose the last commits in a power cut, and a lost intent is a second payment. With
    # FULL a committed intent survives kill -9 and power loss alike; group commit pays for the fsync.
    for pragma in ("foreign_keys = ON", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("ledger_glance", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("ledger_writes", False) else "BEGIN")


async def _to_wal(engine: AsyncEngine) -> None:
    """Switch the file to write-ahead logging, once for ever. SQLite does not wait here for others, so we do."""
    for attempt in range(1, _WAL_TRIES + 1):
        try:
            async with engine.connect() as connection:
                await connection.run_sync(_set_wal)
        except (OperationalError, sqlite3.OperationalError) as error:  # the pragma goes past SQLAlchemy's own wrapping
            if "locked" not in str(error) or attempt == _WAL_TRIES:
                raise
            await asyncio.sleep(0.05)
        else:
            return


def _set_wal(connection: Connection) -> None:
    # Past SQLAlchemy's own BEGIN: the journal mode cannot change inside a transaction.
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()
