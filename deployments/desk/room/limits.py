"""How often somebody may ask: token buckets, as many as there are askers, within a bound."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

#: Askers that are remembered; of more than these the one that was quiet longest starts anew.
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second after that."""

    burst: float
    per_second: float


class Limits:
    """The buckets of one rate. `clock` gives monotonic seconds."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._rate, self._clock, self._most = rate, clock, most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, asker: str) -> float:
        """Seconds until this asker may ask; 0: now, and it counts."""
        now = self._clock()
        left, since = self._left.pop(asker, (self._rate.burst, now))
        left = min(self._rate.burst, left + (now - since) * self._rate.per_second)
        admitted = left >= 1
        self._left[asker] = (left - 1 if admitted else left, now)
        if len(self._left) > self._most:
            self._left.popitem(last=False)
        return 0.0 if admitted else (1 - left) / self._rate.per_second

    def __len__(self) -> int:
        return len(self._left)
