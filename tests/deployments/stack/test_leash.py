"""The warden and its leash, with small real processes."""

import asyncio
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from deployments.stack.home import Home
from deployments.stack.leash import Leash, Program
from deployments.stack.processes import descendants
from workprint.errors import StackError

#: A child with a grandchild in a session of its own, both deaf to SIGTERM; prints the grandchild's id.
_STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
print(subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True).pid, flush=True)
time.sleep(600)
"""
#: A child that ends at once and leaves an orphan in another session.
_DESERTER = """
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True).pid, flush=True)
"""
#: Takes a moment to end, and writes its name when it does.
_LAST_WORD = """
import signal, sys, time
def end(*_):
    time.sleep(0.1)
    with open(order, "a") as file:
        file.write(name + " ")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("set", flush=True)
signal.pause()
"""
#: A supervisor that starts a child with a grandchild and then waits to be killed.
_SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from deployments.stack.home import Home
from deployments.stack.leash import Leash, Program

async def main():
    home = Home(Path(sys.argv[1]))
    leash = await Leash.open(home, home.lock(), grace=0.5)
    await leash.start(Program("child", (sys.executable, "-c", sys.argv[2]), {}))
    print("up", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def _program(code: str, name: str = "child", wave: int = 0) -> Program:
    return Program(name, (sys.executable, "-c", code), {"PATH": os.environ["PATH"]}, wave)


async def _written(log: Path) -> str:
    return await asyncio.to_thread(_wait_for_line, log)


def _wait_for_line(log: Path) -> str:
    while not (log.exists() and log.read_text().endswith("\n")):
        time.sleep(0.02)
    return log.read_text().strip()


def _wait_until_free(home: Home) -> None:
    while home.taken():
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    return pid in descendants(1) or pid in descendants(0)


async def test_close_ends_children_and_grandchildren_that_refuse(tmp_path: Path) -> None:
    """Closing the leash ends every descendant, also one deaf to SIGTERM in a session of its own."""
    home = Home(tmp_path)
    lock = home.lock()
    leash = await Leash.open(home, lock, grace=0.5)
    child = await leash.start(_program(_STUBBORN))
    grandchild = int(await _written(home.log("child")))
    assert _alive(grandchild)
    await leash.close()
    os.close(lock)
    assert [_alive(child), _alive(grandchild), home.taken()] == [False, False, False]


async def test_a_death_is_told_with_the_last_lines(tmp_path: Path) -> None:
    """When a child ends on its own, the error names it, its exit code, its last words and its log."""
    home = Home(tmp_path)
    lock = home.lock()
    leash = await Leash.open(home, lock, grace=0.5)
    await leash.start(_program("import sys; sys.exit('no room on the disk')", "s3"))
    failure = await leash.failure
    await leash.close()
    os.close(lock)
    assert isinstance(failure, StackError)
    assert f"s3 ended with 1; its last lines:\n    no room on the disk\n  the whole log: {home.log('s3')}" == (
        failure.diagnostics()
    )


async def test_what_works_in_the_background_steps_back(tmp_path: Path) -> None:
    """A program is started as far behind the others as it says, and one that says nothing not at all."""
    home = Home(tmp_path)
    lock = home.lock()
    leash = await Leash.open(home, lock, grace=0.5)
    code = "import os, time; print(os.nice(0), flush=True); time.sleep(600)"
    for name, nice in (("one", 7), ("two", 0)):
        await leash.start(replace(_program(code, name), nice=nice))
    said = [int(await _written(home.log(name))) - os.nice(0) for name in ("one", "two")]
    await leash.close()
    os.close(lock)
    assert [7, 0] == said


async def test_an_orphan_is_ended_too(tmp_path: Path) -> None:
    """A process whose parent deserted it is the warden's, and goes with the rest."""
    home = Home(tmp_path)
    lock = home.lock()
    leash = await Leash.open(home, lock, grace=0.5)
    await leash.start(_program(_DESERTER))
    orphan = int(await _written(home.log("child")))
    await leash.failure
    assert _alive(orphan)
    await leash.close()
    os.close(lock)
    assert not _alive(orphan)


async def test_the_worker_stops_before_the_servers(tmp_path: Path) -> None:
    """A higher wave has ended before a lower one is asked to: the worker can still report to its server."""
    home = Home(tmp_path)
    lock = home.lock()
    leash = await Leash.open(home, lock, grace=0.5)
    order = tmp_path / "order"
    for name, wave in (("server", 0), ("worker", 1)):
        await leash.start(_program(f"name, order = {name!r}, {str(order)!r}\n{_LAST_WORD}", name, wave))
        await _written(home.log(name))
    await leash.close()
    os.close(lock)
    assert order.read_text() == "worker server "


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_a_killed_supervisor_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    """Killed without a chance to clean up, the supervisor still leaves no process, and the home is free again."""
    home = Home(tmp_path)
    argv = (sys.executable, "-c", _SUPERVISOR, str(tmp_path), _STUBBORN)
    supervisor = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    assert supervisor.stdout is not None
    assert await supervisor.stdout.readline() == b"up\n"
    grandchild = int(await _written(home.log("child")))
    supervisor.send_signal(number)
    await supervisor.wait()
    await asyncio.to_thread(_wait_until_free, home)
    assert not _alive(grandchild)
