"""The supervisor: binds, forks, waits until the server answers, and takes everything down again."""

import fcntl
import http.client
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deployments.objectstore.config import DEVICE, KINDS, write_configs
from deployments.objectstore.daemons import bind, fork_daemon, import_swift, ports_of, write_rings
from deployments.objectstore.keys import load_keys
from workprint.errors import StackError

#: Seconds the daemons get to end by themselves before they are killed.
GRACE = 5.0
#: Seconds a daemon gets to load and answer its first request.
READY = 60.0


def supervise(home: Path, port: int, *, lifeline: bool) -> None:
    """Run the server until SIGTERM or SIGINT, or, with `lifeline`, until standard input closes.

    Prints one line when ready. Raises `StackError` when it cannot start or a daemon ends by itself.
    """
    _check_python_parts()
    home = home.resolve()
    _make_folders(home)
    with _only_one(home):
        sockets = _bind(port)
        ports = ports_of(sockets)
        write_configs(home, load_keys(home), ports)
        write_rings(home, ports)
        children = {fork_daemon(kind, home, sockets): kind for kind in KINDS}
        with _signals() as wakeup:
            try:
                _let_go(sockets)
                _await_ready(ports)
                print(f"s3 ready on http://127.0.0.1:{ports['proxy']}", flush=True)
                _watch(wakeup, children, home, lifeline=lifeline)
            finally:
                _stop(children)


def _check_python_parts() -> None:
    try:
        import_swift()
    except ImportError as error:
        raise StackError(
            f"the embedded S3 server needs OpenStack Swift: {error}", fix="pip install 'workprint[local]'"
        ) from error


def _make_folders(home: Path) -> None:
    """Make the home, and refuse a file system that cannot hold Swift's metadata."""
    for folder in (home / "srv" / DEVICE, home / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    if sys.platform != "linux":
        return
    try:
        os.setxattr(home / "srv", "user.workprint", b"x" * 1024)
    except OSError as error:
        raise StackError(
            f"{home} lies on a file system without extended attributes ({error.strerror})",
            fix="choose a home on ext4, xfs, btrfs or overlayfs",
        ) from error


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Hold the home's lock; the daemons inherit it, so it is free only when the last one has ended."""
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StackError(f"another S3 server runs in {home}", fix="stop it, or choose another home") from error
        yield


def _bind(port: int) -> dict[str, socket.socket]:
    try:
        return bind(port)
    except OSError as error:
        raise StackError(
            f"port {port} on 127.0.0.1 cannot be used ({error.strerror})", fix="choose another port, or 0 for any"
        ) from error


@contextmanager
def _signals() -> Iterator[int]:
    """A file descriptor that gets one byte (the signal's number) for each signal that ends or may end us."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(-1)
        os.close(reader)
        os.close(writer)


def _let_go(sockets: dict[str, socket.socket]) -> None:
    """Close our copies: a dead daemon must look dead to its clients."""
    for sock in sockets.values():
        sock.close()


def _await_ready(ports: dict[str, int]) -> None:
    """Return when every daemon has answered. The doors are open already, so each request just waits its turn."""
    deadline = time.monotonic() + READY
    for kind, port in ports.items():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=max(1.0, deadline - time.monotonic()))
        try:
            connection.request("GET", "/healthcheck")
            connection.getresponse().read()
        except OSError as error:
            raise StackError(f"the {kind} daemon of the S3 server did not start: {error}") from error
        finally:
            connection.close()


def _watch(wakeup: int, children: dict[int, str], home: Path, *, lifeline: bool) -> None:
    """Block until we are told to stop. Raises `StackError` when a daemon ended first."""
    sources = [wakeup, sys.stdin.fileno()] if lifeline else [wakeup]
    while True:
        readable, _, _ = select.select(sources, [], [])
        if wakeup not in readable:
            if not os.read(sys.stdin.fileno(), 1024):
                return
            continue
        numbers = os.read(wakeup, 64)
        if signal.SIGTERM in numbers or signal.SIGINT in numbers:
            return
        _check_alive(children, home)


def _check_alive(children: dict[int, str], home: Path) -> None:
    for pid, kind in list(children.items()):
        if os.waitpid(pid, os.WNOHANG)[0]:
            del children[pid]
            raise StackError(f"the {kind} daemon of the S3 server ended; see {home / 'logs' / kind}.log")


def _stop(children: dict[int, str]) -> None:
    """End the daemons and reap them; whoever ignores SIGTERM for `GRACE` seconds is killed."""
    for pid in children:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    left = list(children)
    while left and time.monotonic() < deadline:
        left = [pid for pid in left if not os.waitpid(pid, os.WNOHANG)[0]]
        time.sleep(0.01)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
