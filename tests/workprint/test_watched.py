"""How much of a draft was watched: what the player says, and no more than there was time for."""

import math
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workprint.watched import FASTEST, MOST_SLOTS, SLACK, SLOT, Watched

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
number = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-1, 700)
stretches = st.lists(st.tuples(number, number), max_size=5)
#: Seconds between reports; a clock may also go back.
reports = st.lists(st.tuples(st.floats(-5, 30), stretches), max_size=8)


def opened() -> Watched:
    return Watched().seen([], NOON)


@given(stretches)
def test_the_first_report_only_starts_the_clock(said: list[tuple[float, float]]) -> None:
    """Whoever has just opened a draft has watched nothing, whatever the player says."""
    assert Watched(0, NOON) == Watched().seen(said, NOON)


@given(reports)
def test_nobody_watches_more_than_there_was_time_for(said: list[tuple[float, list[tuple[float, float]]]]) -> None:
    """Over any reports the slots only grow, to no more than the time at double speed and one rounding."""
    watched, now, passed = opened(), NOON, timedelta(0)
    for after, played in said:
        pause = timedelta(seconds=after)
        now, passed = now + pause, passed + max(pause, timedelta(0))
        then, watched = watched, watched.seen(played, now)
        assert then.slots == then.slots & watched.slots
        assert watched.slots.bit_count() <= passed.total_seconds() * FASTEST / SLOT + SLACK
        assert watched.slots < 1 << MOST_SLOTS


@given(st.floats(1, 600), st.floats(1, 10))
def test_a_film_played_to_its_end_was_watched(duration: float, every: float) -> None:
    """A player that reports every few seconds what it played has the whole film watched at its end."""
    watched, played = opened(), 0.0
    while played < duration:
        upto = min(duration, played + every)
        watched = watched.seen([(played, upto)], NOON + timedelta(seconds=upto))
        played = upto
    # The half slot that the last stretch may leave open, and one for each rounding.
    assert watched.seconds(duration) >= duration - 2 * SLOT


@given(st.floats(0.1, 600), st.floats(0, 600), st.floats(0, 600))
def test_a_share_is_a_share(duration: float, start: float, end: float) -> None:
    """The share lies from 0 to 1, the seconds from 0 to the film's length, and whole minutes make a whole film."""
    some = opened().seen([(start, end)], NOON + timedelta(hours=1))
    assert 0 <= some.share(duration) <= 1
    assert 0 <= some.seconds(duration) <= duration
    assert 1 == opened().seen([(0, 601)], NOON + timedelta(hours=1)).share(duration)


def test_many_quick_reports_gain_nothing() -> None:
    """Six hundred reports in a second are one second of watching."""
    watched = opened()
    for number in range(600):
        watched = watched.seen([(0, 600)], NOON + timedelta(seconds=number / 600))
    assert watched.slots.bit_count() <= FASTEST / SLOT + SLACK


def test_a_film_played_twice_was_watched_once() -> None:
    """What was seen before adds nothing, and costs no time."""
    half = opened().seen([(0, 2)], NOON + timedelta(seconds=2))
    again = half.seen([(0, 2), (2, 4)], NOON + timedelta(seconds=4))
    assert (2.0, 4.0) == (half.seconds(4), again.seconds(4))


def test_another_film_has_no_share_of_it() -> None:
    """What a player says beyond the end of the film counts for nothing."""
    assert 0.0 == opened().seen([(10, 20)], NOON + timedelta(hours=1)).share(5)


def test_skipping_is_not_watching() -> None:
    """A player that jumps to the end after a second has the film watched only where it played."""
    jumped = opened().seen([(0, 1), (9, 10)], NOON + timedelta(seconds=2))
    assert math.isclose(0.2, jumped.share(10))


def test_what_is_no_stretch_is_passed_over() -> None:
    """Backward, negative, endless and numberless stretches are passed over, and what comes after them counts."""
    odd = [(2.0, 1.0), (-1.0, 1.0), (0.0, math.inf), (math.nan, 1.0), (1.0, 1.0), (1e308, 1.2e308), (3.0, 4.0)]
    assert 0b11 << 6 == opened().seen(odd, NOON + timedelta(hours=1)).slots
