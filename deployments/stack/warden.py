"""The warden: the parent of every process of the stack. When its pipe from the supervisor closes, it ends them all.

A killed supervisor (also with kill -9) cannot clean up after itself; the kernel closes its pipe for it. As a subreaper
the warden also inherits the grandchildren (flow runs, the S3 server's daemons), so that none can slip away. (Linux has
subreapers; elsewhere only the children themselves are sure to be stopped.)

In: one JSON object a line, `{"name", "argv", "env", "cwd", "log", "wave"}`: start that process. End of file: stop.
Out: one JSON object a line, `{"started": name, "pid": pid}` and `{"ended": name, "code": code}` (negative: the signal).
Stopping goes from the highest wave to the lowest: the worker while the server it reports to still answers.

`python -m deployments.stack.warden SECONDS` is run by `deployments.stack.leash`; a wave gets so many seconds between
SIGTERM and SIGKILL. Uses the standard library only, so that it is there at once.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from deployments.stack.processes import adopt_orphans, children_of, descendants, die_with_parent, send


@dataclass(frozen=True, slots=True)
class _Child:
    name: str
    wave: int
    process: subprocess.Popen[bytes]


def _between(nice: int) -> None:
    """Between fork and exec."""
    die_with_parent()
    os.nice(nice)


class Warden:
    """Starts what it is told, tells what ended, and stops everything at the end."""

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._children: dict[int, _Child] = {}
        self._buffer = b""
        self._open = True
        self._bell, ring = os.pipe()
        os.set_blocking(self._bell, False)
        os.set_blocking(ring, False)
        # Every signal rings: a SIGCHLD wakes the select below.
        signal.set_wakeup_fd(ring, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._close)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _close(self, *_: object) -> None:
        self._open = False

    def run(self) -> None:
        """Serve until the pipe closes or SIGTERM comes, then stop everything."""
        try:
            while self._open:
                self._wait(None)
                self._reap()
        finally:
            self._stop()

    def _wait(self, seconds: float | None) -> None:
        sources = [self._bell, sys.stdin.fileno()] if self._open else [self._bell]
        ready, _, _ = select.select(sources, [], [], seconds)
        if self._bell in ready:
            os.read(self._bell, 4096)
        if self._open and sys.stdin.fileno() in ready:
            self._read()

    def _read(self) -> None:
        chunk = os.read(sys.stdin.fileno(), 65536)
        if not chunk:
            self._open = False
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        for line in lines:
            self._start(json.loads(line))

    def _start(self, order: dict[str, Any]) -> None:
        with open(order["log"], "wb") as log:  # noqa: PTH123 - a path from the supervisor, as it is
            process = subprocess.Popen(
                order["argv"],
                env=order["env"],
                cwd=order["cwd"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(_between, order["nice"]),  # noqa: PLW1509 - this process has one thread
            )
        self._children[process.pid] = _Child(order["name"], order["wave"], process)
        self._say(started=order["name"], pid=process.pid)

    def _say(self, **event: object) -> None:
        try:
            print(json.dumps(event), flush=True)
        except BrokenPipeError:
            # The supervisor is gone; the end of its pipe follows.
            self._open = False

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if child := self._children.pop(pid, None):
                child.process.returncode = os.waitstatus_to_exitcode(status)
                self._say(ended=child.name, code=child.process.returncode)

    def _stop(self) -> None:
        for wave in sorted({c.wave for c in self._children.values()}, reverse=True):
            self._end(partial(self._of_wave, wave))
            self._end(self._strays)
        self._end(partial(descendants, os.getpid()))

    def _of_wave(self, wave: int) -> frozenset[int]:
        return frozenset(pid for pid, child in self._children.items() if child.wave == wave)

    def _strays(self) -> frozenset[int]:
        """What the wave before left behind: the flow runs of a worker that is gone."""
        return children_of(os.getpid()) - self._children.keys()

    def _end(self, which: Callable[[], frozenset[int]]) -> None:
        """SIGTERM, then SIGKILL after the grace, until `which()` is empty."""
        send(which(), signal.SIGTERM)
        deadline = time.monotonic() + self._grace
        while left := which():
            if time.monotonic() > deadline:
                send(left, signal.SIGKILL)
            self._wait(0.1)
            self._reap()


if __name__ == "__main__":
    adopt_orphans()
    Warden(float(sys.argv[1])).run()
