"""One watcher per process asks the provider about all of that process's renders, together.

A render is waited for, not polled by its own task: sixty renders that are due are asked for in one round, spread by
jitter, slowed by the provider's Retry-After, and every answer becomes a compare-and-set in the ledger.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from blocks.ledger.ledger import Ledger
from blocks.provider import VideoProvider
from workprint import polling, steps
from workprint.errors import StaleState
from workprint.models import ModelFacts
from workprint.outcomes import Checked, NotThere, Observation, Unreadable
from workprint.render import Change, Render, Source
from workprint.states import IN_FLIGHT

log = logging.getLogger(__name__)

ACTOR = steps.Actor("watcher", Source.POLL)


@dataclass(slots=True)
class _Watched:
    """One render being waited for. `due` is in `time.monotonic` seconds."""

    render: Render
    due: float
    typical: float | None
    done: "asyncio.Future[Render]"
    asked: int = 0
    missing: int = 0
    progress: float | None = None


class Watcher:
    """Waits for renders until the provider has ended them. Belongs to one event loop."""

    def __init__(
        self,
        ledger: Ledger,
        provider: VideoProvider,
        facts: ModelFacts,
        *,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._ledger = ledger
        self._provider = provider
        self._facts = facts
        self._dice = dice
        self._watched: dict[str, _Watched] = {}
        self._typical: dict[str, float | None] = {}
        #: Until then (`time.monotonic`) the provider asked to be left alone.
        self._quiet_until = 0.0
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    async def wait(self, render: Render) -> Render:
        """The render once it is neither queued nor processing any more, whoever noticed."""
        if render.state not in IN_FLIGHT:
            return render
        watched = self._watched.get(render.id) or await self._watch(render)
        return await asyncio.shield(watched.done)

    def progress(self) -> dict[str, float | None]:
        """What the provider last said of each render still being waited for: 0.0 to 1.0, None when it does not say."""
        return {render_id: watched.progress for render_id, watched in self._watched.items()}

    async def close(self) -> None:
        """Stop asking. Whoever still waits is cancelled; the ledger knows where to go on."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        for watched in self._watched.values():
            watched.done.cancel()
        self._watched.clear()

    async def _watch(self, render: Render) -> _Watched:
        typical = await self._usual(render)
        if (known := self._watched.get(render.id)) is not None:
            return known  # somebody else came while the ledger was asked
        due = time.monotonic() + polling.first_delay(typical, self._dice())
        watched = _Watched(render, due, typical, asyncio.get_running_loop().create_future())
        self._watched[render.id] = watched
        self._wake.set()
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._run(), name="workprint-watcher")
        return watched

    async def _usual(self, render: Render) -> float | None:
        """Seconds such a render usually takes, learnt once per process and kind."""
        if render.kind not in self._typical:
            self._typical[render.kind] = await self._ledger.typical_seconds(
                render.spec.provider, render.spec.model, render.kind
            )
        return self._typical[render.kind]

    async def _run(self) -> None:
        while self._watched:
            await self._sleep()
            if due := self._due():
                await self._round(due)

    async def _sleep(self) -> None:
        """Until the earliest render is due and the provider may be asked, or a new render comes."""
        self._wake.clear()
        earliest = min(w.due for w in self._watched.values())
        pause = max(earliest, self._quiet_until) - time.monotonic()
        if pause > 0:
            try:
                await asyncio.wait_for(self._wake.wait(), pause)
            except TimeoutError:
                return

    def _due(self) -> list[_Watched]:
        """Who is due now, or so soon that asking together saves a request; nobody while the provider wants quiet."""
        now = time.monotonic()
        if now < self._quiet_until:
            return []
        horizon = now + polling.SHORTEST / 2
        return [w for w in self._watched.values() if w.due <= horizon]

    async def _round(self, due: list[_Watched]) -> None:
        answers = await self._provider.check_many([w.render.task_id or "" for w in due])
        await asyncio.gather(*(self._heard(w, answers[w.render.task_id or ""]) for w in due))

    async def _heard(self, watched: _Watched, answer: Checked) -> None:
        watched.asked += 1
        try:
            self._settle(watched, await self._step(watched, answer))
        except Exception as error:  # noqa: BLE001  # one render's trouble is told to its waiter, the others go on
            self._give_up(watched, error)
        watched.due = time.monotonic() + self._delay(watched, answer)

    async def _step(self, watched: _Watched, answer: Checked) -> Render:
        """The render after the answer: changed by us, or by somebody who was faster."""
        change = self._change(watched, answer)
        if change is None:
            return watched.render
        try:
            return await self._ledger.change(change)
        except StaleState:
            return await self._ledger.get(watched.render.id)

    def _change(self, watched: _Watched, answer: Checked) -> Change | None:
        match answer:
            case Observation():
                watched.missing, watched.progress = 0, answer.progress
                return steps.observed(watched.render, answer, self._facts, ACTOR)
            case NotThere(raw):
                watched.missing += 1
                return steps.gone(watched.render, raw, ACTOR) if watched.missing >= steps.GONE_AFTER else None
            case Unreadable(failure):
                log.info("provider.unreadable %s %s", failure.kind, watched.render.log_context())
                return None

    def _settle(self, watched: _Watched, render: Render) -> None:
        watched.render = render
        if render.state not in IN_FLIGHT:
            self._watched.pop(render.id, None)
            if not watched.done.done():
                watched.done.set_result(render)

    def _give_up(self, watched: _Watched, error: Exception) -> None:
        self._watched.pop(watched.render.id, None)
        if not watched.done.done():
            watched.done.set_exception(error)

    def _delay(self, watched: _Watched, answer: Checked) -> float:
        asked_for = _asked_to_wait(answer)
        self._quiet_until = max(self._quiet_until, time.monotonic() + asked_for)
        return max(polling.next_delay(watched.typical, watched.asked, self._dice()), asked_for)


def _asked_to_wait(answer: Checked) -> float:
    """The provider's Retry-After in seconds; 0 when it did not say."""
    match answer:
        case Unreadable(failure):
            return failure.retry_after or 0.0
        case Observation():
            return answer.retry_after or 0.0
        case NotThere():
            return 0.0
