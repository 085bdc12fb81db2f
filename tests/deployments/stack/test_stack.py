"""The whole stack, with real processes: it comes up, is found again, and leaves nothing behind after kill -9."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from deployments.stack import zombies
from deployments.stack.home import Home
from deployments.stack.processes import descendants
from deployments.stack.state import StackState, require_running
from tests.deployments.cli.command import SAMPLES, environment, workprint

pytestmark = pytest.mark.system

#: Seconds any single step may take before the test gives up.
_PATIENCE = 120.0


def _until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not true():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {_PATIENCE:.0f} s: {what}")
        time.sleep(0.1)


def _ours(home: Home) -> list[str]:
    """The command lines of every living process of this home."""
    mark, found = f"WORKPRINT_HOME={home.root}\0".encode(), []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environ.read_bytes():
                found.append(environ.with_name("cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def _up(home: Home) -> subprocess.Popen[str]:
    argv = (sys.executable, "-m", "deployments.cli", "up")
    process = subprocess.Popen(argv, env=environment(home.root), text=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("Ctrl-C"):
            return process
    pytest.fail("".join(said))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    yield home
    _until(lambda: not _ours(home), "the end of every process")


def _answer(state: StackState, path: str, body: dict[str, object]) -> list[dict[str, object]]:
    answer = httpx.post(f"{state.prefect_api}{path}", json=body, timeout=20)
    found: list[dict[str, object]] = answer.raise_for_status().json()
    return found


def test_the_stack_from_up_to_kill(home: Home) -> None:
    """Up registers everything, a second up finds it, kill -9 leaves no process even while a flow runs, and the home
    comes up again with what it held.
    """
    with _up(home) as process:
        try:
            _while_it_is_up(home, process.pid)
        finally:
            process.kill()
    _until(lambda: not home.taken(), "the end of the killed stack")
    assert _ours(home) == []

    with _up(home) as again:
        kept = _answer(require_running(home), "/flow_runs/filter", {"flows": {"name": {"any_": ["campaign"]}}})
        os.kill(again.pid, signal.SIGINT)
        again.communicate(timeout=60)  # read to the end: a closed pipe would break its last words, and its exit code
    assert [1, 130] == [len(kept), again.returncode]
    assert [False, []] == [home.taken(), _ours(home)]


def _while_it_is_up(home: Home, supervisor: int) -> None:
    state = require_running(home)
    deployments = {str(d["name"]) for d in _answer(state, "/deployments/filter", {})}
    blocks = {str(b["name"]) for b in _answer(state, "/block_documents/filter", {"include_secrets": False})}
    assert {"campaign", "batch", "rescue"} <= deployments
    assert {"sandbox", "archive", "ledger", "callback", "screening-room"} <= blocks
    forms = {str(b["slug"]) for b in _answer(state, "/block_types/filter", {})}
    assert "workprint-approval-policy" in forms
    assert [zombies.NAME] == [str(one["name"]) for one in _answer(state, "/automations/filter", {})]

    assert 401 == httpx.get(f"{state.desk_url}/room/", timeout=20).status_code

    second = workprint(home.root, "up")
    assert second.returncode == 0
    assert f"is up already (process {supervisor})" in second.stdout

    assert workprint(home.root, "run", str(SAMPLES / "spot.yaml"), "--no-follow").returncode == 0
    _until(lambda: descendants(state.pids["worker"]), "the flow run's own process")
