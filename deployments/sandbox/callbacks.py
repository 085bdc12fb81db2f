"""Callbacks out: the task object, POSTed at every change, unsigned, as Ark does it."""

import asyncio
import logging
from typing import Any

import httpx

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

    async def aclose(self) -> None:
        """Give up what was not sent yet."""
        waiting = list(self._last.values())
        for job in waiting:
            job.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await self._client.aclose()

    def send(self, task: Task, body: dict[str, Any]) -> None:
        """Send the change, when somebody asked to be called."""
        if not task.params.callback_url:
            return
        job = asyncio.create_task(self._after(self._last.get(task.id), task, body))
        self._last[task.id] = job
        job.add_done_callback(lambda done: self._forget(task.id, done))

    def _forget(self, task_id: str, job: "asyncio.Task[None]") -> None:
        if self._last.get(task_id) is job:
            del self._last[task_id]

    async def _after(self, earlier: "asyncio.Task[None] | None", task: Task, body: dict[str, Any]) -> None:
        if earlier is not None:
            await asyncio.gather(earlier, return_exceptions=True)
        for _ in range(1 if task.status in OPEN else 1 + AGAIN):
            if await self._answered(task.params.callback_url, body):
                return
        logger.warning("callback_unanswered task=%s status=%s", task.id, task.status)

    async def _answered(self, url: str, body: dict[str, Any]) -> bool:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return (await self._client.post(url, json=body)).is_success
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return False
