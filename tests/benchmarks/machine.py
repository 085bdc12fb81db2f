"""What a measurement came from, and what a running process has used so far: read from /proc."""

import os
import platform
import resource
from collections import defaultdict
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
#: Places in /proc/PID/stat after the name in brackets: parent, and ticks in user and kernel mode (proc(5)).
_PARENT, _USER, _KERNEL = 1, 11, 12


def machine() -> str:
    """Cores, memory, processor, Python and the load now, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {memory:.0f} GiB, {_model()}, Python {platform.python_version()}, load {load}"


def own_cpu() -> float:
    """CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def tree_cpu(pid: int) -> float:
    """CPU seconds of a running process and of all that descend from it and still run."""
    parents, seconds = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        found = int(stat.parent.name)
        parents[found], seconds[found] = int(fields[_PARENT]), (int(fields[_USER]) + int(fields[_KERNEL])) / _TICK
    return sum(seconds.get(member, 0.0) for member in _family(pid, parents))


def _family(pid: int, parents: dict[int, int]) -> set[int]:
    children = defaultdict(list)
    for child, parent in parents.items():
        children[parent].append(child)
    family, grown = set(), [pid]
    while grown:
        family.add(member := grown.pop())
        grown += children[member]
    return family


def _model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
