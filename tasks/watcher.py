"""One watcher per process asks the provider about all of that process's renders, together.

A render is waited for, not polled by its own task: those that are due share a request, spread by jitter, slowed by the
provider's Retry-After and by callbacks that have proven to come; those for which a callback came are asked about first.
Every answer becomes a compare-and-set in the ledger, and the ledger tells what others did (`tasks.watching`).
"""

import asyncio
import contextvars
import logging
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any

from blocks.ledger.ledger import Ledger
from blocks.provider import VideoProvider
from tasks.watching.asking import Asking
from tasks.watching.hearing import Hearing
from tasks.watching.lookout import LOOK, Lookout, Seen
from tasks.watching.reliance import Reliance
from tasks.watching.waiters import Waiters, Watched
from workprint.errors import LedgerError
from workprint.render import Render
from workprint.spec import Kind
from workprint.states import IN_FLIGHT

log = logging.getLogger(__name__)

#: Seconds the ledger is looked at after the last render has ended: its callback may come late, and that goes on record.
LINGER = 5.0


class Watcher:
    """Waits for renders until the provider has ended them. Belongs to one event loop.

    `holder`: the name under which this process holds renders in the ledger. Renders that another living process holds
    are not asked about, only looked at in the ledger.
    """

    def __init__(
        self,
        ledger: Ledger,
        provider: VideoProvider,
        holder: str,
        *,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._ledger = ledger
        self._waiters = Waiters()
        self._reliance = Reliance(on=bool(provider.callback_base_url))
        hearing = Hearing(ledger, provider.gone_after)
        self._asking = Asking(provider, hearing, self._waiters, self._reliance, dice)
        self._lookout = Lookout(ledger, holder)
        self._typical: dict[Kind, float | None] = {}
        self._learning = asyncio.Lock()
        #: Until then (`time.monotonic`) the ledger is looked at although nothing is watched.
        self._linger_until = 0.0
        self._running: dict[str, asyncio.Task[None]] = {}
        self._closed = False

    async def wait(self, render: Render) -> Render:
        """The render once it is neither queued nor processing any more, whoever noticed."""
        if render.state not in IN_FLIGHT:
            return render
        watched = self._waiters.get(render.id) or await self._watch(render)
        del render  # what is waited for changes: every waiter would keep a copy of its own of how it was
        return await self._waiters.end(watched)

    def progress(self) -> dict[str, float | None]:
        """What the provider last said of each render still being waited for: 0.0 to 1.0, None when it does not say."""
        return {render_id: watched.progress for render_id, watched in self._waiters.watched.items()}

    async def close(self) -> None:
        """Stop asking, for good. Whoever still waits is cancelled, also who was only about to; the ledger knows where
        to go on.
        """
        self._closed = True
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._asking.close()
        self._waiters.cancel()

    async def _watch(self, render: Render) -> Watched:
        typical = await self._usual(render)
        if self._closed:  # meanwhile: nobody would ask, and the wait would have no end
            raise asyncio.CancelledError
        if (known := self._waiters.get(render.id)) is not None:
            return known  # somebody else came while the ledger was asked
        watched = self._waiters.add(render, typical)
        if self._lookout.add(render):
            self._asking.plan(watched)
        self._keep_going("workprint-watcher", self._asking.run)
        self._keep_going("workprint-lookout", self._look)
        return watched

    async def _usual(self, render: Render) -> float | None:
        """Seconds such a render usually takes, learnt once per process and kind."""
        async with self._learning:
            if render.kind not in self._typical:
                spec = render.spec
                self._typical[render.kind] = await self._ledger.typical_seconds(spec.provider, spec.model, render.kind)
        return self._typical[render.kind]

    async def _look(self) -> None:
        while self._waiters.watched or time.monotonic() < self._linger_until:
            began = time.monotonic()
            if self._waiters.watched:
                self._linger_until = began + LINGER
            try:
                self._apply(await self._lookout.look(self._waiters.watched), began)
            except LedgerError as error:  # the database is away for a moment: the next look tells
                log.warning("watcher.look %s", error)
            # Evenly, and with time to breathe where the database is slow.
            await asyncio.sleep(max(LOOK - (time.monotonic() - began), LOOK / 3))

    def _apply(self, seen: Seen, began: float) -> None:
        """`began`: when the look began; what had come by then was seen."""
        for render in seen.moved:
            if (watched := self._waiters.get(render.id)) is not None:
                self._waiters.settle(watched, render)
        for render_id in seen.ours:
            if (watched := self._waiters.get(render_id)) is not None:
                self._asking.plan_now(watched)
        for render_id, nudges in seen.nudges.items():
            if (watched := self._waiters.get(render_id)) is not None:  # else the next look finds them too late
                self._asking.nudge(watched, nudges)
        self._reliance.came(seen.late)
        if self._reliance.lost(began):
            self._asking.speed_up()

    def _keep_going(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        running = self._running.get(name)
        if running is None or running.done():
            # An empty context: the watcher serves everybody and must not carry the first waiter's run or log context.
            self._running[name] = asyncio.create_task(work(), name=name, context=contextvars.Context())
            self._running[name].add_done_callback(self._stopped)

    def _stopped(self, task: "asyncio.Task[None]") -> None:
        """A watcher that breaks tells everybody: nobody must wait for ever."""
        if task.cancelled() or (error := task.exception()) is None:
            return
        log.error("watcher.broken %s", task.get_name(), exc_info=error)
        for watched in list(self._waiters.watched.values()):
            self._waiters.give_up(watched, error)
