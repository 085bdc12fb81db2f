"""One sandbox: everything it holds, and what it does with a submit. The routes only carry it over HTTP."""

import hmac
import math
import time
from collections import deque
from typing import Any

from starlette.requests import Request

from deployments.sandbox import keys, links
from deployments.sandbox.body import Body, read_body
from deployments.sandbox.callbacks import Callbacks
from deployments.sandbox.checks import wanted
from deployments.sandbox.darkroom import DarkRoom
from deployments.sandbox.faults import Fault, FaultBook, FaultName
from deployments.sandbox.finals import final_of, is_final
from deployments.sandbox.media import MediaShelf
from deployments.sandbox.queue import Queue
from deployments.sandbox.refusals import no_such_task, too_many, unauthenticated
from deployments.sandbox.settings import SandboxSettings
from deployments.sandbox.store import Store
from deployments.sandbox.tasks import Params, Status, Task, task_object

_MINUTE = 60.0


class Service:
    """The parts of a running sandbox. `url` is how clients reach it, without a slash at the end."""

    def __init__(self, settings: SandboxSettings, url: str) -> None:
        self.settings, self.url = settings, url
        self._key = keys.bearer_key(settings)
        self._link_key = keys.kept_secret(settings.home / "link.key")
        self.store = Store(settings.home / "sandbox.db")
        self.room = DarkRoom(settings)
        self.faults = FaultBook(settings.seed, settings.faults)
        self._shelf = MediaShelf(settings.home / "media")
        self._callbacks = Callbacks()
        self.queue = Queue(settings, self.store, self.room, self._changed)
        self._recent: deque[float] = deque()

    async def aclose(self) -> None:
        """Stop the work; the next run takes it up."""
        await self.queue.aclose()
        await self._callbacks.aclose()
        await self._shelf.aclose()
        self.room.close()
        self.store.close()

    def authenticate(self, request: Request) -> None:
        """Raise 401 unless the request carries the Bearer key."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(key.strip().encode(), self._key.encode()):
            raise unauthenticated()

    async def check(self, raw: bytes) -> tuple[Params, tuple[Fault, ...]]:
        """What a submit asks for and what shall go wrong with it. Raises `Refusal`; nothing was created."""
        self._count()
        body = read_body(raw)
        params, media = (self._final(body), ()) if is_final(body) else wanted(body)
        faults = self.faults.strike(params.prompt, "draft" if params.draft else "final")
        refuse_by(faults, self.settings.rpm)
        return await self._shelf.fill(params, () if self.room.fixed else media), faults

    def task(self, task_id: str) -> Task:
        """The task, or 404."""
        task = self.store.find(task_id, time.time())
        if task is None:
            raise no_such_task(task_id)
        return task

    def shown(self, task: Task) -> dict[str, Any]:
        """The task as clients see it."""
        content = {}
        if task.status is Status.SUCCEEDED:
            content["video_url"] = self._link(task, f"/files/{task.id}.mp4")
            if task.params.return_last_frame and not self.room.fixed:
                content["last_frame_url"] = self._link(task, f"/files/{task.id}.png")
        return task_object(task, content)

    def check_link(self, request: Request) -> None:
        """Raise 403 unless the request's link is ours and alive."""
        links.verify(self._link_key, request.url.path, request.query_params, time.time())

    def _final(self, body: Body) -> Params:
        now = time.time()
        return final_of(body, lambda task_id: self.store.find(task_id, now), now)

    def _link(self, task: Task, path: str) -> str:
        """The same link at every GET: Ark does not document that asking again makes a fresh one."""
        life = self.settings.link_seconds
        dead = life + 1 if task.fault(FaultName.EXPIRED_LINK) else 0
        return self.url + links.signed(self._link_key, path, task.updated_at - dead, life)

    def _count(self) -> None:
        now = time.monotonic()
        while self._recent and now - self._recent[0] >= _MINUTE:
            self._recent.popleft()
        if len(self._recent) >= self.settings.rpm:
            raise too_many(self.settings.rpm, math.ceil(_MINUTE - (now - self._recent[0])))
        self._recent.append(now)

    def _changed(self, task: Task) -> None:
        self._callbacks.send(task, self.shown(task))


def refuse_by(faults: tuple[Fault, ...], rpm: int) -> None:
    """Raise what a fault puts in place of an answer before anything is created."""
    for fault in faults:
        if fault.fault is FaultName.TOO_MANY_REQUESTS:
            raise too_many(rpm, fault.retry_after)
        if fault.fault is FaultName.SERVER_ERROR and not fault.created:
            raise BareError


class BareError(Exception):
    """A 500 that says nothing."""
