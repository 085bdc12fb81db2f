"""Which briefs can be made, and what is said about the others."""

from typing import Any

import pytest

from tests.workprint.briefs import PICTURE, brief, shot, values
from workprint.brief import Brief
from workprint.models import ModelFacts, model_facts
from workprint.problems import Problem, Severity
from workprint.rules import MAX_VARIANTS, check_brief

PRO_15 = model_facts("doubao-seedance-1-5-pro-251215", "ark")
TWO = model_facts("doubao-seedance-2-0-260128", "ark")
TWO_FIVE = model_facts("doubao-seedance-2-5-260628", "ark")
CLIP = {"role": "video", "source": "clip.mp4"}
SUBJECT = {"role": "subject", "source": "face.png"}
LAST = {"role": "last_frame", "source": "end.png"}
SONG = {"role": "audio", "source": "song.mp3"}


def found(made: Brief, facts: ModelFacts, severity: Severity) -> dict[str, Problem]:
    return {p.path: p for p in check_brief(made, facts) if p.severity is severity}


def errors(made: Brief, facts: ModelFacts = TWO) -> dict[str, Problem]:
    return found(made, facts, Severity.ERROR)


def warnings(made: Brief, facts: ModelFacts = PRO_15) -> dict[str, Problem]:
    return found(made, facts, Severity.WARNING)


def with_shot(**changes: Any) -> Brief:
    return brief(ratios=["16:9"], shots=[shot(**changes)])


def test_a_good_brief_has_no_problems() -> None:
    """A brief written well is not nagged."""
    assert check_brief(brief(), PRO_15) == ()


GOOD = [
    ("text_to_video", []),
    ("image_to_video", [PICTURE]),
    ("image_to_video", [PICTURE, LAST]),
    ("video_to_video", [CLIP]),
    ("reference_to_video", [SUBJECT]),
    ("reference_to_video", [SUBJECT, CLIP, SONG]),
]


@pytest.mark.parametrize(("kind", "references"), GOOD)
def test_each_input_type_takes_its_own_references(kind: str, references: list[dict[str, str]]) -> None:
    """What an input type is made for passes."""
    assert errors(with_shot(input_type=kind, references=references)) == {}


BAD = [
    ("text_to_video", [PICTURE], "references[0].role", "image_to_video"),
    ("text_to_video", [SONG], "references[0].role", "reference_to_video"),
    ("image_to_video", [], "references", "first_frame"),
    ("image_to_video", [LAST], "references", "first_frame"),
    ("image_to_video", [PICTURE, {**PICTURE, "source": "b.png"}], "references", "at most 1"),
    ("image_to_video", [PICTURE, SUBJECT], "references[1].role", "subject"),
    ("image_to_video", [PICTURE, CLIP], "references[1].role", "video"),
    ("video_to_video", [], "references", "video"),
    ("video_to_video", [CLIP, {**CLIP, "source": "b.mp4"}], "references", "at most 1"),
    ("video_to_video", [CLIP, PICTURE], "references[1].role", "first_frame"),
    ("reference_to_video", [], "references", "subject or style"),
    ("reference_to_video", [SONG], "references", "subject or style"),
    ("reference_to_video", [SUBJECT, PICTURE], "references[1].role", "first_frame"),
]


@pytest.mark.parametrize(("kind", "references", "path", "word"), BAD)
def test_mixing_input_types_says_which(kind: str, references: list[dict[str, str]], path: str, word: str) -> None:
    """A forbidden or missing reference is named, with what to do instead."""
    problem = errors(with_shot(input_type=kind, references=references))[f"shots[0].{path}"]
    assert word in f"{problem.rule} {problem.fix}"
    assert problem.zh


def test_keeping_the_sound_needs_a_film() -> None:
    """`audio: keep` without a reference film is an error on the field."""
    assert "video_to_video" in errors(with_shot(audio="keep"))["shots[0].audio"].fix


def test_a_shot_must_say_something() -> None:
    """Subject, action and prompt may not all be empty."""
    assert "shots[0].prompt" in errors(with_shot(subject="", action="", style="moody"))


def test_control_characters_from_a_form_are_refused() -> None:
    """A brief that came as a flow parameter is held to the same rule as a file."""
    made = Brief.model_validate(values(title="a\x1b[2J"))
    assert "title" in errors(made)


@pytest.mark.parametrize(
    ("facts", "changes", "path"),
    [
        (PRO_15, {"durations": [3]}, "durations[0]"),
        (PRO_15, {"durations": [5, 13]}, "durations[1]"),
        (PRO_15, {"final": {"resolution": "4k"}}, "final.resolution"),
        (PRO_15, {"final": {"fps": 30}}, "final.fps"),
        (PRO_15, {"draft": {"resolution": "720p"}}, "draft.resolution"),
        (PRO_15, {"draft": {"duration": 4}}, "draft.duration"),
        (PRO_15, {"budget": {"amount": 5, "currency": "USD"}}, "budget.currency"),
        (PRO_15, {"shots": [shot(input_type="reference_to_video", references=[SUBJECT])]}, "shots[0].input_type"),
        (TWO_FIVE, {"final": {"resolution": "720p"}}, "final.resolution"),
        (TWO_FIVE, {"shots": [shot(input_type="image_to_video", references=[PICTURE])]}, "shots[0].input_type"),
        (TWO, {"draft": {"duration": 2}}, "draft.duration"),
        (TWO, {"shots": [shot(input_type="video_to_video", references=[CLIP], audio="keep")]}, "shots[0].audio"),
    ],
)
def test_what_the_model_cannot_do_is_said_before_it_is_paid(
    facts: ModelFacts, changes: dict[str, Any], path: str
) -> None:
    """Every setting the model's facts rule out is an error on its own field, naming the model."""
    problem = errors(brief(**changes), facts)[path]
    assert facts.name in problem.rule
    assert problem.fix
    assert problem.zh


