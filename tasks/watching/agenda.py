"""Who is asked about next: a heap by time, and before it those for whom a callback came. No clock, no network."""

from heapq import heapify, heappop, heappush
from math import inf

from tasks.watching.waiters import Watched

#: A render is asked about at most once in so many seconds because of callbacks, however many come: whoever holds the
#: token of one render could otherwise make us hammer the provider.
NUDGE_GAP = 0.5
#: Entries that are out of date are swept out when they are more than this, and more than the others.
_LITTER = 1000

_Entry = tuple[float, int, Watched]


class Agenda:
    """Entries are never looked for: one that is out of date is left where it is and skipped when its time comes."""

    def __init__(self) -> None:
        self._ordinary: list[_Entry] = []
        self._nudged: list[_Entry] = []
        self._count = 0

    def plan(self, watched: Watched, due: float, slack: float = 0.0) -> None:
        """Ask about it at `due`, up to `slack` seconds earlier if others are asked about, or when a callback comes."""
        watched.due, watched.slack = due, slack
        self._push(self._ordinary, due, watched)

    def hurry(self, watched: Watched, now: float) -> None:
        """Ask about it before all others, at once or as soon as `NUDGE_GAP` allows."""
        watched.due = max(now, watched.asked_at + NUDGE_GAP)
        self._push(self._nudged, watched.due, watched)

    def earliest(self, *, ordinary: bool) -> float:
        """When the next question is due; infinite when there is none. `ordinary`: also those without a callback."""
        _sweep_top(self._nudged)
        _sweep_top(self._ordinary)
        heaps = (self._nudged, self._ordinary) if ordinary else (self._nudged,)
        return min((heap[0][0] for heap in heaps if heap), default=inf)

    def take(self, now: float, most: int, *, ordinary: bool) -> list[Watched]:
        """At most `most` to ask about in one request, who were called for first.

        `ordinary`: also those without a callback. When somebody is due, others come along: together they are one
        request.
        """
        taken: list[Watched] = []
        _move(self._nudged, now, most, taken)
        if ordinary:
            _move(self._ordinary, now, most, taken)
            _move(self._ordinary, now + max((watched.slack for watched in taken), default=0.0), most, taken)
        for watched in taken:
            watched.asked_at = now
        return taken

    def _push(self, heap: list[_Entry], due: float, watched: Watched) -> None:
        self._count += 1  # the tie between equal times; entries are never compared further
        heappush(heap, (due, self._count, watched))

    def tidy(self, watched: int) -> None:
        """Keep the heaps about as large as the number of renders that are watched."""
        for heap in (self._ordinary, self._nudged):
            if len(heap) > 2 * watched + _LITTER:
                heap[:] = [entry for entry in heap if _valid(entry)]
                heapify(heap)


def _valid(entry: _Entry) -> bool:
    due, _, watched = entry
    return watched.due == due and not watched.asking and not watched.over


def _sweep_top(heap: list[_Entry]) -> None:
    while heap and not _valid(heap[0]):
        heappop(heap)


def _move(heap: list[_Entry], until: float, most: int, taken: list[Watched]) -> None:
    _sweep_top(heap)
    while heap and heap[0][0] <= until and len(taken) < most:
        watched = heappop(heap)[2]
        watched.asking = True
        taken.append(watched)
        _sweep_top(heap)
