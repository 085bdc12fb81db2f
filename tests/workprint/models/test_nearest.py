"""The nearest thing a model can do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.models.nearest import either, nearest_ratio, nearest_resolution, nearest_seconds
from workprint.sizes import RATIOS, SHORT_SIDES

LENGTHS = st.lists(st.integers(1, 60), min_size=1, unique=True)


@pytest.mark.parametrize(
    ("able", "asked", "near"),
    [((5, 10), 7, (5, 10)), ((5, 10), 3, (5,)), ((5, 10), 30, (10,)), ((4, 6, 8), 6, (6,))],
)
def test_the_lengths_on_both_sides_are_named(able: tuple[int, ...], asked: int, near: tuple[int, ...]) -> None:
    """Seven seconds lie between five and ten; what is too short or too long has one neighbour."""
    assert near == nearest_seconds(able, asked)


@given(LENGTHS, st.integers(1, 60))
def test_no_length_lies_nearer(able: list[int], asked: int) -> None:
    """Among the named lengths is one that no other beats."""
    named = nearest_seconds(able, asked)
    assert set(named) <= set(able)
    assert min(abs(s - asked) for s in able) == min(abs(s - asked) for s in named)


@given(st.sets(st.sampled_from(sorted(SHORT_SIDES)), min_size=1), st.sampled_from(sorted(SHORT_SIDES)))
def test_a_resolution_is_its_own_nearest(able: set[str], asked: str) -> None:
    """What the model can do is never replaced, and what it cannot by the nearest short side."""
    nearest = nearest_resolution(able, asked)
    assert nearest in able
    assert asked not in able or nearest == asked
    away = abs(SHORT_SIDES[nearest] - SHORT_SIDES[asked])
    assert all(away <= abs(SHORT_SIDES[word] - SHORT_SIDES[asked]) for word in able)


@given(st.sets(st.sampled_from(sorted(RATIOS)), min_size=1), st.sampled_from(sorted(RATIOS)))
def test_a_ratio_is_its_own_nearest(able: set[str], asked: str) -> None:
    """What the model can do is never replaced, and the nearest is one of them."""
    nearest = nearest_ratio(sorted(able), asked)
    assert nearest in able
    assert asked not in able or nearest == asked


def test_an_upright_film_stays_upright() -> None:
    """Of two ratios the one that cuts less away is nearer."""
    assert "9:16" == nearest_ratio(("16:9", "9:16"), "3:4")


def test_alternatives_read_like_a_sentence() -> None:
    """One alone, two with or, more with commas before it."""
    assert ["5", "5 or 10", "4, 6 or 8"] == [either([5]), either([5, 10]), either([4, 6, 8])]
