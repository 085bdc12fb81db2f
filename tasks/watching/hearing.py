"""What an answer of the provider does to a render: one compare-and-set, and on record who was first and who came late.

Nothing that a callback says is believed: it makes us ask, and then the change is called its own.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from blocks.ledger.ledger import Ledger
from tasks.watching.waiters import Watched
from workprint import steps
from workprint.callbacks import Nudge
from workprint.errors import LedgerError, StaleState
from workprint.outcomes import Checked, NotThere, Observation, Unreadable
from workprint.render import Change, Event, Render, Source
from workprint.states import IN_FLIGHT, RenderState

log = logging.getLogger(__name__)

NAME = "watcher"
POLL, CALLBACK = steps.Actor(NAME, Source.POLL), steps.Actor(NAME, Source.CALLBACK)


@dataclass(frozen=True, slots=True)
class Heard:
    """The render after an answer. `won`: this answer changed it. `answered`: it said something of the task."""

    render: Render
    won: bool = False
    answered: bool = True


class Hearing:
    """Turns answers into changes. It schedules nothing."""

    def __init__(self, ledger: Ledger, gone_after: float) -> None:
        self._ledger = ledger
        #: Seconds a known task may be denied before it counts as lost.
        self._gone_after = gone_after

    async def hear(self, watched: Watched, answer: Checked) -> Heard:
        """`watched.answering`: the callbacks that made us ask. Raises LedgerError when it cannot be put on record."""
        match answer:
            case Unreadable(failure):
                log.info("provider.unreadable %s %s", failure.kind, watched.render.log_context())
                return Heard(watched.render, answered=False)
            case NotThere(raw):
                return await self._missing(watched, watched.answering, raw)
            case Observation():
                return await self._observed(watched, watched.answering, answer)

    async def _missing(self, watched: Watched, nudges: Sequence[Nudge], raw: str) -> Heard:
        """Gone only when several ordinary questions in a row, over a time, were answered so."""
        await settle(self._ledger, nudges, "task not known")
        watched.missing += not nudges
        watched.missing_since = watched.missing_since or time.monotonic()
        if watched.missing < steps.GONE_AFTER or time.monotonic() - watched.missing_since < self._gone_after:
            return Heard(watched.render)
        try:
            return Heard(await self._ledger.change(steps.gone(watched.render, raw, POLL)), won=True)
        except StaleState:
            return Heard(await self._ledger.get(watched.render.id))

    async def _observed(self, watched: Watched, nudges: Sequence[Nudge], seen: Observation) -> Heard:
        watched.missing, watched.missing_since, watched.progress = 0, None, seen.progress
        actor = CALLBACK if nudges else POLL
        render, beaten = watched.render, False
        while change := self._change(render, seen, actor):
            try:
                render = await self._ledger.change(change)
            except StaleState:  # somebody was faster; if they saw less than we did, our answer still counts
                render, beaten = await self._ledger.get(render.id), True
            else:
                await settle(self._ledger, nudges, f"won: {render.state}", 0.0)
                return Heard(render, won=True)
        return await self._lost(watched, nudges, render, actor) if beaten else await self._nothing_new(nudges, render)

    def _change(self, render: Render, seen: Observation, actor: steps.Actor) -> Change | None:
        if render.state not in IN_FLIGHT:
            return None
        return steps.observed(render, seen, steps.model_facts_of(render), actor)

    async def _lost(self, watched: Watched, nudges: Sequence[Nudge], now: Render, who: steps.Actor) -> Heard:
        """Somebody else was faster while our question was on its way: on record once per render, with the lag."""
        first = (await self._ledger.looks.last_steps([now.id]))[now.id]
        await came_late(self._ledger, nudges, first)
        if watched.told_late:
            return Heard(now)
        watched.told_late = True
        behind = max((datetime.now(UTC) - first.at).total_seconds(), 0.0)
        note = f"{who.source} came {behind:.2f} s after {first.source} (event {first.seq})"
        try:
            return Heard(await self._ledger.record(now.id, source=who.source, actor=who.name, note=note, facts={}))
        except LedgerError as error:  # a note less: no reason to fail a render that is well
            log.warning("watcher.note %s", error)
            return Heard(now)

    async def _nothing_new(self, nudges: Sequence[Nudge], render: Render) -> Heard:
        """We asked, and the render is what it was. Whether the callback spoke of that or lied, nobody can say."""
        if nudges and render.state is RenderState.PROCESSING:
            first = (await self._ledger.looks.last_steps([render.id]))[render.id]
            for nudge in nudges:
                outcome = f"nothing new: {render.state} since event {first.seq} ({first.source})"
                await settle(self._ledger, [nudge], outcome, lag(nudge, first))
        else:
            await settle(self._ledger, nudges, f"nothing new: {render.state}")
        return Heard(render)


async def settle(ledger: Ledger, nudges: Sequence[Nudge], outcome: str, late: float | None = None) -> None:
    """These callbacks are done with. When that cannot be written now, the next look finds them again."""
    try:
        await ledger.inbox.handled(nudges, outcome, late)
    except LedgerError as error:
        log.warning("watcher.receipt %s", error)


async def came_late(ledger: Ledger, nudges: Sequence[Nudge], first: Event) -> None:
    """These callbacks came for a render that another path had changed already."""
    for nudge in nudges:
        outcome = f"late: {first.source} was first (event {first.seq})"
        await settle(ledger, [nudge], outcome, lag(nudge, first))


def lag(nudge: Nudge, first: Event) -> float:
    """Seconds a callback came in after the change; 0 when it was there before and nobody had looked yet."""
    return max((nudge.received_at - first.at).total_seconds(), 0.0)
