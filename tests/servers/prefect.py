"""A real Prefect server of its own, one for the whole session, and this process pointed at it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deployments.stack.processes import die_with_parent

#: Seconds a cold start may take: 15 to 25 on two cores, more when they are shared.
_START = 180.0


@dataclass(frozen=True)
class PrefectServer:
    """Where it answers, and the folder of its database and logs."""

    port: int
    home: Path

    @property
    def api_url(self) -> str:
        """What Prefect calls PREFECT_API_URL."""
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def env(self) -> dict[str, str]:
        """The environment of the server, and of whatever process shall talk to it."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")},
            "PREFECT_HOME": str(self.home),
            "PREFECT_API_URL": self.api_url,
            "PREFECT_UI_API_URL": self.api_url,
            "PREFECT_SERVER_API_PORT": str(self.port),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
            "PREFECT_CLI_PROMPT": "false",
        }


@contextmanager
def running_prefect(home: Path) -> Iterator[PrefectServer]:
    """Start a server over `home`; at the end it is killed with all its children."""
    server = PrefectServer(_free_port(), home)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(server.port)]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env=server.env,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # one prctl call; a killed pytest must leave no server behind
        )
    try:
        _await_health(server, process)
        yield server
    finally:
        # Its database goes with the session's folder: nothing is worth an orderly end.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _await_health(server: PrefectServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START
    while not _healthy(server):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"Prefect did not start:\n{(server.home / 'server.log').read_text()[-2000:]}")
        time.sleep(0.2)


def _healthy(server: PrefectServer) -> bool:
    try:
        return httpx.get(f"{server.api_url}/health", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A running server that `prefect` in this process talks to, for the rest of the session."""
    from prefect.filesystems import LocalFileSystem
    from prefect.settings import (
        PREFECT_API_URL,
        PREFECT_DEFAULT_RESULT_STORAGE_BLOCK,
        PREFECT_HOME,
        PREFECT_LOGGING_TO_API_ENABLED,
        PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
        temporary_settings,
    )

    with running_prefect(tmp_path_factory.mktemp("prefect")) as server:
        updates = {
            PREFECT_API_URL: server.api_url,
            PREFECT_HOME: str(server.home),
            PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False,
            # A thread that would still be sending when the server is killed.
            PREFECT_LOGGING_TO_API_ENABLED: False,
        }
        with temporary_settings(updates):
            LocalFileSystem(basepath=str(server.home / "results")).save("results")
            # Without this Prefect asks the server at every run, with a client that it never closes.
            with temporary_settings({PREFECT_DEFAULT_RESULT_STORAGE_BLOCK: "local-file-system/results"}):
                yield server
