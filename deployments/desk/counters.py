"""What this process counted since it started."""

from bisect import bisect_left
from collections import Counter
from itertools import accumulate

#: Seconds. Providers ask for an answer within 3 to 5; ours is meant to take less than 0.05.
ANSWER_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
#: Instead of a provider's name that no token has proven: a stranger must not invent labels.
UNPROVEN = "other"


class Histogram:
    """Observations by upper bound, as Prometheus counts them."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.total = 0.0
        self._counts = [0] * (len(bounds) + 1)

    def observe(self, value: float) -> None:
        """Count one value."""
        self.total += value
        self._counts[bisect_left(self.bounds, value)] += 1

    def cumulative(self) -> tuple[int, ...]:
        """How many values were at most each bound; the last figure counts all."""
        return tuple(accumulate(self._counts))


class Counters:
    """Callbacks by provider and outcome, and how long their answers took."""

    def __init__(self) -> None:
        self.callbacks: Counter[tuple[str, str]] = Counter()
        self.answers = Histogram(ANSWER_BUCKETS)

    def count(self, provider: str, outcome: str) -> None:
        """One callback was answered. `provider` is one that a token has proven, or that has keys, or `UNPROVEN`."""
        self.callbacks[provider, outcome] += 1
