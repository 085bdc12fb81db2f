"""Ports: the preferred ones, or any free one."""

import socket

LOOPBACK = "127.0.0.1"
#: What is tried first, so that bookmarks stay good.
PREFERRED = {"prefect": 4210, "s3": 9108, "sandbox": 9110}


def choose(preferred: dict[str, int]) -> dict[str, int]:
    """A free port for every name: the preferred one unless it is taken."""
    return {name: _free(port) for name, port in preferred.items()}


def _free(preferred: int) -> int:
    try:
        return _probe(preferred)
    except OSError:
        return _probe(0)


def _probe(port: int) -> int:
    with socket.socket() as probe:
        # As servers do: a port in TIME_WAIT from our last run is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, port))
        return int(probe.getsockname()[1])
