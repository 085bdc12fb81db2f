"""The supervisor's end of the warden: start processes, hear of their end, and let go."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import deployments
from deployments.stack.home import Home
from workprint.errors import StackError

_LAST_LINES = 15
#: Seconds between SIGTERM and SIGKILL, for each wave: a worker reports its flow runs, a server closes its database.
GRACE = 6.0


@dataclass(frozen=True, slots=True)
class Program:
    """One process of the stack. A higher wave stops earlier."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    wave: int = 0
    #: How far it steps back for the others when processor time is short: 0, not at all, to 19 (nice(2)).
    nice: int = 0


class Leash:
    """A running warden. Closing it, or dying, ends everything it started."""

    def __init__(self, home: Home, process: Process) -> None:
        self._home = home
        self._process = process
        self._pids: dict[str, asyncio.Future[int]] = {}
        self._ends: dict[str, asyncio.Future[int]] = {}
        self._closing = False
        #: The first thing that died on its own; never set by a stop.
        self.failure: asyncio.Future[StackError] = asyncio.get_running_loop().create_future()
        self._listener = asyncio.create_task(self._listen())

    @classmethod
    async def open(cls, home: Home, lock: int, grace: float = GRACE) -> "Leash":
        """Start the warden. It shares `lock`, so that the home stays taken until the last process is gone."""
        with home.log("warden").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "deployments.stack.warden",
                str(grace),
                env=inherited(),
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                pass_fds=(lock,),
                start_new_session=True,
            )
        return cls(home, process)

    async def start(self, program: Program) -> int:
        """Start one process; returns its id. Its output goes to its log file; the log before is kept as `.1`."""
        log = self._home.log(program.name)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        loop = asyncio.get_running_loop()
        self._pids[program.name], self._ends[program.name] = loop.create_future(), loop.create_future()
        order = {**asdict(program), "env": dict(program.env), "log": str(log), "cwd": str(self._home.work)}
        assert self._process.stdin is not None  # noqa: S101 - opened with PIPE above
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        await self._process.stdin.drain()
        return await self._pids[program.name]

    async def close(self) -> None:
        """Let go: the warden stops everything; returns when nothing is left."""
        self._closing = True
        assert self._process.stdin is not None  # noqa: S101 - opened with PIPE above
        self._process.stdin.close()
        await self._listener
        await self._process.wait()

    async def _listen(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - opened with PIPE above
        async for line in self._process.stdout:
            self._hear(json.loads(line))
        self._fail("the warden", None, self._home.log("warden"))

    def _hear(self, event: dict[str, Any]) -> None:
        if name := event.get("started"):
            self._pids[name].set_result(event["pid"])
        elif name := event.get("ended"):
            self._ends[name].set_result(event["code"])
            self._fail(name, event["code"], self._home.log(name))

    def _fail(self, name: str, code: int | None, log: Path) -> None:
        if not self._closing and not self.failure.done():
            ended = "ended" if code is None else f"ended with {code}"
            self.failure.set_result(StackError(f"{name} {ended}; {last_lines(log)}", fix=f"the whole log: {log}"))


def inherited() -> dict[str, str]:
    """Our own environment without Prefect's settings; children find this very code, wherever they are started."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    if own := kept.get("WORKPRINT_MODELS"):  # read by children that are started in another folder
        kept["WORKPRINT_MODELS"] = str(Path(own).expanduser().absolute())
    paths = (str(Path(deployments.__file__).parents[1]), kept.get("PYTHONPATH", ""))
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def last_lines(log: Path) -> str:
    """The end of a log, for an error message."""
    lines = log.read_text(errors="replace").splitlines()[-_LAST_LINES:] if log.exists() else []
    return "its last lines:\n    " + "\n    ".join(lines) if lines else "it wrote nothing"
