"""What runs inside the supervisor: four Swift daemons, forked from one warm process.

Importing Swift once and forking costs 0.5 s of CPU instead of 2 s; binding the sockets before the fork means that no
port can be taken by somebody else in between and that a client never meets a closed door.
"""

import ctypes
import importlib
import os
import signal
import socket
import sys
from array import array
from pathlib import Path
from typing import NoReturn

from deployments.objectstore.config import DEVICE, KINDS, config_path

#: Partitions are 2 to this power. Part of the paths on disk: never change it.
_PART_POWER = 4
_PR_SET_PDEATHSIG = 1


def import_swift() -> None:
    """Load Swift before the forks. Raises `ImportError` when the extra `local` is not installed."""
    importlib.import_module("swift.common.wsgi")
    for kind in ("account", "container", "obj", "proxy"):
        importlib.import_module(f"swift.{kind}.server")


def bind(port: int) -> dict[str, socket.socket]:
    """One listening loopback socket for each daemon; `port` (0: any) is the proxy's. Raises `OSError` when taken."""
    return {kind: _listen(port if kind == "proxy" else 0) for kind in KINDS}


def ports_of(sockets: dict[str, socket.socket]) -> dict[str, int]:
    """The ports the sockets got."""
    return {kind: sock.getsockname()[1] for kind, sock in sockets.items()}


def write_rings(home: Path, ports: dict[str, int]) -> None:
    """One device holds every partition; only the ports differ from start to start, so the data stays found."""
    from swift.common.ring.ring import RingData

    for kind in ("account", "container", "object"):
        address = {"ip": "127.0.0.1", "port": ports[kind]}
        device = {"id": 0, "region": 1, "zone": 1, "device": DEVICE, "weight": 1.0, "meta": "", **address}
        assignment = [array("H", [0] * 2**_PART_POWER)]
        RingData(assignment, [device], 32 - _PART_POWER).save(str(home / "etc" / f"{kind}.ring.gz"))


def fork_daemon(kind: str, home: Path, sockets: dict[str, socket.socket]) -> int:
    """Fork one daemon and return its process id."""
    supervisor = os.getpid()
    child = os.fork()
    if child == 0:
        _become(kind, home, sockets, supervisor)
    return child


def _become(kind: str, home: Path, sockets: dict[str, socket.socket], supervisor: int) -> NoReturn:
    """The child's whole life. Leaves by `os._exit`, so that nothing of the supervisor's runs twice."""
    code = 1
    try:
        os.setsid()
        _die_with(supervisor)
        _redirect(home / "logs" / f"{kind}.log")
        for other in KINDS:
            if other != kind:
                sockets[other].close()
        _serve(kind, home, sockets[kind])
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def _die_with(supervisor: int) -> None:
    """Have the kernel kill this process when the supervisor goes, however it goes (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:
        os._exit(0)


def _redirect(log: Path) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, number in ((nothing, 0), (target, 1), (target, 2)):
        os.dup2(source, number)


def _serve(kind: str, home: Path, sock: socket.socket) -> None:
    from eventlet.greenio import GreenSocket
    from swift.common import wsgi
    from swift.obj.server import global_conf_callback

    extra = {"global_conf_callback": global_conf_callback} if kind == "object" else {}
    checked = wsgi.check_config(str(config_path(home, kind)), f"{kind}-server", verbose=True, **extra)
    conf, logger, global_conf, _ = checked
    wsgi.run_server(conf, logger, GreenSocket(sock), global_conf=global_conf)


def _listen(port: int) -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.bind(("127.0.0.1", port))
    sock.listen(1024)
    return sock
