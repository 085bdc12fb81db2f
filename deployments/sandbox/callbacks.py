"""Callbacks out: the task object, POSTed at every change, unsigned, as Ark does it."""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

import httpx

from deployments.sandbox.callback_faults import Message, messages
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.tasks import OPEN, Task

logger = logging.getLogger(__name__)
#: An answer later than this counts as none.
ANSWER_SECONDS = 5.0
#: A last word that was not answered is sent again so many times.
AGAIN = 3


class Callbacks:
    """Sends the changes of each task in their order; tasks do not wait for each other."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False)
        self._last: dict[str, asyncio.Task[None]] = {}
        self._kept_back: dict[str, tuple[Message, ...]] = {}

    async def aclose(self) -> None:
        """Give up what was not sent yet."""
        waiting = list(self._last.values())
        for job in waiting:
            job.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await self._client.aclose()

    def send(self, task: Task, body: dict[str, Any]) -> None:
        """Send the change, when somebody asked to be called."""
        told = messages(task, body, 1 if task.status in OPEN else 1 + AGAIN)
        if task.fault(FaultName.CALLBACK_REORDERED):
            told = self._last_word_first(task, told)
        if not told:
            return
        late = task.fault(FaultName.CALLBACK_LATE)
        due = time.monotonic() + (late.hold if late else 0)
        job = asyncio.create_task(self._after(self._last.get(task.id), task, told, due))
        self._last[task.id] = job
        job.add_done_callback(lambda done: self._forget(task.id, done))

    async def answered(self, task: Task) -> None:
        """Wait until what was sent of this task so far has been answered, or given up."""
        if job := self._last.get(task.id):
            await asyncio.wait([job])

    def _last_word_first(self, task: Task, told: tuple[Message, ...]) -> tuple[Message, ...]:
        """Nothing before the end; then the end, and what came before it, newest first."""
        earlier = self._kept_back.pop(task.id, ())
        if task.status in OPEN:
            self._kept_back[task.id] = (*told, *earlier)
            return ()
        return (*told, *earlier)

    def _forget(self, task_id: str, job: "asyncio.Task[None]") -> None:
        if self._last.get(task_id) is job:
            del self._last[task_id]

    async def _after(
        self, earlier: "asyncio.Task[None] | None", task: Task, told: Sequence[Message], due: float
    ) -> None:
        if earlier is not None:
            await asyncio.gather(earlier, return_exceptions=True)
        await asyncio.sleep(max(due - time.monotonic(), 0))
        for message in told:
            if not await self._told(message):
                logger.warning("callback_unanswered task=%s status=%s", task.id, task.status)

    async def _told(self, message: Message) -> bool:
        for _ in range(message.tries):
            if await self._answered(message):
                return True
        return False

    async def _answered(self, message: Message) -> bool:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reply = await self._client.post(
                    message.url, content=message.content, headers={"content-type": "application/json"}
                )
                return reply.is_success
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return False
