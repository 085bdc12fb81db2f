"""Bring a database to the newest schema when a ledger is opened; any number of processes may try at once."""

import logging
from pathlib import Path

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from blocks.ledger.engine import writing
from blocks.ledger.schema import REVISION
from workprint.errors import LedgerError

_log = logging.getLogger(__name__)
_VERSION = text("SELECT version_num FROM alembic_version")
#: One number for every Workprint: PostgreSQL advisory locks are per database. The letters "workprnt" in ASCII.
_LOCK = int.from_bytes(b"workprnt", "big")
MIGRATIONS = Path(__file__).parent / "migrations"


async def bring_up_to_date(engine: AsyncEngine) -> None:
    """Run the missing migrations in one transaction; one cheap look when there are none.

    Only one process migrates: SQLite lets one writer in (BEGIN IMMEDIATE), PostgreSQL holds an advisory lock until the
    commit; whoever waited finds the work done.
    """
    async with engine.connect() as connection:
        if await connection.run_sync(_revision) == REVISION:
            return
    async with writing(engine) as connection:
        await _lock(connection)
        await connection.run_sync(_upgrade)


async def _lock(connection: AsyncConnection) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(select(text("pg_advisory_xact_lock(:key)")).params(key=_LOCK))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(_VERSION).scalar()


def _upgrade(connection: Connection) -> None:
    # Alembic takes a tenth of a second to import; most openings have nothing to do.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise LedgerError(
            f"this database cannot be brought to revision {REVISION}: {error}",
            fix="it was probably opened by a newer Workprint; use that version or newer",
        ) from error
    _log.info("ledger.migrated", extra={"revision": REVISION})