def test_a_native_draft_may_repeat_the_final_s_duration() -> None:
    """Saying the only possible draft duration is not an error."""
    assert errors(brief(draft={"duration": 5}), PRO_15) == {}


def test_without_a_draft_the_model_s_other_resolutions_open_up() -> None:
    """Seedance 2.5 at 720p is possible when it is not made from a draft."""
    assert errors(brief(final={"resolution": "720p"}, draft={"enabled": False}), TWO_FIVE) == {}


def test_a_prompt_longer_than_the_model_reads_is_refused() -> None:
    """The composed text counts, not only the free prompt."""
    part, whole = "x" * 500, "y" * 2000
    facts = PRO_15.model_copy(update={"max_prompt_chars": 3000})
    made = with_shot(subject=part, action=part, style=part, prompt=whole)
    assert "shots[0].prompt" in errors(made, facts)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"ratios": ["16:9", "1:1", "16:9"]}, "ratios[2]"),
        ({"durations": [5, 5]}, "durations[1]"),
        ({"approvers": ["ann", "ann"]}, "approvers[1]"),
        ({"approvers": [" "]}, "approvers[0]"),
        ({"shots": [shot(), shot()]}, "shots[1].name"),
    ],
)
def test_what_stands_twice_is_named(changes: dict[str, Any], path: str) -> None:
    """Repetition would make two variants of one name, so it is an error on the second."""
    assert path in errors(brief(**changes))


def test_the_same_reference_twice_is_named() -> None:
    """One file in one role counts once; the second mention is an error."""
    assert "shots[0].references[1]" in errors(with_shot(input_type="reference_to_video", references=[SUBJECT, SUBJECT]))


def test_a_model_has_a_largest_number_of_references() -> None:
    """More films than the model watches are refused, with both numbers."""
    clips = [{"role": "video", "source": f"{n}.mp4"} for n in range(4)]
    made = with_shot(input_type="reference_to_video", references=[SUBJECT, *clips])
    assert "at most 3 reference videos, there are 4" in errors(made)["shots[0].references"].rule
    assert errors(made, TWO_FIVE) == {}


def test_a_campaign_has_a_largest_size() -> None:
    """More variants than a person can look at are refused as one brief."""
    shots = [shot(name=f"s{n}") for n in range(50)]
    made = brief(shots=shots, ratios=["16:9", "9:16"], takes=8)
    assert str(MAX_VARIANTS) in errors(made)["brief"].rule


@pytest.mark.parametrize(
    "url", ["https://example.com/hook", "http://127.0.0.1:9/x", "http://localhost/x", "http://[::1]:80/"]
)
def test_a_callback_may_go_to_https_or_to_this_machine(url: str) -> None:
    """https anywhere, plain http only to loopback."""
    assert errors(brief(callback_url=url)) == {}


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "http://10.0.0.1/",
        "http://127.0.0.1.evil.example/",
        "https://ann:secret@example.com/",
        "ftp://example.com/",
        "https:///x",
        "example.com",
        "https://exa mple.com",
        "https://[::1",
        "https://example.com:99999/",
        "",
    ],
)
def test_any_other_callback_is_refused(url: str) -> None:
    """A report never leaves in the clear, and never with a password in its address."""
    assert "callback_url" in errors(brief(callback_url=url))


@pytest.mark.parametrize(
    ("facts", "changes", "path"),
    [
        (PRO_15, {"draft": {"enabled": False}, "durations": [12]}, "draft.enabled"),
        (PRO_15, {"draft": {"enabled": False}}, "draft.enabled"),
        (PRO_15, {"draft": {"enabled": False}, "takes": 2}, "takes"),
        (PRO_15, {"approvers": []}, "approvers"),
        (PRO_15, {"approvers": ["ann@example.com"]}, "approvers"),
        (PRO_15, {"shots": [shot(action="", camera={"motion": "static"}, style="moody")]}, "shots[0].action"),
        (PRO_15, {"shots": [shot(seed=7)], "takes": 2}, "shots[0].seed"),
        (PRO_15, {"shots": [shot(prompt="茶" * 501)]}, "shots[0].prompt"),
        (PRO_15, {"shots": [shot(input_type="image_to_video", references=[PICTURE])]}, "shots[0].references"),
        (TWO, {}, "draft.enabled"),
        (TWO, {"draft": {"duration": 4}}, "draft.duration"),
        (TWO, {"draft": {"resolution": "720p"}, "final": {"resolution": "720p"}}, "draft.resolution"),
    ],
)
def test_what_will_disappoint_is_a_warning(facts: ModelFacts, changes: dict[str, Any], path: str) -> None:
    """It can be made, so it is made; but it is said, in both languages."""
    made = brief(**changes)
    assert errors(made, facts) == {}
    assert warnings(made, facts)[path].zh


def test_mood_with_a_camera_in_the_prompt_is_left_alone() -> None:
    """Who writes the move into the free prompt is not told to write it again."""
    made = with_shot(action="", camera={"motion": "static"}, style="moody", prompt="镜头缓慢推近")
    assert warnings(made) == {}


def test_errors_stand_before_warnings() -> None:
    """What stops the work is read first."""
    severities = [p.severity for p in check_brief(brief(approvers=[], durations=[3]), PRO_15)]
    assert sorted(severities) == severities
