"""When to ask a provider again. Pure arithmetic: the clock and the dice come in as arguments.

The first question comes shortly before a render of that model is usually done; after that in steps that are a tenth of
the usual time, growing, so that a render is noticed soon after it ends and a stuck one costs little.
"""

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
#: Each delay is spread by this share to both sides, so that renders submitted together are not asked for together.
JITTER = 0.2


def first_delay(typical: float | None, dice: float) -> float:
    """Seconds from submit to the first question. `typical` is the usual seconds, None when unknown; dice in [0, 1)."""
    if typical is None:
        return _spread(BLIND_FIRST, dice)
    return max(SHORTEST, _spread_down(typical * FIRST_SHARE, dice))


def next_delay(typical: float | None, asked: int, dice: float) -> float:
    """Seconds to the next question after `asked` questions without an end."""
    step = BLIND_FIRST if typical is None else typical * STEP_SHARE
    grown = step * GROWTH ** min(max(asked - 1, 0), GROWING)
    return _spread(min(max(grown, SHORTEST), LONGEST), dice)


def _spread(delay: float, dice: float) -> float:
    return delay * (1 - JITTER + 2 * JITTER * dice)


def _spread_down(delay: float, dice: float) -> float:
    """Earlier only: a first question after the usual end would be late for half of them."""
    return delay * (1 - JITTER / 2 * dice)
