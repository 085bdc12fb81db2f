"""What the operating system knows of processes: who descends from us, and that orphans come back to us."""

import ctypes
import os
import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LINUX = sys.platform.startswith("linux")
# Loaded before any fork: between fork and exec a child must not run the loader.
_LIBC = ctypes.CDLL(None, use_errno=True) if _LINUX else None


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies (prctl(2), PR_SET_CHILD_SUBREAPER; Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Between fork and exec: SIGTERM when the parent dies (Linux only), and Ctrl-C's default handler back."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def descendants(ancestor: int) -> frozenset[int]:
    """Every living process below `ancestor`, however deep; zombies do not count."""
    children: dict[int, list[int]] = defaultdict(list)
    for pid, parent in _parents():
        children[parent].append(pid)
    found: list[int] = list(children[ancestor])
    for pid in found:
        found.extend(children[pid])
    return frozenset(found)


def children_of(parent: int) -> frozenset[int]:
    """The living processes directly below `parent`."""
    return frozenset(pid for pid, its_parent in _parents() if its_parent == parent)


def send(pids: frozenset[int], number: int) -> None:
    """Signal every one of them that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _parents() -> list[tuple[int, int]]:
    return _from_proc() if _LINUX else _from_ps()


def _from_proc() -> list[tuple[int, int]]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # proc(5): the name stands in brackets and may itself hold brackets and spaces.
            state, parent, *_ = stat.read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        if state != "Z":
            found.append((int(stat.parent.name), int(parent)))
    return found


def _from_ps() -> list[tuple[int, int]]:
    lines = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,state="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in lines.splitlines()]
    return [(int(pid), int(parent)) for pid, parent, state, *_ in rows if not state.startswith("Z")]
