"""The embedded S3 server as processes: it starts, keeps its data, and ends with whoever started it."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from deployments.objectstore import ObjectStore
from workprint.errors import StackError


def client(store: ObjectStore) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=store.endpoint_url,
        aws_access_key_id=store.access_key,
        aws_secret_access_key=store.secret_key,
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}),
    )


def processes_of(home: Path) -> list[int]:
    """Process ids whose command line names the home; forked daemons keep the supervisor's."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if str(home).encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue  # ended while we looked
    return found


def await_none(home: Path) -> None:
    deadline = time.monotonic() + 20
    while processes_of(home):
        assert time.monotonic() < deadline, f"still running: {processes_of(home)}"
        time.sleep(0.02)


def in_foreground(home: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "deployments.objectstore", "--home", str(home), *more]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_data_survive_a_restart_on_another_port(tmp_path: Path) -> None:
    """What was stored before a stop is there after the next start, under the same keys."""
    with ObjectStore(tmp_path) as store:
        s3 = client(store)
        s3.create_bucket(Bucket="films")
        s3.put_object(Bucket="films", Key="a", Body=b"kept")
        before = store.access_key, store.secret_key
    assert processes_of(tmp_path) == []
    with ObjectStore(tmp_path) as store:
        assert before == (store.access_key, store.secret_key)
        assert client(store).get_object(Bucket="films", Key="a")["Body"].read() == b"kept"


def test_secrets_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    """Every file that holds a secret has mode 0600, and no two installations share one."""
    stores = [ObjectStore(tmp_path / name) for name in ("one", "two")]
    assert stores[0].secret_key != stores[1].secret_key
    with stores[0] as store:
        holders = [path for path in store.home.rglob("*") if path.is_file() and _holds(path, store.secret_key)]
    assert {"keys.json", "proxy-server.conf"} == {path.name for path in holders}
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in holders}


def _holds(path: Path, secret: str) -> bool:
    return secret.encode() in path.read_bytes()


def test_strangers_are_refused(tmp_path: Path) -> None:
    """Without the secret there is no way in."""
    with ObjectStore(tmp_path) as store:
        stranger = boto3.client(
            "s3",
            endpoint_url=store.endpoint_url,
            aws_access_key_id=store.access_key,
            aws_secret_access_key="guess",
            region_name="us-east-1",
        )
        with pytest.raises(stranger.exceptions.ClientError, match="SignatureDoesNotMatch"):
            stranger.list_buckets()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_foreground_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """The command says where it listens, and on SIGTERM or SIGINT ends with 0 and leaves no process."""
    with in_foreground(tmp_path) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("s3 ready on http://127.0.0.1:")
        server.send_signal(number)
        assert server.wait(20) == 0
    assert processes_of(tmp_path) == []


def test_killed_supervisor_takes_its_daemons_along(tmp_path: Path) -> None:
    """SIGKILL to the supervisor leaves no daemon behind, and the home can be started again."""
    with in_foreground(tmp_path) as server:
        assert server.stdout is not None
        server.stdout.readline()
        server.kill()
    await_none(tmp_path)
    with ObjectStore(tmp_path) as store:
        assert store.port > 0


def test_killed_caller_takes_the_server_along(tmp_path: Path) -> None:
    """SIGKILL to the process that started the server ends the server."""
    code = (
        "import sys, pathlib; from deployments.objectstore import ObjectStore; "
        "store = ObjectStore(pathlib.Path(sys.argv[1])); store.start(); print('up', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout is not None
        assert caller.stdout.readline() == "up\n"
        caller.kill()
    await_none(tmp_path)


def test_a_dead_daemon_ends_the_server(tmp_path: Path) -> None:
    """The server does not limp on when one of its daemons dies: it ends with 1 and names the log."""
    with in_foreground(tmp_path) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        server.stdout.readline()
        daemons = set(processes_of(tmp_path)) - {server.pid}
        os.kill(min(daemons), signal.SIGKILL)
        assert server.wait(20) == 1
        assert "account.log" in server.stderr.read()
    assert processes_of(tmp_path) == []


def test_one_home_one_server(tmp_path: Path) -> None:
    """A second server in the same home, or on a taken port, is refused with the reason."""
    with ObjectStore(tmp_path / "one") as store:
        with pytest.raises(StackError, match="another S3 server runs in"):
            ObjectStore(tmp_path / "one").start()
        with pytest.raises(StackError, match=f"port {store.port} "):
            ObjectStore(tmp_path / "two", store.port).start()
    await_none(tmp_path)
