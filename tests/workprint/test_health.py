"""What the doctor calls ok, a warning and a problem."""

from datetime import date, timedelta

import pytest

from tests.workprint.builders import NATIVE, render
from workprint import health
from workprint.health import Level
from workprint.recovery import Grade
from workprint.states import RenderState

DAY = timedelta(days=1)


@pytest.mark.parametrize(("days", "level"), [(0, Level.OK), (90, Level.OK), (91, Level.WARNING)])
def test_an_old_price_list_is_a_warning(days: int, level: Level) -> None:
    """Prices older than ninety days are doubtful."""
    (first,) = health.prices("ark", NATIVE, "ark", date.max - DAY)
    listed = date.fromisoformat(first.said.split()[1].rstrip(","))
    (found,) = health.prices("ark", NATIVE, "ark", listed + days * DAY)
    assert level is found.level


def test_a_model_without_facts_is_a_problem() -> None:
    """A model nobody has prices for is named with the known ones, and has no price line."""
    assert Level.PROBLEM is health.model("ark", "klingon-1", "ark").level
    assert [] == list(health.prices("ark", "klingon-1", "ark", date.max))


def test_a_block_without_a_model_is_well() -> None:
    """No model is a choice: the cheapest is taken, and there is no list to be old."""
    assert Level.OK is health.model("ark", "", "ark").level
    assert [] == [*health.prices("ark", "", "ark", date.max), *health.sunset("ark", "", "ark", date.max)]


def test_a_model_without_prices_is_a_problem() -> None:
    """What nobody can quote is said before the first campaign is refused."""
    found = health.model("relay", "seedance-2.0", "alltoken")
    assert Level.PROBLEM is found.level
    assert "WORKPRINT_MODELS" in found.fix
    assert [] == list(health.prices("relay", "seedance-2.0", "alltoken", date.max))


def test_the_end_of_a_model_is_seen_coming() -> None:
    """Thirty days before a model is switched off the doctor warns, and from that day on it is a problem."""
    ends = date(2026, 11, 24)
    for days, levels in ((31, []), (30, [Level.WARNING]), (0, [Level.PROBLEM])):
        found = health.sunset("ark", "doubao-seedance-1-0-pro-250528", "ark", ends - days * DAY)
        assert levels == [one.level for one in found]


@pytest.mark.parametrize(
    ("grade", "callbacks", "level"),
    [
        (Grade.CLIENT_REFERENCE, False, Level.OK),
        (Grade.FINGERPRINT, False, Level.OK),
        (Grade.CALLBACK, True, Level.WARNING),
        (Grade.CALLBACK, False, Level.PROBLEM),
        (Grade.NOTHING, True, Level.WARNING),
    ],
)
def test_a_weak_grade_is_pointed_out(grade: Grade, callbacks: bool, level: Level) -> None:
    """A provider that cannot list is a warning, and one that only calls back is a problem without callbacks."""
    found = health.recovery("ark", grade, callbacks=callbacks)
    assert level is found.level
    assert grade.sentence("zh") in found.said


def test_unknown_renders_are_counted_with_their_price() -> None:
    """The doctor says how many renders nobody can account for, and what they may cost twice."""
    lost = [render(RenderState.UNKNOWN, id=f"rnd_{n}") for n in range(2)]
    assert "2, ordered again they may cost 7.00 CNY twice" == health.unknowns("ark", lost).said
    assert Level.OK is health.unknowns("ark", []).level


def test_an_old_python_is_a_problem() -> None:
    """A Python older than ours is refused by name."""
    assert (Level.PROBLEM, "3.10.4 is too old") == (health.python((3, 10, 4)).level, health.python((3, 10, 4)).said)
