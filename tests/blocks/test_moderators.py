"""Engines together: prompts in two languages, and real films through the real model."""

import json
from pathlib import Path

import pytest
from PIL import Image

from blocks.moderators import _score, moderate_video, text_findings
from tests.media import make_video
from workprint.errors import ModerationUnavailable
from workprint.moderation import Expected, verdict
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


def test_swearing_is_the_second_engine_s() -> None:
    """Profanity that our lexicon does not list is found by glin-profanity, and the finding names it."""
    assert {"glin-profanity"} == {finding.engine for finding in text_findings("what the fuck")}


def test_empty_text_has_no_findings() -> None:
    """A field left empty is nothing to moderate."""
    assert () == text_findings(" \n")


def test_good_film_passes_the_real_model(tmp_path: Path) -> None:
    """A moving test picture has no finding in any engine."""
    assert () == moderate_video(make_video(tmp_path / "good.mp4"), ASKED)


def test_broken_film_is_blocked(tmp_path: Path) -> None:
    """Bytes that are no film are a blocking finding, not a crash and not a pass."""
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"no film at all" * 100)
    assert Verdict.BLOCKED == verdict(moderate_video(path, ASKED))


def test_score_of_the_real_model_is_a_share() -> None:
    """The model answers between 0 and 1, and calls a plain picture harmless."""
    assert 0 <= _score(Image.new("RGB", (224, 224), "green")) < 0.25


def test_model_without_an_answer_says_so() -> None:
    """What the model cannot look at raises `ModerationUnavailable`, because no answer is no."""
    with pytest.raises(ModerationUnavailable):
        _score(None)
