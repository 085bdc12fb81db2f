"""What the provider's tasks prove about a submit nobody answered."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import NATIVE, NOW, observation, reference, render, spec
from workprint.dialects.registry import dialect
from workprint.errors import InputError
from workprint.outcomes import Asked, Observation
from workprint.recovery import (
    WINDOW,
    Absent,
    Found,
    Grade,
    Recovered,
    Unknown,
    check_adoption,
    contradictions,
    match,
    not_unknown,
)
from workprint.render import Render
from workprint.spec import Kind
from workprint.states import RenderState

OF = spec(references=())
LOST = render(RenderState.UNKNOWN, OF, submitted_at=NOW)
FITS = Asked(duration=5, resolution="480p", ratio="9:16", seed=7, audio=False, draft=True)
DOCS = (Path(__file__).parents[2] / "docs" / "recovery.md").read_text(encoding="utf-8")
LISTING = [grade for grade in Grade if grade.lists]


def task(number: int = 1, *, ref: str = "", at: int = 1, model: str = NATIVE, **asked: Any) -> Observation:
    """A task that fits the lost render unless told otherwise; made `at` seconds after its POST."""
    return observation(
        RenderState.QUEUED,
        task_id=f"cgt-{number}",
        client_ref=ref,
        model=model,
        asked=replace(FITS, **asked),
        created_at=NOW + timedelta(seconds=at),
    )


def told(*tasks: Observation, claimed: frozenset[str] = frozenset(), **more: Any) -> Recovered:
    return match(LOST, tasks, claimed, more.pop("grade", Grade.CLIENT_REFERENCE), **more)


@pytest.mark.parametrize("grade", Grade)
def test_what_carries_our_reference_is_ours(grade: Grade) -> None:
    """A task with our own reference is found under every grade, whatever else it says."""
    ours = task(2, ref="wp-rnd_1", seed=99, model="renamed")
    assert Found(ours, "by our client reference") == told(task(), ours, grade=grade)


def test_two_tasks_with_our_reference_are_a_persons_business() -> None:
    """When two tasks carry our reference, neither is taken and both are named."""
    both = task(1, ref="wp-rnd_1"), task(2, ref="wp-rnd_1")
    assert Unknown("2 tasks carry our reference: cgt-1, cgt-2", both) == told(*both)


def test_our_reference_on_a_claimed_task_proves_nothing() -> None:
    """A task with our reference that another render owns is not taken."""
    assert isinstance(told(task(ref="wp-rnd_1"), claimed=frozenset({"cgt-1"})), Unknown)


@pytest.mark.parametrize("grade", LISTING)
def test_the_only_task_that_fits_is_adopted(grade: Grade) -> None:
    """Where our reference was stripped, exactly one unclaimed task with all our facts is taken."""
    mine, strangers = task(1), [task(2, duration=10, seed=8), task(3), task(4, ref="wp-rnd_2")]
    found = told(mine, *strangers, claimed=frozenset({"cgt-3"}), grade=grade)
    assert isinstance(found, Found)
    assert mine is found.task


def test_more_than_one_asks() -> None:
    """Two unclaimed tasks that fit are put to a person, both of them."""
    assert Unknown("2 tasks without our reference could be it: cgt-1, cgt-2", (task(1), task(2))) == told(
        task(1), task(2)
    )


@pytest.mark.parametrize("grade", LISTING)
def test_a_window_without_a_possible_task_is_absence(grade: Grade) -> None:
    """Tasks of others, made before, or asked for something else prove that ours was never made."""
    others = [task(1, ref="wp-rnd_2"), task(2, seed=8), task(3, at=-4500)]
    assert isinstance(told(*others, grade=grade), Absent)


@pytest.mark.parametrize("grade", [Grade.CALLBACK, Grade.NOTHING])
def test_without_a_list_nothing_is_proven(grade: Grade) -> None:
    """A provider that cannot list proves no absence, not even by an empty answer, and no task is adopted."""
    assert isinstance(told(grade=grade), Unknown)
    assert isinstance(told(task(), grade=grade), Unknown)


@pytest.mark.parametrize(
    "stripped",
    [
        task(model="house-brand-video"),
        task(ref="relay-7f3a"),
        task(resolution="480x854"),
        task(at=3600),
        task(at=-3600),
        observation(RenderState.QUEUED, task_id="cgt-1", model=NATIVE, created_at=NOW),
        replace(task(), created_at=None),
    ],
    ids=[
        "renamed model",
        "rewritten reference",
        "other words",
        "made late",
        "made early",
        "says nothing",
        "says not when",
    ],
)
def test_a_relay_that_rewrites_tasks_proves_no_absence(stripped: Observation) -> None:
    """A task that could be ours under another name is neither taken nor taken for absence."""
    found = told(stripped)
    assert isinstance(found, Unknown)
    assert (stripped,) == found.candidates


def test_a_task_that_another_lost_render_could_own_is_not_taken() -> None:
    """Two lost renders that asked for the same facts do not share one task."""
    twin = render(RenderState.SUBMITTING, replace(OF, prompt="Another prompt"), id="rnd_2", submitted_at=NOW)
    assert isinstance(told(task(), rivals=[LOST, twin]), Unknown)
    other = render(RenderState.SUBMITTING, replace(OF, seed=8), id="rnd_2", submitted_at=NOW)
    assert isinstance(told(task(), rivals=[LOST, other]), Found)


def test_clocks_may_differ() -> None:
    """A clock minutes behind ours hides no task, and one an hour behind hides none with our reference."""
    assert isinstance(told(task(at=-300)), Found)
    assert isinstance(told(task(at=-3600, ref="wp-rnd_1")), Found)


def test_a_first_frame_decides_the_ratio() -> None:
    """With a first frame the provider may answer with the picture's own ratio."""
    pictured = render(RenderState.UNKNOWN, spec(references=(reference(),)), submitted_at=NOW)
    assert () == contradictions(pictured, task(ratio="4:3"))
    assert ("ratio is 4:3, not 9:16",) == contradictions(LOST, task(ratio="4:3"))


