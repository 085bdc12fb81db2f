"""The databases that a measurement is taken on: both sync every commit to the disk, as they do in production."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from tests.servers.postgres import find_binaries, postgres_server


async def databases() -> AsyncIterator[tuple[str, str]]:
    """Name and URL of an empty database of each kind."""
    with tempfile.TemporaryDirectory(prefix="workprint-bench-") as folder:
        yield "sqlite", f"sqlite:///{Path(folder)}/ledger.db"
    if binaries := find_binaries():
        with postgres_server(binaries, fsync=True) as server:
            yield "postgresql", await server.create_database()
