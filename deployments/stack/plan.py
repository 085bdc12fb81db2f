"""What the stack starts, with which arguments and environment, and how one knows that it is ready."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from deployments.stack.home import Home, Secrets
from deployments.stack.leash import Program, inherited
from deployments.stack.ports import LOOPBACK
from deployments.stack.zombies import HEARTBEAT

#: Name of the work pool in `deployments/prefect.yaml`.
WORK_POOL = "workprint"
#: What the sandbox provider block renders with: native drafts, and a first frame is cropped to every ratio.
SANDBOX_MODEL = "doubao-seedance-1-5-pro-251215"
#: Printed by the S3 server, the sandbox and the desk when they answer.
READY_LINE = "ready on http"

_WAVE_SERVERS, _WAVE_WORKER = 0, 1
#: Films are made and judged in the background: who answers people comes first.
BACKGROUND = 10


def prefect_env(home: Home, port: int) -> dict[str, str]:
    """Settings of every Prefect process and client of this stack; the user's own Prefect profile does not count."""
    api = f"http://{LOOPBACK}:{port}/api"
    return {
        "PREFECT_HOME": str(home.prefect),
        "PREFECT_API_URL": api,
        "PREFECT_UI_API_URL": api,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_CLI_PROMPT": "false",
        # From Resume to the first line of the flow: these two decide (reference: the defaults are 10 s and 10 s).
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_RUNNER_POLL_FREQUENCY": "2",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT),
        # Prefect writes down the runs of an hour in advance: sixty of rescue, before everything else in the UI.
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT3M",
        # Written one by one (Prefect's default for task runs), the story of a large campaign keeps the server busier
        # than the campaign itself; together they cost a quarter, and show at most a second later.
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
    }


def child_env(home: Home, port: int) -> dict[str, str]:
    """Our own environment without the caller's Prefect settings, plus the stack's."""
    return {
        **inherited(),
        **prefect_env(home, port),
        "WORKPRINT_HOME": str(home.root),
        # Log files are read while their process runs.
        "PYTHONUNBUFFERED": "1",
    }


def servers(home: Home, secrets: Secrets, ports: Mapping[str, int]) -> tuple[Program, ...]:
    """What depends on nothing and is started at once."""
    env = child_env(home, ports["prefect"])
    return (
        _program("prefect", env, "prefect", "server", "start", "--host", LOOPBACK, "--port", str(ports["prefect"])),
        _program("s3", env, "deployments.objectstore", "--home", str(home.s3), "--port", str(ports["s3"])),
        _program(
            "sandbox",
            {**env, "WORKPRINT_SANDBOX_KEY": secrets.sandbox_key},
            *("deployments.sandbox", "--home", str(home.sandbox), "--port", str(ports["sandbox"])),
            nice=BACKGROUND,
        ),
        _program(
            "desk",
            # This stack's own ledger and room, whatever the caller's variables name.
            {**env, "WORKPRINT_LEDGER_URL": home.ledger_url, **_room(secrets, ports["desk"]), **_callback_keys()},
            *("deployments.desk", "--host", LOOPBACK, "--port", str(ports["desk"])),
        ),
    )


def worker(home: Home, ports: Mapping[str, int]) -> Program:
    """The process that runs the flows; it needs the server and the work pool."""
    arguments = ("prefect", "worker", "start", "--pool", WORK_POOL, "--type", "process", "--name", "local")
    env = {**child_env(home, ports["prefect"]), "WORKPRINT_ASSETS": _asset_folders(home)}
    return _program("worker", env, *arguments, wave=_WAVE_WORKER, nice=BACKGROUND)


def _room(secrets: Secrets, port: int) -> dict[str, str]:
    """The screening room, for browsers on this machine."""
    return {"WORKPRINT_ROOM_KEY": secrets.room_key, "WORKPRINT_ROOM_URL": f"http://{LOOPBACK}:{port}"}


def _callback_keys() -> dict[str, str]:
    """The user's own file for the desk, which is started in another folder."""
    named = os.environ.get("WORKPRINT_CALLBACK_KEYS")
    return {"WORKPRINT_CALLBACK_KEYS": str(Path(named).expanduser().absolute())} if named else {}


def _asset_folders(home: Home) -> str:
    """Where flows may read local references: our copies, and what the user named, else the usual two folders."""
    usual = os.pathsep.join((str(Path.cwd()), str(Path.home())))
    return os.pathsep.join((str(home.assets), os.environ.get("WORKPRINT_ASSETS") or usual))


def _program(name: str, env: Mapping[str, str], *module: str, wave: int = _WAVE_SERVERS, nice: int = 0) -> Program:
    return Program(name, (sys.executable, "-m", *module), env, wave, nice)
