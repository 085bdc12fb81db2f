"""What rescue does first, and what it says."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import NOW, render
from workprint.render import Render
from workprint.rescue import (
    FIRST_GUESS,
    Deed,
    Did,
    deadline,
    earliest_deadline_first,
    ends_soon,
    link_end,
    markdown,
    predict,
    summary,
)

MINUTE = timedelta(minutes=1)


def ending(after: timedelta | None, name: str = "rnd_1", finished: datetime = NOW) -> Render:
    """A succeeded render whose link ends so long after it finished."""
    end = None if after is None else finished + after
    return replace(render(), id=name, finished_at=finished, link_expires_at=end)


@given(st.lists(st.integers(min_value=0, max_value=100_000), max_size=20), st.integers(min_value=0, max_value=600))
def test_the_earliest_deadline_is_first(ends: list[int], predicted: int) -> None:
    """Renders come in the order in which their transfers must begin."""
    renders = [ending(timedelta(seconds=end), f"rnd_{n:03}") for n, end in enumerate(ends)]
    time = timedelta(seconds=predicted)
    ordered = earliest_deadline_first(renders, time)
    assert sorted(deadline(one, time) for one in renders) == [deadline(one, time) for one in ordered]
    assert {one.id for one in renders} == {one.id for one in ordered}


def test_a_link_that_never_said_its_end_lives_an_hour() -> None:
    """Where nothing is known the shortest life of any provider is assumed."""
    assert NOW + timedelta(hours=1) == link_end(ending(None))


@pytest.mark.parametrize(
    ("life", "passed", "soon"),
    [
        (timedelta(hours=24), timedelta(hours=17), False),
        (timedelta(hours=24), timedelta(hours=18), True),
        (timedelta(hours=1), timedelta(minutes=44), False),
        (timedelta(hours=1), timedelta(minutes=46), True),
    ],
)
def test_the_last_quarter_is_soon(life: timedelta, passed: timedelta, soon: bool) -> None:
    """A quarter of the link's life before its end somebody hears of it."""
    assert soon is ends_soon(ending(life), MINUTE, NOW + passed)


def test_a_slow_transfer_is_warned_about_earlier() -> None:
    """What needs long is warned about when twice the transfer is left, however long the link lives."""
    assert ends_soon(ending(timedelta(hours=24)), timedelta(hours=10), NOW + timedelta(hours=5))


def test_a_prediction_is_learnt() -> None:
    """Before the first film a minute is assumed, afterwards several times the median."""
    assert (FIRST_GUESS, timedelta(seconds=30)) == (predict(None), predict(10.0))


def test_the_summary_counts() -> None:
    """The run's message counts what was done by kind, and says so when nothing was."""
    deeds = [Deed(Did.ARCHIVED, "rnd_1"), Deed(Did.ARCHIVED, "rnd_2"), Deed(Did.FOUND, "rnd_3")]
    assert ("1 found, 2 archived", "all is well") == (summary(deeds), summary([]))


def test_the_report_is_bilingual_and_cannot_be_broken() -> None:
    """Every deed is one row in both languages, whatever a provider's words hold."""
    text = markdown([Deed(Did.TROUBLE, "rnd_1", "a | b\nc")], NOW)
    assert "| trouble: tried again in the next pass · 出错，下次再试 | rnd_1 | a \\| b c |" == text.splitlines()[-1]
