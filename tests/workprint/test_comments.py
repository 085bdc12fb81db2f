"""Comments: what may be said of a draft, and how it becomes the words of the next take."""

import itertools
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.comments import LONGEST, Comment, Region, as_prompt, comment_problems, in_order
from workprint.problems import refuse

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DURATION = 5.0
WHOLE = Comment("cmt_1", "cmp", "hero", 1, "d" * 64, "lin", "warmer light", NOON)
side = st.floats(0, 1)


@st.composite
def regions(draw: Any) -> Region:
    """A part that lies inside the picture."""
    x, y = draw(st.floats(0, 0.99)), draw(st.floats(0, 0.99))
    return Region(x, y, draw(st.floats(0.001, 1 - x)), draw(st.floats(0.001, 1 - y)))


def paths(text: str = "no steam", second: float | None = None, region: Region | None = None) -> list[str]:
    return [problem.path for problem in comment_problems(text, second, region, DURATION)]


@given(st.text(min_size=1, max_size=LONGEST), st.none() | st.floats(0, DURATION), st.none() | regions())
def test_what_can_be_seen_can_be_said(text: str, second: float | None, region: Region | None) -> None:
    """Words about any moment and any part of the picture are taken."""
    if text.strip():
        refuse(comment_problems(text, second, region, DURATION))


@pytest.mark.parametrize(("text", "wrong"), [("", 1), (" \n\t", 1), ("x" * LONGEST, 0), ("x" * (LONGEST + 1), 1)])
def test_a_comment_says_something_and_not_too_much(text: str, wrong: int) -> None:
    """An empty comment and one above the longest are refused."""
    assert ["text"] * wrong == paths(text)


@given(st.floats().filter(lambda second: not 0 <= second <= DURATION + 0.1))
def test_a_second_lies_in_the_film(second: float) -> None:
    """Before the start, after the end, infinity and what is no number are no seconds of a film."""
    assert ["second"] == paths(second=second)


@given(st.integers(0, 3), st.floats().filter(lambda value: not 0 <= value <= 1))
def test_a_region_lies_in_the_picture(place: int, value: float) -> None:
    """A region with one side outside, infinite or no number is refused."""
    sides = [0.1, 0.1, 0.5, 0.5]
    sides[place] = value
    assert ["region"] == paths(region=Region(*sides))


@pytest.mark.parametrize("sides", [(0.6, 0, 0.5, 0.5), (0, 0.6, 0.5, 0.5), (0, 0, 0, 0.5), (0, 0, 0.5, 0)])
def test_a_region_has_a_size_and_does_not_stick_out(sides: tuple[float, ...]) -> None:
    """A region without width or height, or over the right or lower edge, is refused."""
    assert ["region"] == paths(region=Region(*sides))


def test_all_that_is_wrong_is_said_at_once() -> None:
    """Each mistake has a problem of its own, in both languages."""
    problems = comment_problems(" " * (LONGEST + 1), math.nan, Region(0, 0, 2, 2), DURATION)
    assert ["text", "text", "second", "region"] == [problem.path for problem in problems]
    assert all(problem.rule and problem.fix and problem.zh for problem in problems)


def test_every_place_has_its_words() -> None:
    """The nine parts of the picture have nine names, from upper left to lower right."""
    starts = (0.0, 0.4, 0.8)
    names = [Region(x, y, 0.2, 0.2).place for y, x in itertools.product(starts, starts)]
    rows = ["upper left", "upper centre", "upper right", "middle left", "in the centre", "middle right"]
    assert [*rows, "lower left", "lower centre", "lower right"] == names


@given(regions())
def test_every_region_is_somewhere(region: Region) -> None:
    """Any part of the picture, up to its very edges, has a name."""
    assert region.place
    assert Region(0.0, 0.0, 1.0, 1.0).place == "in the centre"


@pytest.mark.parametrize(
    ("second", "region", "line"),
    [
        (None, None, "no steam"),
        (2.34, None, "at 2.3 s: no steam"),
        (0.0, None, "at 0.0 s: no steam"),
        (None, Region(0, 0, 0.2, 0.2), "upper left: no steam"),
        (2.34, Region(0, 0, 0.2, 0.2), "at 2.3 s, upper left: no steam"),
    ],
)
def test_a_comment_is_one_line(second: float | None, region: Region | None, line: str) -> None:
    """A comment says when and where, as far as it knows, and then what."""
    assert line == replace(WHOLE, text="no steam", second=second, region=region).line()


def test_comments_become_the_words_of_the_next_take() -> None:
    """The words before stay, then what is said of the whole film, then the rest in the film's order."""
    late = replace(WHOLE, id="cmt_2", text="no steam", second=4.0)
    early = replace(late, id="cmt_3", text="closer", second=0.5, at=NOON + timedelta(hours=1))
    assert "a teapot\nwarmer light; at 0.5 s: closer; at 4.0 s: no steam" == as_prompt(
        " a teapot ", [late, early, WHOLE]
    )
    assert ("a teapot", "warmer light", "") == (as_prompt("a teapot", []), as_prompt(" ", [WHOLE]), as_prompt("", []))


@given(st.lists(st.tuples(st.none() | st.floats(0, DURATION), st.integers(0, 3)), max_size=6), st.randoms())
def test_the_order_is_the_films(said: list[tuple[float | None, int]], dice: Any) -> None:
    """However comments come in, they stand by second and then by time, and none is lost."""
    comments = [
        replace(WHOLE, id=f"cmt_{n}", second=second, at=NOON + timedelta(seconds=after))
        for n, (second, after) in enumerate(said)
    ]
    ordered = in_order(comments)
    mixed = list(comments)
    dice.shuffle(mixed)
    assert ordered == in_order(mixed)
    assert {one.id for one in comments} == {one.id for one in ordered}
    keys = [(-1.0 if one.second is None else one.second, one.at) for one in ordered]
    assert sorted(keys) == keys
