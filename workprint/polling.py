"""When to ask a provider again. Pure arithmetic: the clock and the dice come in as arguments.

The first question comes shortly before a render of that model is usually done; after that in steps that are a tenth of
the usual time, growing, so that a render is noticed soon after it ends and a stuck one costs little. Where callbacks
have proven to come, the questions come less often: they are then only what finds out that callbacks have stopped.
"""

from dataclasses import dataclass

#: Seconds. Real renders take minutes and reach the longest step; the short steps are for the sandbox.
SHORTEST = 0.2
LONGEST = 15.0
#: Before anything is known of a model.
BLIND_FIRST = 1.0
#: A first question at this share of the usual time catches the early half with one more step.
FIRST_SHARE = 0.9
STEP_SHARE = 0.1
GROWTH = 1.25
#: Steps that grow. Far above what reaches `LONGEST`, and far below what a float can hold: a stuck render is asked for
#: thousands of times.
GROWING = 64
#: A question may come earlier by this share of its delay when others are asked anyway: together they are one request.
EARLY = 0.1
#: Each delay is spread by this share to both sides, so that renders submitted together are not asked for together.
JITTER = 0.2
#: So many ends in a row must have been told by callbacks before polling slows down.
TRUSTED_AFTER = 3
#: Then delays grow by this factor, and to this many seconds at most: callbacks may stop at any time.
STRETCH = 6.0
LONGEST_TRUSTED = 120.0
#: Seconds after an end that we found ourselves in which its callback still counts as having come.
GRACE = 2.0


def first_delay(typical: float | None, dice: float, elapsed: float = 0.0) -> float:
    """Seconds to the first question. `typical`: the usual seconds, None when unknown; dice in [0, 1).

    `elapsed`: seconds since the submit, for whoever begins to watch later.
    """
    whole = _spread(BLIND_FIRST, dice) if typical is None else _spread_down(typical * FIRST_SHARE, dice)
    return max(SHORTEST, whole - max(elapsed, 0.0))


def next_delay(typical: float | None, asked: int, dice: float) -> float:
    """Seconds to the next question after `asked` questions without an end."""
    step = BLIND_FIRST if typical is None else typical * STEP_SHARE
    grown = step * GROWTH ** min(max(asked - 1, 0), GROWING)
    return _spread(min(max(grown, SHORTEST), LONGEST), dice)


def slack(delay: float) -> float:
    """Seconds a question that was to come after `delay` may come earlier to share a request."""
    return max(SHORTEST / 2, delay * EARLY)


def _spread(delay: float, dice: float) -> float:
    return delay * (1 - JITTER + 2 * JITTER * dice)


def _spread_down(delay: float, dice: float) -> float:
    """Earlier only: a first question after the usual end would be late for half of them."""
    return delay * (1 - JITTER / 2 * dice)


@dataclass(frozen=True, slots=True)
class Trust:
    """How far callbacks of one provider can be relied on in this process, learnt from the ends of renders alone.

    An end that a callback told before our poll would have raises it; one end that no callback told takes it all away.
    """

    #: Ends in a row that callbacks told.
    told: int = 0

    def after_told(self) -> "Trust":
        """A callback brought an end."""
        return Trust(min(self.told + 1, TRUSTED_AFTER))

    def after_untold(self) -> "Trust":
        """Our poll found an end, and no callback came for it within `GRACE`."""
        return Trust()

    @property
    def given(self) -> bool:
        """Whether polling may slow down."""
        return self.told >= TRUSTED_AFTER

    def stretched(self, delay: float) -> float:
        """Seconds to the next question instead of `delay`: never shorter, and never stretched beyond the limit."""
        return max(delay, min(delay * STRETCH, LONGEST_TRUSTED)) if self.given else delay
