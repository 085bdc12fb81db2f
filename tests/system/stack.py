"""A whole stack as a person starts it: `workprint up` in a folder, on ports nobody uses."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from deployments.sandbox.testing import Sandbox
from deployments.stack.home import Home
from deployments.stack.state import StackState, require_running
from tests.deployments.cli.command import environment, workprint
from tests.system.prefect_server import PrefectServer
from tests.system.processes import of_home
from tests.system.waiting import PATIENCE


@dataclass(frozen=True, slots=True)
class RunningStack:
    """A stack that is up, and the ways to look into it."""

    home: Home
    state: StackState
    sandbox: Sandbox
    prefect: PrefectServer

    @classmethod
    def of(cls, home: Home) -> "RunningStack":
        """The stack that runs in this home."""
        state = require_running(home)
        sandbox = Sandbox(state.sandbox_url, home.secrets().sandbox_key, home.sandbox)
        return cls(home, state, sandbox, PrefectServer(state.prefect_api))

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`workprint ...`, run to its end."""
        return workprint(self.home.root, *words)

    def start(self, brief: Path) -> str:
        """`workprint run BRIEF --no-follow`; returns the run's id, which is the campaign's."""
        ran = self.command("run", str(brief), "--no-follow")
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.split()[1]

    async def ledger(self) -> Ledger:
        """The ledger, beside the processes that write it."""
        return await Ledger.open(self.state.ledger_url)

    async def paid(self, *prompts: str) -> list[str]:
        """The task ids on the sandbox's bill, one per charge, of tasks whose prompt holds all these words."""
        told = {task["id"]: task["prompt"] for task in await self.sandbox.tasks()}
        charges = (await self.sandbox.bill())["charges"]
        return [c["task_id"] for c in charges if all(words in told[c["task_id"]] for words in prompts)]


@contextmanager
def running_stack(folder: Path) -> Iterator[RunningStack]:
    """`workprint up` in `folder`, ended by Ctrl-C; afterwards no process of it is left."""
    home = Home(folder / "home")
    argv = (sys.executable, "-m", "deployments.cli", "up")
    with subprocess.Popen(argv, env=environment(home.root), cwd=folder, text=True, stdout=subprocess.PIPE) as up:
        try:
            _until_up(up)
            yield RunningStack.of(home)
        finally:
            up.send_signal(signal.SIGINT)
            code = up.wait(PATIENCE)
    assert [130, []] == [code, of_home(home.root)]


def _until_up(up: subprocess.Popen[str]) -> None:
    assert up.stdout is not None
    said = []
    for line in up.stdout:
        said.append(line)
        if line.startswith("Ctrl-C"):
            return
    pytest.fail("the stack did not come up:\n" + "".join(said))
