"""The ground of one round: a Prefect server, an S3 server, a PostgreSQL and a sandbox, each in processes of its own."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from deployments.objectstore import ObjectStore
from deployments.sandbox.testing import Sandbox
from deployments.stack.home import Home
from deployments.stack.plan import prefect_env
from deployments.stack.processes import die_with_parent
from tests.servers.authority import one_authority
from tests.servers.postgres import Postgres, find_binaries, postgres_server
from tests.servers.prefect import _free_port
from tests.servers.s3 import S3Server
from tests.torture.films import make_films

#: Seconds a server may take to its first answer.
_START = 180.0
#: Seconds from a task's start to its result.
LATENCY = 0.05
#: Services of the Prefect server that no campaign here needs: schedules, automations, clean-up, pictures of task runs.
IDLE = (
    *(
        "TRIGGERS",
        "TASK_RUN_RECORDER",
        "EVENT_LOGGER",
        "EVENT_PERSISTER",
        "FOREMAN",
        "LATE_RUNS",
        "SCHEDULER",
        "REPOSSESSOR",
    ),
    *("CANCELLATION_CLEANUP", "CLEANUP_RECONCILER", "PAUSE_EXPIRATIONS"),
)
#: Threads that a library starts at its import do not live through a fork.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Ground:
    """Where everything answers. `env` points any process at the Prefect server."""

    home: Path
    env: Mapping[str, str]
    sandbox: Sandbox
    s3: S3Server
    postgres: Postgres
    pids: Mapping[str, int]

    @property
    def api_url(self) -> str:
        """What Prefect calls PREFECT_API_URL."""
        return self.env["PREFECT_API_URL"]


@contextmanager
def ground() -> Iterator[Ground]:
    """Start all four, and end them with all their data."""
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("no PostgreSQL on this machine: apt-get install postgresql")
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="workprint-torture-")))
        postgres = stack.enter_context(postgres_server(binaries))
        env = _environment(home, _free_port(), asyncio.run(postgres.create_database()))
        port = env["PREFECT_SERVER_API_PORT"]
        prefect = stack.enter_context(
            _process(home / "prefect.log", env, "prefect", "server", "start", "--host", "127.0.0.1", "--port", port)
        )
        store = stack.enter_context(ObjectStore(home / "s3"))
        sandbox = stack.enter_context(_sandbox(home))
        _await_answer(f"{env['PREFECT_API_URL']}/health", prefect, home / "prefect.log")
        yield Ground(
            home,
            env,
            sandbox[0],
            S3Server(store.endpoint_url, store.access_key, store.secret_key),
            postgres,
            {"prefect": prefect.pid, "sandbox": sandbox[1], "s3": _pid(store)},
        )


def _environment(home: Path, port: int, database: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "WORKPRINT_"))}
    stack = prefect_env(Home(home), port)
    del stack["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"]  # events, and a thread a process that sends them
    return {
        **inherited,
        **stack,
        **ONE_THREAD,
        # Prefect on SQLite answers one of several writers with 503, and its client then waits for seconds.
        "PREFECT_API_DATABASE_CONNECTION_URL": database.replace("postgresql:", "postgresql+asyncpg:"),
        # Nobody here speaks TLS, and loading all the world's authorities takes 20 ms a client.
        "SSL_CERT_FILE": str(one_authority()),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        # A thread per process that would still be sending when it is killed.
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        # The scheduler is off, and its horizon is nobody's business here.
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT180S",
        # Questions every new client asks before its first real one.
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        "PREFECT_SERVER_EVENTS_STREAM_OUT_ENABLED": "false",
        **{f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false" for service in IDLE},
    }


@contextmanager
def _process(log: Path, env: Mapping[str, str], *module: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python module in a session of its own; at the end it is killed with all its children."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            env=dict(env),
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # one prctl call; a killed driver must leave no server behind
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):  # it had ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def _sandbox(home: Path) -> Iterator[tuple[Sandbox, int]]:
    port, key = _free_port(), "torture-sandbox-key"
    films = make_films(home / "films")
    settings: tuple[str, ...] = ("--home", str(home / "sandbox"), "--port", str(port), "--fixed", str(films))
    settings += ("--latency", str(LATENCY), "--rpm", "1000000")
    env = {**os.environ, "WORKPRINT_SANDBOX_KEY": key}
    with _process(home / "sandbox.log", env, "deployments.sandbox", *settings) as process:
        url = f"http://127.0.0.1:{port}"
        _await_answer(f"{url}/healthz", process, home / "sandbox.log")
        yield Sandbox(url, key, home / "sandbox"), process.pid


def _await_answer(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{url} did not answer: {log.read_text()[-2000:]}")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _pid(store: ObjectStore) -> int:
    assert store._process is not None
    return store._process.pid
