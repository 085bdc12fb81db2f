"""A brief is held to its model before anything is spent, and every refusal names the nearest thing that can be had."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.briefs import PICTURE, brief, shot
from workprint.brief import Brief, Motion, Resolution
from workprint.models import ModelFacts, all_models, model_facts
from workprint.problems import Problem, Severity
from workprint.rules import check_brief
from workprint.rules_model import SUNSET_NEAR, model_problems, sunset_problems

PRO_15 = model_facts("doubao-seedance-1-5-pro-251215", "ark")
TWO = model_facts("doubao-seedance-2-0-260128", "ark")
#: Five or ten seconds, upright or square, no seed, its own words for a push, a frame rate of its own.
PICKY = TWO.model_copy(
    update={
        "name": "picky",
        "durations": (5, 10),
        "ratios": ("9:16", "1:1"),
        "fps": (),
        "seed": False,
        "audio": ("generate",),
        "roles": {"first_frame": 1},
        "camera_words": {Motion.PUSH_IN: "[Push in]"},
    }
)
UPRIGHT: dict[str, Any] = {"ratios": ["9:16"], "shots": [shot(audio="generate")]}


def said(made: Brief, facts: ModelFacts, path: str) -> Problem:
    """The first problem of a field."""
    return next(p for p in check_brief(made, facts) if p.path == path)


@pytest.mark.parametrize(
    ("facts", "changes", "path", "rule", "fix"),
    [
        (PRO_15, {"draft": {"resolution": "1080p"}}, "draft.resolution", "for drafts", "use 480p"),
        (PRO_15, {"final": {"resolution": "4k"}}, "final.resolution", "4k is not offered", "use 1080p"),
        (PRO_15, {"final": {"resolution": "2k"}}, "final.resolution", "finals made from a draft", "use 1080p"),
        (PRO_15, {"final": {"fps": 30}}, "final.fps", "no fps 30", "use 24"),
        (PRO_15, {"durations": [3]}, "durations[0]", "4 to 12 seconds, not 3", "use 4,"),
        (PICKY, {**UPRIGHT, "durations": [7]}, "durations[0]", "5 or 10 seconds, not 7", "use 5 or 10"),
        (PICKY, {**UPRIGHT, "durations": [30]}, "durations[0]", "5 or 10 seconds, not 30", "use 10,"),
        (PICKY, {**UPRIGHT, "draft": {"duration": 4}}, "draft.duration", "5 or 10 seconds, not 4", "use 5,"),
        (PICKY, {**UPRIGHT, "ratios": ["4:3"]}, "ratios[0]", "makes no 4:3 films", "use 1:1"),
        (PICKY, {**UPRIGHT, "shots": [shot()]}, "shots[0].audio", "no audio mute", "use generate"),
        (PICKY, {"shots": [shot(seed=7)]}, "shots[0].seed", "takes no seed", "remove the seed"),
        (
            PICKY,
            {"shots": [shot(input_type="image_to_video", references=[PICTURE, {**PICTURE, "role": "last_frame"}])]},
            "shots[0].references",
            "takes no last_frame references",
            "remove them",
        ),
    ],
)
def test_a_refusal_names_the_nearest_legal_value(
    facts: ModelFacts, changes: dict[str, Any], path: str, rule: str, fix: str
) -> None:
    """What cannot be made is an error on its own field, with what to write instead, in both languages."""
    problem = said(brief(**changes), facts, path)
    assert problem.severity is Severity.ERROR
    assert rule in problem.rule
    assert fix in problem.fix
    assert problem.zh


@pytest.mark.parametrize(
    ("changes", "path", "rule"),
    [
        ({}, "shots[0].camera.speed", "without a speed"),
        ({}, "final.fps", "chooses the frame rate itself"),
        ({}, "draft.enabled", "without a seed and will be another film"),
    ],
)
def test_what_is_only_less_is_a_warning(changes: dict[str, Any], path: str, rule: str) -> None:
    """A speed, a frame rate or a likeness the model does not promise is made all the same, and said."""
    problem = said(brief(**UPRIGHT, **changes), PICKY, path)
    assert (Severity.WARNING, True) == (problem.severity, bool(problem.zh))
    assert rule in problem.rule


def test_a_model_without_prices_is_refused() -> None:
    """What nobody can quote nobody can keep within a budget."""
    problem = said(brief(), PRO_15.model_copy(update={"prices": ()}), "provider.model")
    assert problem.severity is Severity.ERROR
    assert "WORKPRINT_MODELS" in problem.fix


@given(st.integers(1, 60), st.sampled_from(all_models()))
def test_the_named_length_is_a_legal_one(asked: int, facts: ModelFacts) -> None:
    """For every model and every length the fix names lengths which the model makes, or there is no problem."""
    problems = [p for p in model_problems(brief(durations=[asked]), facts) if p.path == "durations[0]"]
    assert (asked in facts.durations) == (not problems)
    for problem in problems:
        words = problem.fix.partition(",")[0].removeprefix("use ").split(" or ")
        assert {int(word) for word in words} <= set(facts.durations)


RESOLUTIONS = st.sampled_from(Resolution.__args__)  # type: ignore[attr-defined]


@given(RESOLUTIONS, RESOLUTIONS, st.sampled_from(all_models()))
def test_a_brief_mended_as_it_is_told_is_good(draft: str, final: str, facts: ModelFacts) -> None:
    """Who writes the named resolutions instead is not refused for them again."""
    made = brief(draft={"resolution": draft}, final={"resolution": final})
    told = {p.path: p.fix.split()[1].rstrip(",") for p in model_problems(made, facts) if "resolution" in p.path}
    mended = brief(
        draft={"resolution": told.get("draft.resolution", draft)},
        final={"resolution": told.get("final.resolution", final)},
    )
    assert not [p for p in model_problems(mended, facts) if "resolution" in p.path]


@pytest.mark.parametrize(
    ("days", "severity"),
    [
        (-1, Severity.ERROR),
        (0, Severity.ERROR),
        (1, Severity.WARNING),
        (SUNSET_NEAR.days, Severity.WARNING),
        (SUNSET_NEAR.days + 1, None),
    ],
)
def test_a_model_that_ends_is_said_to(days: int, severity: Severity | None) -> None:
    """Switched off is an error, within thirty days a warning, in both languages and with the day."""
    today = date(2026, 11, 25)
    ending = PRO_15.model_copy(update={"sunset": today + timedelta(days=days)})
    found = list(sunset_problems(ending, today))
    assert [severity] * bool(severity) == [p.severity for p in found]
    assert all(str(ending.sunset) in p.rule and str(ending.sunset) in p.zh for p in found)


def test_a_model_without_an_end_is_left_alone() -> None:
    """Nobody knows of an end, so nobody is told of one."""
    assert [] == list(sunset_problems(TWO, date.max))
