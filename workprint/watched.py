"""How much of a draft somebody has watched, in half seconds.

A player says what it played; the clock bounds it: nobody has watched more than there was time for at double speed.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

#: Seconds of one slot.
SLOT = 0.5
#: Slots of the longest film anybody is asked about (ten minutes).
MOST_SLOTS = 1200
#: As fast as a player may run, and still be watched.
FASTEST = 2.0
#: Slots that need no time: the rounding at both ends of a stretch.
SLACK = 2


@dataclass(frozen=True, slots=True)
class Watched:
    """The slots of one draft that one person has seen: bit n is the film from n/2 to (n+1)/2 seconds."""

    slots: int = 0
    #: Until when the person's time is used up, from the moment the draft was opened (aware, UTC).
    at: datetime | None = None

    def share(self, duration: float) -> float:
        """From 0 to 1, of a film of so many seconds."""
        whole = max(1, math.ceil(duration / SLOT))
        return min(1.0, (self.slots & ((1 << whole) - 1)).bit_count() / whole)

    def seconds(self, duration: float) -> float:
        """The same in seconds, at most the film's length."""
        return self.share(duration) * duration

    def seen(self, stretches: Iterable[tuple[float, float]], now: datetime) -> Self:
        """With these stretches (seconds, from and to); of new slots only as many as there was time for since `at`.

        The first report only starts the clock. Each new slot uses up its time, in however many reports it comes.
        """
        if self.at is None:
            return type(self)(self.slots, now)
        allowed = max(0, math.floor((now - self.at).total_seconds() * FASTEST / SLOT) + SLACK)
        slots = self.slots
        for slot in _slots(stretches):
            if not slots >> slot & 1:
                if not allowed:
                    break
                slots, allowed = slots | 1 << slot, allowed - 1
        used = (slots ^ self.slots).bit_count() * SLOT / FASTEST
        return type(self)(slots, self.at + timedelta(seconds=used))


def _slots(stretches: Iterable[tuple[float, float]]) -> Iterator[int]:
    """Slots that lie more than half inside a stretch; whatever is no stretch of a film is passed over."""
    for start, end in stretches:
        if math.isfinite(start) and math.isfinite(end) and 0 <= start < end:
            # Bounded first: near the largest float a division by half a second is infinity.
            first, last = (math.floor(min(edge, MOST_SLOTS * SLOT) / SLOT + 0.5) for edge in (start, end))
            yield from range(first, last)