def test_a_native_final_is_known_by_its_draft() -> None:
    """A task made from another draft is not the final of this one."""
    final = render(RenderState.UNKNOWN, OF.final(resolution="1080p", fps=24, native=True), submitted_at=NOW)
    assert Kind.FINAL is final.kind
    made = task(draft=False, resolution="1080p", draft_task_id="cgt-draft")
    assert () == contradictions(final, made, "cgt-draft")
    assert ("draft_task_id is cgt-draft, not cgt-other",) == contradictions(final, made, "cgt-other")


TASKS = st.builds(
    task,
    st.integers(1, 6),
    ref=st.sampled_from(["", "", "wp-rnd_1", "wp-rnd_2", "relay-1"]),
    at=st.sampled_from([-4500, -3600, -60, 0, 30, 3600]),
    model=st.sampled_from(["", NATIVE, "renamed"]),
    duration=st.sampled_from([None, 5, 10]),
    seed=st.sampled_from([None, 7, 8]),
    draft=st.sampled_from([None, True, False]),
)
WINDOWS = st.lists(TASKS, max_size=6, unique_by=lambda found: found.task_id)
CLAIMED = st.frozensets(st.sampled_from([f"cgt-{number}" for number in range(1, 7)]))


@given(WINDOWS, CLAIMED, st.sampled_from(Grade))
def test_a_claimed_task_is_never_taken(window: list[Observation], claimed: frozenset[str], grade: Grade) -> None:
    """Whatever the list holds, a task that belongs to a render of the ledger is not found and not offered as open."""
    found = match(LOST, window, claimed, grade)
    if isinstance(found, Found):
        assert found.task in window
        assert found.task.task_id not in claimed


@given(WINDOWS, CLAIMED, st.sampled_from(Grade))
def test_absence_needs_that_nothing_could_be_ours(
    window: list[Observation], claimed: frozenset[str], grade: Grade
) -> None:
    """Absent is never said while an unclaimed task without reference fits, or while the provider has no list."""
    if not isinstance(match(LOST, window, claimed, grade), Absent):
        return
    assert grade.lists
    unreferenced = [found for found in window if not found.client_ref and found.task_id not in claimed]
    young = [found for found in unreferenced if found.created_at and found.created_at >= NOW - WINDOW]
    assert [] == [found for found in young if not contradictions(LOST, found)]
    assert [] == [found for found in young if found.asked.seed == OF.seed]


@given(WINDOWS, CLAIMED)
def test_only_one_of_its_kind_is_adopted(window: list[Observation], claimed: frozenset[str]) -> None:
    """A task without our reference is taken only when no other unclaimed one fits as well."""
    found = match(LOST, window, claimed, Grade.FINGERPRINT)
    if isinstance(found, Found) and found.task.client_ref != LOST.client_ref:
        rivals = [t for t in window if not t.client_ref and t.task_id not in claimed and t.created_at]
        young = [t for t in rivals if t.created_at and t.created_at >= NOW - WINDOW]
        assert [found.task] == [t for t in young if not contradictions(LOST, t)]


@pytest.mark.parametrize(
    ("wrong", "owner", "said"),
    [
        (task(), "rnd_9", "belongs to render rnd_9"),
        (task(ref="wp-rnd_2"), None, "the reference of another render: wp-rnd_2"),
        (task(at=-4500), None, "before the submit"),
        (task(model="other-model"), None, f"model is other-model, not {NATIVE}"),
        (task(duration=10), None, "duration is 10, not 5"),
    ],
    ids=["owned", "another reference", "older", "another model", "another length"],
)
def test_a_person_cannot_adopt_what_is_not_ours(wrong: Observation, owner: str | None, said: str) -> None:
    """An adoption that cannot be right is refused with the reason."""
    with pytest.raises(InputError, match=said):
        check_adoption(LOST, wrong, owner)


@pytest.mark.parametrize("right", [task(), task(at=3600), task(ref="relay-1"), task(ref="wp-rnd_1", model="renamed")])
def test_a_person_may_adopt_what_we_dare_not(right: Observation) -> None:
    """A task that fits, or that carries our own reference, can be adopted by a person."""
    check_adoption(LOST, right, None)


def test_a_decision_about_what_is_decided_names_the_state() -> None:
    """The error of a wish that comes too late says what the render is now."""
    now: Render = render(RenderState.SUCCEEDED)
    assert "render rnd_1 is succeeded, not unknown" in not_unknown(now).diagnostics()


@pytest.mark.parametrize("grade", Grade)
def test_every_grade_is_told_in_both_languages(grade: Grade) -> None:
    """Each grade has one English and one Chinese sentence, and the docs show both."""
    english, chinese = grade.sentence(), grade.sentence("zh-CN")
    assert (english.count("."), english[-1], chinese.count("。"), chinese[-1]) == (1, ".", 1, "。")
    assert f"| `{grade}` | {english} | {chinese} |" in DOCS


def test_ark_is_asked_by_our_reference() -> None:
    """The ark dialect says the grade that `safety_identifier` gives it."""
    assert Grade.CLIENT_REFERENCE is dialect("ark").recovery
