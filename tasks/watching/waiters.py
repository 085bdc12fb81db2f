"""Who is waited for: one entry per render, however many wait for it."""

import asyncio
from dataclasses import dataclass, field, replace
from math import inf

from workprint.callbacks import Nudge
from workprint.render import Render
from workprint.states import IN_FLIGHT


@dataclass(slots=True, eq=False)
class Watched:
    """One render being waited for. Times are `time.monotonic` seconds."""

    render: Render
    typical: float | None
    #: Whoever waits: each may go away by itself.
    waiting: "list[asyncio.Future[Render]]" = field(default_factory=list)
    #: Nobody is to ask any more.
    over: bool = False
    #: When it is asked about next; never, while another process does that.
    due: float = inf
    #: Seconds its question may come earlier.
    slack: float = 0.0
    #: When it was asked about last.
    asked_at: float = -inf
    #: A question is on its way.
    asking: bool = False
    #: Ordinary questions so far, without those that callbacks made us ask.
    asked: int = 0
    #: Ordinary questions in a row that the provider answered with "no such task", and since when.
    missing: int = 0
    missing_since: float | None = None
    progress: float | None = None
    #: Callbacks that came and are not answered yet.
    nudges: tuple[Nudge, ...] = ()
    #: Those that the question on its way will answer.
    answering: tuple[Nudge, ...] = ()
    #: Its history tells already that our question came too late.
    told_late: bool = False


class Waiters:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self.watched: dict[str, Watched] = {}

    def get(self, render_id: str) -> Watched | None:
        """The entry of a render that is waited for."""
        return self.watched.get(render_id)

    def add(self, render: Render, typical: float | None) -> Watched:
        """A new entry. `typical`: seconds such a render usually takes."""
        watched = self.watched[render.id] = Watched(render, typical)
        return watched

    async def end(self, watched: Watched) -> Render:
        """The render once it is not in flight any more. Raises what `give_up` was told."""
        future: asyncio.Future[Render] = asyncio.get_running_loop().create_future()
        watched.waiting.append(future)
        return await future

    def settle(self, watched: Watched, render: Render) -> None:
        """Take the render over as somebody found it, unless we know newer; its end lets the waiters go."""
        if watched.over or render.updated_at < watched.render.updated_at:
            return
        if render.state in IN_FLIGHT:
            # One copy of the spec per render, however often its row is read.
            watched.render = replace(render, spec=watched.render.spec)
            return
        for future in self._drop(watched):
            future.set_result(render)

    def give_up(self, watched: Watched, error: BaseException) -> None:
        """Whoever waits for it is told the error."""
        for future in self._drop(watched):
            future.set_exception(error)

    def cancel(self) -> None:
        """Whoever still waits is cancelled."""
        for watched in list(self.watched.values()):
            for future in self._drop(watched):
                future.cancel()

    def _drop(self, watched: Watched) -> "list[asyncio.Future[Render]]":
        """Forget it; who still waits for it."""
        watched.over = True
        self.watched.pop(watched.render.id, None)
        waiting, watched.waiting = watched.waiting, []
        return [future for future in waiting if not future.done()]
