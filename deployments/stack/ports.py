"""Ports: the preferred ones, or any free one; nobody else's stack on this machine takes them meanwhile."""

import socket
import sys
from contextlib import ExitStack, suppress

from workprint.errors import StackError

LOOPBACK = "127.0.0.1"
#: What is tried first, so that bookmarks stay good.
PREFERRED = {"prefect": 4210, "s3": 9108, "sandbox": 9110, "desk": 9120}
#: Free ports asked of the system before giving up: another stack may have claimed the one it names.
_TRIES = 20


def choose(preferred: dict[str, int], held: ExitStack) -> dict[str, int]:
    """A free port for every name: the preferred one unless it is taken. They are ours until `held` is closed.

    A Prefect server listens ten seconds after it was started; two stacks that start together must not meet there.
    """
    return {name: _ours(port, held) for name, port in preferred.items()}


def _ours(preferred: int, held: ExitStack) -> int:
    for wanted in (preferred, *(0,) * _TRIES):
        with suppress(OSError):
            port = _probe(wanted)
            held.enter_context(_claim(port))
            return port
    raise StackError(f"no free port on {LOOPBACK}, {_TRIES} tries", fix="stop what holds so many ports or files open")


def _probe(port: int) -> int:
    with socket.socket() as probe:
        # As servers do: a port in TIME_WAIT from our last run is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, port))
        return int(probe.getsockname()[1])


def _claim(port: int) -> socket.socket:
    """A name in Linux' abstract socket namespace (unix(7)): it ends with its process, and leaves no file."""
    claim = socket.socket(socket.AF_UNIX)
    if sys.platform.startswith("linux"):
        try:
            claim.bind(f"\0workprint-port-{port}")
        except OSError:
            claim.close()
            raise
    return claim
