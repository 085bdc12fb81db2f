"""What New API, LiteLLM, vLLM-Omni, SGLang and resellers say of a task, in whichever of their shapes they say it.

Sources: New API's generic poll (wrapped by its code, flat in its documents), its raw upstream object in `data`, old
builds that put the link into `fail_reason`, and OpenAI's Video object with the fields of vLLM-Omni and SGLang.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from workprint.dialects.openai_videos_codes import VIDEO_ERRORS, reason_in
from workprint.dialects.replies import amount, count, http_link, mapping, word
from workprint.failures import Failure, FailureKind, Stage
from workprint.links import from_unix
from workprint.models import all_models
from workprint.outcomes import Asked
from workprint.states import RenderState

_S = RenderState
#: Compared without regard to case. `unknown` is not among them: keep asking.
STATES: dict[str, RenderState] = {
    "not_start": _S.QUEUED,
    "submitted": _S.QUEUED,
    "queued": _S.QUEUED,
    "in_progress": _S.PROCESSING,
    "processing": _S.PROCESSING,
    "running": _S.PROCESSING,
    "success": _S.SUCCEEDED,
    "succeeded": _S.SUCCEEDED,
    "completed": _S.SUCCEEDED,
    "failure": _S.FAILED,
    "failed": _S.FAILED,
    "cancelled": _S.CANCELLED,
    "deleted": _S.CANCELLED,
    "expired": _S.EXPIRED,
}

#: Digits of a length of film that can be one.
_DIGITS = 6


def task_in(body: dict[str, Any] | None) -> dict[str, Any]:
    """The task of an answer: New API's generic poll wraps it, others say it flat. Empty without one."""
    found = body or {}
    return mapping(found.get("data")) if word(found.get("code")).casefold() == "success" else found


def id_of(task: dict[str, Any]) -> str:
    """`task_id` first: in New API's wrapper `id` is the number of a row of its own."""
    return word(task.get("task_id")) or word(task.get("id"))


def link_in(task: dict[str, Any]) -> str | None:
    """The film's link, from the likeliest place to the least. Only of a task that succeeded: `fail_reason` is last."""
    raw = mapping(task.get("data"))
    places = (
        task.get("result_url"),
        task.get("url"),
        task.get("video_url"),
        mapping(task.get("metadata")).get("url"),
        *_content(task),
        raw.get("url"),
        raw.get("video_url"),
        *_content(raw),
        mapping(raw.get("output")).get("video_url"),
        task.get("fail_reason"),
    )
    return next((link for place in places if (link := http_link(place))), None)


def _content(task: dict[str, Any]) -> tuple[Any, ...]:
    content = mapping(task.get("content"))
    return content.get("video_url"), content.get("result_url")


def progress_of(task: dict[str, Any]) -> float | None:
    """`"50%"` or 50 as 0.5; None when it says nothing."""
    said = task.get("progress")
    found = amount(said.strip().removesuffix("%") if isinstance(said, str) else said)
    return None if found is None else min(float(found) / 100, 1.0)


def tokens_of(task: dict[str, Any]) -> int | None:
    """Tokens of the upstream's usage, wherever the relay leaves it."""
    usages = [mapping(place.get("usage")) for place in _layers(task)]
    totals = (count(usage.get(name)) for usage in usages for name in ("total_tokens", "completion_tokens"))
    return next((total for total in totals if total is not None), None)


def _layers(task: dict[str, Any]) -> Iterable[dict[str, Any]]:
    return task, mapping(task.get("metadata")), mapping(task.get("data"))


def model_of(task: dict[str, Any]) -> str:
    """The model as it was asked for, not as an upstream calls it."""
    return word(task.get("model")) or word(mapping(task.get("properties")).get("origin_model_name"))


def asked_of(task: dict[str, Any], dialect: str) -> Asked:
    """What is echoed of the request: `seconds` is a text, `size` the pixels this model draws for our two words."""
    seconds = word(task.get("seconds"))
    resolution, ratio = _words(word(task.get("size")), model_of(task), dialect)
    duration = int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < _DIGITS else None
    return Asked(duration=duration, resolution=resolution, ratio=ratio, seed=count(task.get("seed")))


def _words(size: str, model: str, dialect: str) -> tuple[str, str]:
    facts = next((facts for facts in all_models(dialect) if facts.name == model), None)
    if facts is None or not size:
        return "", ""
    resolutions = dict.fromkeys((*facts.draft.resolutions, *facts.resolutions))
    pairs = ((resolution, ratio) for resolution in resolutions for ratio in facts.ratios)
    return next((pair for pair in pairs if "{}x{}".format(*facts.size(*pair)) == size), ("", ""))


def times_of(task: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    """When it was made, and when its film was."""
    made = from_unix(task.get("created_at")) or _moment(task, "submit_time")
    return made, _moment(task, "completed_at") or _moment(task, "finish_time")


def end_said(task: dict[str, Any]) -> datetime | None:
    """When the server itself says the film goes; None when it does not."""
    return _moment(task, "expires_at")


def _moment(task: dict[str, Any], name: str) -> datetime | None:
    """A time; Go writes 0 for one that has not come."""
    return from_unix(task.get(name)) if task.get(name) else None


def failure_of(task: dict[str, Any], state: RenderState | None, code: str) -> Failure | None:
    """Why there is no film; None while nothing has failed."""
    if state is RenderState.EXPIRED:
        return Failure(FailureKind.QUEUE_TIMEOUT, Stage.QUEUE, code, "the provider did not start the task in time")
    if state is not RenderState.FAILED:
        return None
    error = reason_in(task, code)
    return Failure(VIDEO_ERRORS.classify(error, 200), Stage.RENDER, error.code or code, error.message)
