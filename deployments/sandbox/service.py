"""One sandbox: everything it holds, and what it does with a submit. The routes only carry it over HTTP."""

import hmac
import math
import time
from collections import deque
from functools import partial

from starlette.requests import Request

from deployments.sandbox import keys, links
from deployments.sandbox.callbacks import Callbacks
from deployments.sandbox.darkroom import DarkRoom
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.faultbook import FaultBook
from deployments.sandbox.faults import Fault
from deployments.sandbox.media import MediaShelf
from deployments.sandbox.poll_faults import Questions
from deployments.sandbox.queue import Queue
from deployments.sandbox.refusals import no_such_task, too_many, unauthenticated
from deployments.sandbox.settings import SandboxSettings
from deployments.sandbox.store import Store
from deployments.sandbox.submit_faults import refuse_by
from deployments.sandbox.tasks import Params, Task
from deployments.sandbox.values import Ask
from deployments.sandbox.views import Views
from deployments.sandbox.voices.applies import applies
from deployments.sandbox.voices.voice import Voice

_MINUTE = 60.0


class Service:
    """The parts of a running sandbox. `url` is how clients reach it, without a slash at the end."""

    def __init__(self, settings: SandboxSettings, url: str) -> None:
        self.settings = settings
        self._key = keys.bearer_key(settings)
        self._link_key = keys.kept_secret(settings.home / "link.key")
        self.secrets = keys.webhook_secrets(settings.home)
        self.store = Store(settings.home / "sandbox.db")
        self.room = DarkRoom(settings)
        self.faults = FaultBook(settings.seed, settings.faults)
        self._shelf = MediaShelf(settings.home / "media")
        self.callbacks = Callbacks(self.secrets)
        self.questions = Questions(settings.rpm)
        self.views = Views(settings, url, self._link_key, self.questions, pictures=not self.room.fixed)
        self.queue = Queue(settings, self.store, self.room, self._changed)
        self._recent: deque[float] = deque()

    async def aclose(self) -> None:
        """Stop the work; the next run takes it up."""
        await self.queue.aclose()
        await self.callbacks.aclose()
        await self._shelf.aclose()
        self.room.close()
        self.store.close()

    def authenticate(self, request: Request, scheme: str = "Bearer") -> None:
        """Raise `Refusal` unless the request carries the key behind this word."""
        said, _, key = request.headers.get("authorization", "").partition(" ")
        if said.lower() != scheme.lower() or not hmac.compare_digest(key.strip().encode(), self._key.encode()):
            raise unauthenticated()

    async def asked(self, request: Request, voice: Voice) -> Ask:
        """A request as its voice reads it."""
        now = time.time()
        return Ask(
            body=await request.body(),
            path=request.path_params,
            query=tuple(request.query_params.multi_items()),
            headers=request.headers,
            now=now,
            find=lambda task_id: self.store.find(voice.name, task_id, now),
            by_reference=lambda reference: self.store.by_reference(voice.name, reference, now),
        )

    async def check(self, ask: Ask, voice: Voice) -> tuple[Params, tuple[Fault, ...]]:
        """What a submit asks for and what shall go wrong with it. Raises `Refusal`; nothing was created."""
        self._count()
        wanted = voice.wanted(ask)
        kind = "draft" if wanted.params.draft else "final"
        faults = self.faults.strike(wanted.params.prompt, kind, partial(applies, voice))
        refuse_by(faults, voice, self.settings.rpm)
        return await self._shelf.fill(wanted.params, () if self.room.fixed else wanted.media), faults

    def task(self, voice: Voice, task_id: str) -> Task:
        """The task, or `Refusal`."""
        task = self.store.find(voice.name, task_id, time.time())
        if task is None:
            raise no_such_task(task_id)
        return task

    def hidden(self, voice: Voice) -> list[str]:
        """The ids of the tasks that the list does not show yet."""
        now = time.time()
        lagging = self.store.with_fault(voice.name, FaultName.LIST_LAG, now)
        late = ((task, task.fault(FaultName.LIST_LAG)) for task in lagging)
        return [task.id for task, lag in late if lag and now < task.created_at + lag.hold]

    def check_link(self, request: Request) -> None:
        """Raise 403 unless the request's link is ours and alive."""
        links.verify(self._link_key, request.url.path, request.query_params, time.time())

    def _count(self) -> None:
        now = time.monotonic()
        while self._recent and now - self._recent[0] >= _MINUTE:
            self._recent.popleft()
        if len(self._recent) >= self.settings.rpm:
            raise too_many(self.settings.rpm, math.ceil(_MINUTE - (now - self._recent[0])))
        self._recent.append(now)

    def _changed(self, task: Task) -> None:
        self.callbacks.send(self.views.true(task))
