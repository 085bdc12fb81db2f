"""The queue: a task waits for a slot, runs, and ends."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Sequence

from deployments.sandbox.darkroom import DarkRoom
from deployments.sandbox.endings import BROKEN, Ending, ending, ending_in_queue, seconds_more
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.faults import Fault
from deployments.sandbox.render.film import Stopped
from deployments.sandbox.settings import SandboxSettings
from deployments.sandbox.store import Store
from deployments.sandbox.tasks import Params, Status, Task
from deployments.sandbox.voices import VOICES

logger = logging.getLogger(__name__)


class Queue:
    """Takes tasks from `queued` to their end, in the order they came, so many at once."""

    def __init__(
        self, settings: SandboxSettings, store: Store, room: DarkRoom, changed: Callable[[Task], None]
    ) -> None:
        self._settings, self._store, self._room, self._changed = settings, store, room, changed
        self._slots = asyncio.Semaphore(settings.slots)
        self._lives: set[asyncio.Task[None]] = set()

    def resume(self) -> None:
        """Take up what the last run of this sandbox left behind."""
        for task in self._store.reopen():
            self._follow(task)

    def add(self, params: Params, faults: Sequence[Fault]) -> Task:
        """A new task at the end of the queue."""
        now = time.time()
        task = self._store.create(VOICES[params.voice].new_id(now), params, faults, now)
        self._changed(task)
        self._follow(task)
        return task

    def cancel(self, task: Task) -> Task:
        """The task, taken out of the queue, unless its fault is that nobody listens."""
        return task if task.fault(FaultName.CANCEL_IGNORED) else self._move(task, Status.CANCELLED)

    async def aclose(self) -> None:
        """Leave everything as it is; the next run takes it up."""
        for life in self._lives:
            life.cancel()
        await asyncio.gather(*self._lives, return_exceptions=True)

    def _follow(self, task: Task) -> None:
        life = asyncio.create_task(self._live(task))
        self._lives.add(life)
        life.add_done_callback(self._lives.discard)

    async def _live(self, task: Task) -> None:
        patience = task.created_at + task.params.execution_expires_after - time.time()
        try:
            await asyncio.wait_for(self._slots.acquire(), max(patience, 0))
        except TimeoutError:
            if self._still_queued(task):
                self._move(task, Status.EXPIRED)
            return
        try:
            if self._still_queued(task):
                await self._serve(task)
        finally:
            self._slots.release()

    def _still_queued(self, task: Task) -> bool:
        now = self._store.find(task.params.voice, task.id, time.time())
        return now is not None and now.status is Status.QUEUED

    async def _serve(self, task: Task) -> None:
        end = ending_in_queue(task)
        if end is None:
            await self._run(self._move(task, Status.RUNNING))
            return
        await asyncio.sleep(self._latency(task))
        if self._still_queued(task):
            self._end(task, end)

    async def _run(self, task: Task) -> None:
        due = time.monotonic() + self._latency(task)
        try:
            await self._room.develop(task)
        except Stopped:
            return
        except Exception:  # a model that breaks is the provider's failure, told to the client, never the server's end
            logger.exception("render_failed task=%s", task.id)
            self._end(task, BROKEN)
            return
        await asyncio.sleep(max(due - time.monotonic(), 0))
        self._end(task, ending(task))

    def _latency(self, task: Task) -> float:
        """Seconds this task takes at least: the setting, spread by seed; without rendering exactly the setting."""
        if self._room.fixed:
            return self._settings.latency + seconds_more(task)
        rng = random.Random(f"{self._settings.seed} {task.seq}")  # noqa: S311 - a waiting time, not a secret
        spread = rng.uniform(1 - self._settings.spread, 1 + self._settings.spread)
        return self._settings.latency * spread + seconds_more(task)

    def _end(self, task: Task, end: Ending) -> None:
        self._move(task, end.status, *end.error(VOICES[task.params.voice]))

    def _move(self, task: Task, status: Status, code: str = "", message: str = "") -> Task:
        cost = VOICES[task.params.voice].cost(task.params)
        moved = self._store.move(task, status, time.time(), cost, code=code, message=message)
        self._changed(moved)
        return moved
