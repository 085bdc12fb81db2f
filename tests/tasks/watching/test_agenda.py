"""Who is asked about next."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from tasks.watching.agenda import NUDGE_GAP, Agenda
from tasks.watching.waiters import Watched
from tests.workprint.builders import render


def watched(name: str = "rnd_1") -> Watched:
    """A render nobody has asked about."""
    return Watched(render(id=name), None)


def taken(agenda: Agenda, now: float, most: int = 50, *, ordinary: bool = True) -> list[str]:
    return [one.render.id for one in agenda.take(now, most, ordinary=ordinary)]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60), st.floats(0, 100), st.integers(1, 50))
def test_the_longest_due_come_first(dues: list[float], now: float, most: int) -> None:
    """Taken are those that are due, the longest waiting first, no more than one request carries."""
    agenda, entries = Agenda(), [watched(f"{n}") for n in range(len(dues))]
    for entry, due in zip(entries, dues, strict=True):
        agenda.plan(entry, due)
    found = agenda.take(now, most, ordinary=True)
    assert sorted(due for due in dues if due <= now)[:most] == [entry.due for entry in found]
    assert len(found) == len({entry.render.id for entry in found})


def test_who_was_called_for_comes_before_the_longest_due() -> None:
    """A render for which a callback came is asked about before a whole backlog."""
    agenda, entries = Agenda(), [watched(f"{n}") for n in range(100)]
    for entry in entries:
        agenda.plan(entry, 1.0)
    agenda.hurry(entries[99], now=10.0)
    assert "99" == taken(agenda, 10.0)[0]


def test_who_is_due_soon_comes_along() -> None:
    """When somebody is due, those come along who are due within the slack; alone they are not asked about."""
    agenda, due, soon, later = Agenda(), watched("due"), watched("soon"), watched("later")
    agenda.plan(soon, 11.0, slack=2.0)
    agenda.plan(later, 13.0, slack=2.0)
    assert [] == taken(agenda, 10.0)
    agenda.plan(due, 10.0, slack=2.0)
    assert ["due", "soon"] == taken(agenda, 10.0)
    assert 13.0 == agenda.earliest(ordinary=True)


def test_callbacks_cannot_make_us_hammer() -> None:
    """However many callbacks come for one render, two questions about it lie half a second apart."""
    agenda, entry = Agenda(), watched()
    agenda.hurry(entry, now=10.0)
    assert ["rnd_1"] == taken(agenda, 10.0)
    entry.asking = False
    for _ in range(1000):
        agenda.hurry(entry, now=10.1)
    assert 10.0 + NUDGE_GAP == agenda.earliest(ordinary=False)
    assert [] == taken(agenda, 10.4)
    assert ["rnd_1"] == taken(agenda, 10.0 + NUDGE_GAP)
    assert [] == taken(agenda, 99.0)


def test_a_question_on_its_way_is_not_asked_again() -> None:
    """A render is not asked about while a question about it is on its way."""
    agenda, entry = Agenda(), watched()
    agenda.plan(entry, 1.0)
    agenda.plan(entry, 1.0)
    assert ["rnd_1"] == taken(agenda, 2.0)
    assert [] == taken(agenda, 2.0)
    assert inf == agenda.earliest(ordinary=True)


def test_a_full_line_still_lets_the_called_through() -> None:
    """Without room for ordinary questions, those for callbacks are taken all the same, and the others stay."""
    agenda, called, due = Agenda(), watched("called"), watched("due")
    agenda.plan(due, 1.0)
    agenda.hurry(called, now=2.0)
    assert ["called"] == taken(agenda, 2.0, ordinary=False)
    assert ["due"] == taken(agenda, 2.0)


def test_old_entries_are_swept_out() -> None:
    """Planning again and again does not grow the heap beyond what is watched, and loses nobody."""
    agenda, entry = Agenda(), watched()
    for n in range(5000):
        agenda.plan(entry, 1.0 + n / 1000)
        agenda.tidy(1)
    assert len(agenda._ordinary) < 1100
    assert ["rnd_1"] == taken(agenda, 99.0)
