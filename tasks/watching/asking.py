"""The questions to the provider: many renders in one request, few requests at once, who was called for first."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import inf

from blocks.provider import VideoProvider
from tasks.watching.agenda import Agenda
from tasks.watching.hearing import Hearing
from tasks.watching.reliance import Reliance
from tasks.watching.waiters import Waiters, Watched
from workprint import polling
from workprint.callbacks import Nudge
from workprint.outcomes import Checked, NotThere, Observation, Unreadable
from workprint.states import IN_FLIGHT

#: Renders asked about in one request.
BATCH = 50
#: Requests on their way at once. Few, so that a render for which a callback comes never stands in a long line for its
#: turn at the provider; as many again may be on their way for such renders.
ROUNDS = 4


class Asking:
    """Belongs to one watcher. Times are `time.monotonic` seconds."""

    def __init__(
        self,
        provider: VideoProvider,
        hearing: Hearing,
        waiters: Waiters,
        reliance: Reliance,
        dice: Callable[[], float],
    ) -> None:
        self._provider = provider
        self._hearing = hearing
        self._waiters = waiters
        self._reliance = reliance
        self._dice = dice
        self._agenda = Agenda()
        #: Until then the provider asked to be left alone.
        self._quiet_until = 0.0
        self._wake = asyncio.Event()
        self._rounds: set[asyncio.Task[None]] = set()

    def plan(self, watched: Watched) -> None:
        """Ask about it for the first time when such a render is usually about to end."""
        elapsed = (datetime.now(UTC) - (watched.render.submitted_at or watched.render.created_at)).total_seconds()
        self._plan(watched, self._reliance.stretched(polling.first_delay(watched.typical, self._dice(), elapsed)))

    def plan_now(self, watched: Watched) -> None:
        """Ask about it as soon as it is its turn: nobody has for a while. Not when it has its time already."""
        if watched.due == inf:
            self._plan(watched, 0.0)

    def _plan(self, watched: Watched, delay: float) -> None:
        self._agenda.plan(watched, time.monotonic() + delay, polling.slack(delay))
        self._wake.set()

    def nudge(self, watched: Watched, nudges: tuple[Nudge, ...]) -> None:
        """Callbacks came for it: ask about it before all others."""
        watched.nudges = (*watched.nudges, *nudges)
        if not watched.asking:  # else as soon as that question is answered
            self._agenda.hurry(watched, time.monotonic())
            self._wake.set()

    def speed_up(self) -> None:
        """Callbacks have stopped: whoever relied on them is asked about as if there had never been any."""
        now = time.monotonic()
        for watched in self._waiters.watched.values():
            delay = polling.next_delay(watched.typical, watched.asked, self._dice())
            if not watched.asking and now + delay < watched.due < inf:
                self._plan(watched, delay)

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            self._wake.clear()
            if batch := self._batch(time.monotonic()):
                round_ = asyncio.create_task(self._round(batch), name="workprint-round")
                self._rounds.add(round_)
                round_.add_done_callback(self._round_over)
            else:
                await self._until_due()

    async def close(self) -> None:
        """Give up the requests that are on their way."""
        rounds = list(self._rounds)
        for round_ in rounds:
            round_.cancel()
        await asyncio.gather(*rounds, return_exceptions=True)

    def _round_over(self, round_: "asyncio.Task[None]") -> None:
        self._rounds.discard(round_)
        self._wake.set()

    def _batch(self, now: float) -> list[Watched]:
        """Who is asked about now; nobody while the provider wants quiet or enough requests are on their way."""
        if now < self._quiet_until or len(self._rounds) >= 2 * ROUNDS:
            return []
        return self._agenda.take(now, BATCH, ordinary=len(self._rounds) < ROUNDS)

    async def _until_due(self) -> None:
        """Until somebody is due and may be asked about, or something happens."""
        self._agenda.tidy(len(self._waiters.watched))
        full = len(self._rounds) >= 2 * ROUNDS
        earliest = inf if full else self._agenda.earliest(ordinary=len(self._rounds) < ROUNDS)
        pause = max(earliest, self._quiet_until) - time.monotonic()
        try:
            await asyncio.wait_for(self._wake.wait(), None if pause == inf else max(pause, 0))
        except TimeoutError:
            return

    async def _round(self, batch: Sequence[Watched]) -> None:
        for watched in batch:
            watched.answering, watched.nudges = watched.nudges, ()
        try:
            answers = await self._provider.check_many([watched.render.task_id or "" for watched in batch])
            await asyncio.gather(*(self._heard(watched, answers[watched.render.task_id or ""]) for watched in batch))
        except Exception as error:  # noqa: BLE001  # a bug in one request is told to its waiters, the others go on
            for watched in batch:
                self._waiters.give_up(watched, error)

    async def _heard(self, watched: Watched, answer: Checked) -> None:
        nudges = watched.answering
        watched.asked += not nudges
        try:
            heard = await self._hearing.hear(watched, answer)
        except Exception as error:  # noqa: BLE001  # one render's trouble is told to its waiter, the others go on
            self._waiters.give_up(watched, error)
            return
        if heard.won and heard.render.state not in IN_FLIGHT:
            self._reliance.ended(heard.render.id, time.monotonic(), told=bool(nudges))
        self._waiters.settle(watched, heard.render)
        watched.asking, watched.answering = False, ()
        if not heard.answered:
            watched.nudges = (*nudges, *watched.nudges)  # the next answer is theirs too
        self._again(watched, answer)

    def _again(self, watched: Watched, answer: Checked) -> None:
        """Plan the next question: at once when a callback came while this one was on its way.

        Where the provider could not answer, callbacks are not relied on.
        """
        now, asked_for = time.monotonic(), _asked_to_wait(answer)
        self._quiet_until = max(self._quiet_until, now + asked_for)
        if watched.over:
            return
        if watched.nudges and not isinstance(answer, Unreadable):
            self._agenda.hurry(watched, now)
            return
        delay = polling.next_delay(watched.typical, watched.asked, self._dice())
        if isinstance(answer, Observation):
            delay = self._reliance.stretched(delay)
        self._plan(watched, max(delay, asked_for))


def _asked_to_wait(answer: Checked) -> float:
    """The provider's Retry-After in seconds; 0 when it did not say."""
    match answer:
        case Unreadable(failure):
            return failure.retry_after or 0.0
        case Observation():
            return answer.retry_after or 0.0
        case NotThere():
            return 0.0
