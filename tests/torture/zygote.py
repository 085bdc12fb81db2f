"""The zygote: one process that has imported everything and started nothing, and forks a child per flow-run execution.

It stands where Prefect's worker stands: an execution costs a fork instead of a new interpreter with two seconds of
imports. Before a fork it has one thread, no event loop and no connection; what is loaded for good (the picture model,
the word lists) is read-only.
"""

import ctypes
import gc
import json
import os
import selectors
import signal
import socket
import sys
from typing import Any

from tests.torture import warm

#: PR_SET_PDEATHSIG (linux/prctl.h).
_PDEATHSIG = 1


def serve(control: socket.socket) -> None:
    """Take orders, one JSON line each; answer with a line when a child has ended."""
    watched = selectors.DefaultSelector()
    watched.register(control, selectors.EVENT_READ)
    running: dict[int, tuple[int, int]] = {}
    lines = b""
    while True:
        for key, _ in watched.select():
            if key.fileobj is control:
                received = control.recv(65536)
                if not received:
                    return
                *orders, lines = (lines + received).split(b"\n")
                for order in map(json.loads, orders):
                    if "modules" in order:
                        warm.more(order)
                        _settle()
                    else:
                        _start(order, control, watched, running)
            else:
                _ended(key.fd, control, watched, running)


def _start(
    order: dict[str, Any], control: socket.socket, watched: selectors.BaseSelector, running: dict[int, tuple[int, int]]
) -> None:
    pid = os.fork()
    if pid == 0:
        watched.close()
        control.close()
        from tests.torture.child import execute

        # A flow catches SIGTERM, so a child left behind would live on.
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        execute(order)
    fd = os.pidfd_open(pid)
    running[fd] = (order["id"], pid)
    watched.register(fd, selectors.EVENT_READ)
    _say(control, {"id": order["id"], "pid": pid})


def _ended(
    fd: int, control: socket.socket, watched: selectors.BaseSelector, running: dict[int, tuple[int, int]]
) -> None:
    number, pid = running.pop(fd)
    watched.unregister(fd)
    os.close(fd)
    _, status, usage = os.wait4(pid, 0)
    cpu = usage.ru_utime + usage.ru_stime
    _say(control, {"id": number, "status": os.waitstatus_to_exitcode(status), "cpu": cpu})


def _say(control: socket.socket, line: dict[str, Any]) -> None:
    control.sendall(json.dumps(line).encode() + b"\n")


def _settle() -> None:
    """Nothing that lives now is looked at by the garbage collector again: its pages stay shared."""
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    warm.warm()
    _settle()
    channel = socket.socket(fileno=int(sys.argv[1]))
    _say(channel, {"ready": os.getpid()})
    serve(channel)
