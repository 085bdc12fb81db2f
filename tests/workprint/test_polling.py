"""When to ask again: never too often, never too late, never all at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.polling import (
    BLIND_FIRST,
    JITTER,
    LONGEST,
    LONGEST_TRUSTED,
    SHORTEST,
    TRUSTED_AFTER,
    Trust,
    first_delay,
    next_delay,
    slack,
)

DICE = st.floats(0, 1, exclude_max=True)
TYPICAL = st.none() | st.floats(0.01, 100_000)
#: Far above what a provider's own limit of days lets happen.
ASKED = st.integers(0, 1_000_000)


@given(TYPICAL, ASKED, DICE)
def test_every_delay_lies_between_the_limits(typical: float | None, asked: int, dice: float) -> None:
    """However long a render is stuck, the next question comes neither at once nor after the limit and its spread."""
    assert SHORTEST * (1 - JITTER) <= next_delay(typical, asked, dice) <= LONGEST * (1 + JITTER)


@given(st.floats(0.3, 100_000), DICE)
def test_first_question_comes_shortly_before_the_usual_end(typical: float, dice: float) -> None:
    """The first question comes at 80 to 90 % of the usual time."""
    assert typical * 0.8 <= first_delay(typical, dice) <= typical * 0.9


@given(TYPICAL, DICE, st.floats(-10, 1_000_000))
def test_time_that_has_passed_counts(typical: float | None, dice: float, elapsed: float) -> None:
    """Whoever begins to watch later asks at the same moment as who watched from the submit on, or at once."""
    expected = max(SHORTEST, first_delay(typical, dice) - max(elapsed, 0))
    assert pytest.approx(expected, abs=SHORTEST) == first_delay(typical, dice, elapsed)


@given(st.floats(SHORTEST, 1000))
def test_a_question_comes_hardly_earlier(delay: float) -> None:
    """To share a request, a question comes a tenth of its delay earlier at most, or half of the shortest one."""
    assert pytest.approx(max(delay / 10, SHORTEST / 2)) == slack(delay)


@given(DICE)
def test_an_unknown_model_is_asked_after_about_a_second(dice: float) -> None:
    """Where nothing is known, the first question comes after a second and its spread."""
    assert BLIND_FIRST * (1 - JITTER) <= first_delay(None, dice) <= BLIND_FIRST * (1 + JITTER)


def test_a_very_short_render_is_not_hammered() -> None:
    """Even a model that is done at once is not asked sooner than the shortest delay."""
    assert SHORTEST == first_delay(0.001, 0.5)


@given(TYPICAL, ASKED, DICE)
def test_delays_never_shrink(typical: float | None, asked: int, dice: float) -> None:
    """With the same dice, the next delay is never shorter than the one before it."""
    assert next_delay(typical, asked, dice) <= next_delay(typical, asked + 1, dice)


@pytest.mark.parametrize(
    ("typical", "asked", "expected"),
    [(None, 1, 1.0), (None, 2, 1.25), (60.0, 0, 6.0), (60.0, 1, 6.0), (60.0, 2, 7.5), (60.0, 9, 15.0), (0.5, 1, 0.2)],
)
def test_steps_are_a_tenth_of_the_usual_time_and_grow(typical: float | None, asked: int, expected: float) -> None:
    """A middle throw gives the plain step: a tenth of the usual time, a quarter longer each time, within the limits."""
    assert pytest.approx(expected) == next_delay(typical, asked, 0.5)


def test_renders_submitted_together_are_asked_for_apart() -> None:
    """Different throws give different delays, first and later."""
    assert first_delay(60.0, 0.1) != first_delay(60.0, 0.9)
    assert next_delay(60.0, 1, 0.1) != next_delay(60.0, 1, 0.9)


@given(st.lists(st.booleans()), st.floats(0, 100_000))
def test_trust_is_what_the_last_ends_earned(ends: list[bool], delay: float) -> None:
    """Polling is slower exactly when the last three ends were all told by callbacks, and never beyond the limit."""
    trust = Trust()
    for told in ends:
        trust = trust.after_told() if told else trust.after_untold()
    assert trust.given == (len(ends) >= TRUSTED_AFTER and all(ends[-TRUSTED_AFTER:]))
    assert delay <= trust.stretched(delay) <= max(delay, LONGEST_TRUSTED)
    assert trust.given or trust.stretched(delay) == delay


def test_one_silent_end_takes_all_trust_away() -> None:
    """However long callbacks came, one end they did not tell makes polling as fast as at the start."""
    trust = Trust()
    for _ in range(1000):
        trust = trust.after_told()
    assert LONGEST_TRUSTED == trust.stretched(LONGEST_TRUSTED / 2)
    assert Trust() == trust.after_untold()
