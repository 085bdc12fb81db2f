"""A PostgreSQL server of our own, on a free loopback port, gone when the tests are."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

_USER = "postgres"
_STARTS = 3


@dataclass(frozen=True)
class Postgres:
    """A running server. Its databases go with it."""

    port: int
    password: str

    def url(self, database: str) -> str:
        """`postgresql://...` of one database."""
        return f"postgresql://{_USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    async def create_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"t{secrets.token_hex(6)}"
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute(f"CREATE DATABASE {name}")
        finally:
            await connection.close()
        return self.url(name)


def find_binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: Debian's newest, or whatever is on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def postgres_server(binaries: Path, *, fsync: bool = False) -> Iterator[Postgres]:
    """Start a server and stop it at the end. `fsync` off is for tests, which survive no power cut anyway."""
    # Not under pytest's own folder: that is closed to the unprivileged user the server must run as.
    folder = Path(tempfile.mkdtemp(prefix="workprint-pg-"))
    try:
        password = _initialise(binaries, folder)
        port = _start(binaries, folder, fsync)
        try:
            yield Postgres(port, password)
        finally:
            _run(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(binaries: Path, folder: Path) -> str:
    password = secrets.token_hex(16)
    secret = folder / "password"
    secret.write_text(password)
    secret.chmod(0o600)
    if os.geteuid() == 0:
        shutil.chown(folder, _USER)
        shutil.chown(secret, _USER)
    how = ("--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
    _run(binaries / "initdb", "-D", folder / "data", "-U", _USER, *how)
    return password


def _start(binaries: Path, folder: Path, fsync: bool) -> int:
    for attempt in range(1, _STARTS + 1):
        port = _free_port()
        settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
        settings += "" if fsync else " -c fsync=off -c full_page_writes=off"
        log = folder / "log"
        try:
            _run(binaries / "pg_ctl", "-D", folder / "data", "-w", "-t", "30", "-l", log, "-o", settings, "start")
        except subprocess.CalledProcessError:
            # Somebody may have taken the port between our look and the server's.
            if attempt == _STARTS:
                raise
        else:
            return port
    raise AssertionError("not reached")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _run(*command: str | Path) -> None:
    """PostgreSQL refuses to run as root; root lends it the unprivileged user."""
    plain = [str(part) for part in command]
    as_user = ["runuser", "-u", _USER, "--", *plain] if os.geteuid() == 0 else plain
    # No pipes: the server would inherit them, and whoever reads them would wait for its end.
    subprocess.run(as_user, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the whole session. Without PostgreSQL: an error in CI, a skip elsewhere."""
    binaries = find_binaries()
    if binaries is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have PostgreSQL: apt-get install postgresql")
        pytest.skip("no PostgreSQL on this machine: apt-get install postgresql")
    with postgres_server(binaries) as server:
        yield server


@pytest.fixture
async def postgres_url(postgres: Postgres) -> str:
    """The URL of a new, empty database."""
    return await postgres.create_database()
