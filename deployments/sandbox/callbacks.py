"""Callbacks out: what the task's voice says of a change, POSTed and signed as it does."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence

import httpx

from deployments.sandbox.callback_faults import Message, as_json, messages
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.keys import Secrets, foreign_secrets
from deployments.sandbox.tasks import OPEN, Task
from deployments.sandbox.values import Letter, Look
from deployments.sandbox.voices import VOICES
from deployments.sandbox.voices.voice import Voice

logger = logging.getLogger(__name__)
#: Seconds. Voices wait less.
_LONGEST = 60.0


class Callbacks:
    """Sends the changes of each task in their order; tasks do not wait for each other."""

    def __init__(self, secrets: Secrets) -> None:
        self._client = httpx.AsyncClient(timeout=_LONGEST, trust_env=False)
        self._secrets, self._foreign = secrets, foreign_secrets()
        #: Whether who is called has met the voice's challenge, by task.
        self._challenged: dict[str, bool] = {}
        self._last: dict[str, asyncio.Task[None]] = {}
        self._kept_back: dict[str, tuple[Message, ...]] = {}

    async def aclose(self) -> None:
        """Give up what was not sent yet."""
        waiting = list(self._last.values())
        for job in waiting:
            job.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await self._client.aclose()

    def send(self, look: Look) -> None:
        """Send the change, when somebody asked to be called."""
        task, voice = look.task, VOICES[look.params.voice]
        told = messages(voice, look, 1 if task.status in OPEN else 1 + voice.calls_again)
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
        if not await self._welcome(task):
            return
        for message in told:
            if not await self._told(task, message):
                logger.warning("callback_unanswered task=%s status=%s", task.id, task.status)
        if task.status not in OPEN:
            self._challenged.pop(task.id, None)

    async def _welcome(self, task: Task) -> bool:
        """Whether the address may be called: some providers ask it first, once a task."""
        challenge = VOICES[task.params.voice].challenge()
        if challenge is not None and task.id not in self._challenged:
            asked = Message(task.id, task.params.callback_url, as_json(challenge), 1)
            self._challenged[task.id] = await self._told(task, asked)
        return self._challenged.get(task.id, True)

    async def _told(self, task: Task, message: Message) -> bool:
        for _ in range(message.tries):
            if await self._answered(task, message):
                return True
        return False

    async def _answered(self, task: Task, message: Message) -> bool:
        voice = VOICES[task.params.voice]
        try:
            async with asyncio.timeout(voice.answer_seconds):
                headers = {"content-type": "application/json", **self._signature(voice, task, message)}
                reply = await self._client.post(message.url, content=message.content, headers=headers)
                return voice.acceptable(message.content, reply.status_code, reply.content)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return False

    def _signature(self, voice: Voice, task: Task, message: Message) -> Mapping[str, str]:
        forger = task.fault(FaultName.CALLBACK_BAD_SIGNATURE) is not None
        letter = Letter(message.id, task.id, message.content, time.time())
        return voice.signature(letter, self._foreign if forger else self._secrets)
