"""When to ask again: never too often, never too late, never all at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.polling import BLIND_FIRST, JITTER, LONGEST, SHORTEST, first_delay, next_delay

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
