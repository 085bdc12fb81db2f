"""The order of the stack: start what depends on nothing, register, start the worker, say that it is up; and the end.

Cold on two cores it takes about as long as the Prefect server alone: everything else happens while that starts.
"""

import asyncio
import os
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import Any, TypeVar

from deployments.stack.home import Home
from deployments.stack.leash import Leash, Program, last_lines
from deployments.stack.plan import READY_LINE, prefect_env, servers, worker
from deployments.stack.ports import PREFERRED, choose
from deployments.stack.registration import register, warm_up
from deployments.stack.state import StackState
from workprint.errors import StackError

#: Seconds a process may take to become ready; a slow disk and a cold cache need a good part of it.
PATIENCE = 90.0
#: Says what happens: the name of the thing, and what became of it.
Notify = Callable[[str, str], None]
_T = TypeVar("_T")


class Stack:
    """A stack that is up."""

    def __init__(self, state: StackState, leash: Leash) -> None:
        self.state = state
        self._leash = leash

    async def guard(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do something that needs the stack; raises `StackError` as soon as a part of the stack dies instead."""
        return await _unless_dead(self._leash, work)

    async def watch(self) -> None:
        """Wait until a part of the stack dies; raises its `StackError`."""
        raise await self._leash.failure


def use_server(api_url: str, home: Home) -> None:
    """Point this process at a Prefect server. Call it before the first `import prefect`, which reads it once."""
    os.environ.update(PREFECT_API_URL=api_url, PREFECT_HOME=str(home.prefect), PREFECT_LOGGING_LEVEL="ERROR")


@asynccontextmanager
async def stack(home: Home, notify: Notify, preferred: dict[str, int] | None = None) -> AsyncIterator[Stack]:
    """The stack in `home`, up on entry and gone on exit, whatever happened in between.

    Raises `StackError`, which names the process, its last lines and its log, when one does not come up; also when
    another stack has the home.
    """
    lock = home.lock()
    with ExitStack() as held:
        held.callback(os.close, lock)
        home.state_file.unlink(missing_ok=True)
        leash = await Leash.open(home, lock)
        try:
            yield Stack(await _bring_up(home, leash, choose(preferred or PREFERRED, held), notify), leash)
        finally:
            home.state_file.unlink(missing_ok=True)
            notify("stack", "stopping")
            await leash.close()


async def _bring_up(home: Home, leash: Leash, ports: dict[str, int], notify: Notify) -> StackState:
    os.environ.update(prefect_env(home, ports["prefect"]))
    use_server(os.environ["PREFECT_API_URL"], home)
    programs = servers(home, home.secrets(), ports)
    pids = {program.name: await leash.start(program) for program in programs}
    state = StackState(pid=os.getpid(), ports=ports, pids=pids, ledger_url=home.ledger_url)
    waits = [_ready(home, program, state, notify) for program in programs]
    await _unless_dead(leash, _together(_prepare(state, notify), *waits))
    return await _finish(home, leash, state, notify)


async def _finish(home: Home, leash: Leash, state: StackState, notify: Notify) -> StackState:
    program = worker(home, state.ports)
    state = StackState(state.pid, state.ports, {**state.pids, "worker": await leash.start(program)}, state.ledger_url)
    tasks = _together(_registered(home, state, notify), _ready(home, program, state, notify))
    await _unless_dead(leash, tasks)
    state.write(home)
    return state


async def _together(*work: Coroutine[Any, Any, None]) -> None:
    """All of them at once; the first error ends the others and comes out as it is, not in a group."""
    tasks = [asyncio.ensure_future(part) for part in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _prepare(state: StackState, notify: Notify) -> None:
    """Load the code in a thread, and open the ledger: its migrations run here rather than in the first flow run."""
    await asyncio.to_thread(warm_up)
    from blocks.ledger import Ledger

    async with await Ledger.open(state.ledger_url):
        notify("ledger", "ready")


async def _registered(home: Home, state: StackState, notify: Notify) -> None:
    started = time.monotonic()
    await register(home, state)
    notify("blocks and deployments", f"registered after {time.monotonic() - started:.1f} s")


async def _ready(home: Home, program: Program, state: StackState, notify: Notify) -> None:
    notify(program.name, "starting")
    started = time.monotonic()
    while not await _answers(home, program.name, state):
        if time.monotonic() - started > PATIENCE:
            raise StackError(
                f"{program.name} was not ready after {PATIENCE:.0f} s; {last_lines(home.log(program.name))}",
                fix=f"the whole log: {home.log(program.name)}",
            )
        await asyncio.sleep(0.1)
    notify(program.name, f"ready after {time.monotonic() - started:.1f} s")


async def _answers(home: Home, name: str, state: StackState) -> bool:
    if name == "prefect":
        return await asyncio.to_thread(_healthy, f"{state.prefect_api}/health")
    log = home.log(name).read_text(errors="replace")
    return (READY_LINE if name != "worker" else "started!") in log


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback URL
            return bool(answer.status == 200)
    except OSError:
        return False


async def _unless_dead(leash: Leash, work: Coroutine[Any, Any, _T]) -> _T:
    task: asyncio.Future[_T] = asyncio.ensure_future(work)
    both: set[asyncio.Future[Any]] = {task, leash.failure}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if leash.failure.done() and not task.done():
            raise leash.failure.result()
        return await task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task
