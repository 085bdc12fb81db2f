"""New API's words: Seedance behind a relay, at the generic route (QuantumNous/new-api, its source and docs.newapi.pro).

Three builds in one. The one in the source wraps its answers. A prompt that says `flat answers` gets those of the
documents, one that says `old build` those of builds before `result_url`, where the link is in `fail_reason` and the raw
answer of the upstream is not told. What the relay itself finds wrong is said by its middleware (`{"error": {...}}`) or
its task handler (`{"code", "message", "data"}`), what the upstream finds wrong by the handler with the upstream's words
as text. No list, no cancel, no callbacks of its own: `metadata.callback_url` would be the upstream's, and is ignored.
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.refusals import Refusal, Why, invalid
from deployments.sandbox.tasks import Params, Status
from deployments.sandbox.values import Answer, Ask, Look, Medium, Slot, Wanted
from deployments.sandbox.voices.helpers import (
    Tolerant,
    checked_text,
    facts_or_refuse,
    frames,
    read_json,
    seed_from,
    within,
)
from deployments.sandbox.voices.voice import JSON, Action, Voice, VoiceRoute

_TASKS = "/v1/video/generations"
_FLAT, _OLD = "flat answers", "old build"
#: What the upstream makes of nothing said, in seconds.
_DEFAULT_SECONDS = 5
_FLAT_WORDS = {"QUEUED": "queued", "IN_PROGRESS": "in_progress", "SUCCESS": "completed", "FAILURE": "failed"}
_PROGRESS = {Status.QUEUED: "10%", Status.RUNNING: "50%"}
_SLOTS: Mapping[str, Slot] = {"image_url": "still", "video_url": "footage", "audio_url": "soundtrack"}
#: Said by the middleware, in OpenAI's shape.
_MIDDLEWARE = frozenset({Why.KEY, Why.MODEL, Why.RATE, Why.BALANCE})


class _Submit(Tolerant):
    """`TaskSubmitReq`: a `duration` that is no whole number counts as none, a numeric `seconds` is refused."""

    model: str = ""
    prompt: str = ""
    image: str = ""
    images: tuple[str, ...] = Field(default=(), strict=False)
    duration: Any = None
    seconds: str = ""
    metadata: dict[str, Any] | str = "{}"

    @property
    def length(self) -> int:
        """Seconds of film."""
        whole = isinstance(self.duration, int) and not isinstance(self.duration, bool)
        said = str(self.duration) if whole or isinstance(self.duration, str) else ""
        return next((int(text) for text in (said, self.seconds) if text.isdecimal() and int(text)), _DEFAULT_SECONDS)

    @property
    def vendor(self) -> str:
        """What is laid over the upstream's own body, as JSON."""
        return self.metadata if isinstance(self.metadata, str) else json.dumps(self.metadata)


class _Vendor(Tolerant):
    """The fields of Seedance that `metadata` may set."""

    resolution: str = "720p"
    ratio: str = "adaptive"
    seed: int = -1
    generate_audio: bool = True
    watermark: bool = False
    draft: bool = False
    content: list[dict[str, Any]] | None = None


class NewApiVoice(Voice):
    """A relay as its source says it is."""

    name = "newapi"
    prefix = "/newapi"
    routes = (
        VoiceRoute("POST", _TASKS, Action.SUBMIT),
        VoiceRoute("GET", _TASKS + "/{id}", Action.SHOW),
    )
    currency = "CNY"
    words: Mapping[Status, str] = {
        Status.QUEUED: "QUEUED",
        Status.RUNNING: "IN_PROGRESS",
        Status.SUCCEEDED: "SUCCESS",
        Status.FAILED: "FAILURE",
    }
    errors: Mapping[Why, tuple[int, str]] = {
        Why.INVALID: (400, "invalid_request"),
        Why.MISSING: (400, "invalid_request"),
        Why.SENSITIVE: (400, "fail_to_fetch_task"),
        Why.TASK: (400, "task_not_exist"),
        Why.KEY: (401, ""),
        Why.MODEL: (503, "model_not_found"),
        Why.RATE: (429, ""),
        Why.BALANCE: (403, "insufficient_user_quota"),
    }
    broken = ("InternalServiceError", "The service encountered an internal error.")
    rejected = ("OutputVideoSensitiveContentDetected", "The output video may contain sensitive information.")
    no_id: Mapping[str, Any] = {"code": "success", "message": "", "data": None}
    #: The quota of a task that failed is given back.
    without = frozenset({FaultName.CHARGED_BUT_FAILED})

    def new_id(self, now: float) -> str:  # noqa: ARG002 - the time is not in it
        """The relay's own id, not the upstream's."""
        return f"task_{secrets.token_hex(16)}"

    def wanted(self, ask: Ask) -> Wanted:
        """A film from words, pictures and whatever `metadata` says."""
        body = read_json(_Submit, ask.body)
        facts, prompt = facts_or_refuse(body.model, self.name), checked_text(body.prompt, "prompt")
        vendor = read_json(_Vendor, body.vendor.encode())
        params = Params(
            model=body.model,
            prompt=prompt,
            resolution=vendor.resolution,
            ratio=vendor.ratio,
            frames=frames(body.length),
            seed=vendor.seed if vendor.seed >= 0 else seed_from(body.model, prompt),
            generate_audio=vendor.generate_audio,
            draft=vendor.draft,
            watermark=vendor.watermark,
            voice=self.name,
            said={"build": next((build for build in (_FLAT, _OLD) if build in prompt), "")},
        )
        return Wanted(within(facts, params), _media(body, vendor))

    def accepted(self, look: Look) -> Answer:
        """An OpenAI Video object; the documents know two fields."""
        task_id = look.task.id
        if _build(look) == _FLAT:
            return Answer({"task_id": task_id, "status": "queued"}, 201)
        video = {"id": task_id, "task_id": task_id, "object": "video", "model": look.params.model, "status": "queued"}
        return Answer(video | {"progress": 0, "created_at": int(look.created_at)})

    def shown(self, look: Look) -> JSON:
        """The task, as its build tells it."""
        if _build(look) == _FLAT:
            return self._flat(look)
        old, ended = _build(look) == _OLD, look.status in {Status.SUCCEEDED, Status.FAILED}
        task: JSON = {
            "task_id": look.task.id,
            "status": self.word(look),
            "fail_reason": look.task.error_message or (look.link if old else ""),
            "progress": _PROGRESS.get(look.status, "100%"),
            "submit_time": int(look.created_at),
            "finish_time": int(look.updated_at) if ended else 0,
            "data": None if old else _raw(look),
        }
        return {"code": "success", "message": "", "data": task if old else task | {"result_url": look.link}}

    def _flat(self, look: Look) -> JSON:
        code, message = look.task.error_code, look.task.error_message
        word = self.word(look)
        return {
            "task_id": look.task.id,
            "status": _FLAT_WORDS.get(word, word),
            "url": look.link,
            "format": "mp4",
            "metadata": {"duration": look.params.frames // frames(1), "seed": look.params.seed},
            "error": {"code": code, "message": message} if code else None,
        }

    def error_body(self, status: int, code: str, refusal: Refusal) -> JSON:  # noqa: ARG002 - the shape says no status
        """The middleware's shape, or the task handler's."""
        if refusal.why in _MIDDLEWARE:
            return {"error": {"message": refusal.message, "type": "new_api_error", "code": code}}
        upstream = {"error": {"code": "InputTextSensitiveContentDetected", "message": refusal.message}}
        message = json.dumps(upstream) if refusal.why is Why.SENSITIVE else refusal.message
        return {"code": code, "message": message, "data": None}


def _build(look: Look) -> str:
    return str(look.params.said.get("build", ""))


def _raw(look: Look) -> JSON:
    """The upstream's own answer, which the relay keeps: ids and links are the upstream's."""
    raw: JSON = {"model": look.params.model, "seed": look.params.seed, "resolution": look.params.resolution}
    if look.link:
        raw["content"] = {"video_url": look.link}
    if look.task.error_code:
        raw["error"] = {"code": look.task.error_code, "message": look.task.error_message}
    if look.cost:
        raw["usage"] = {"completion_tokens": look.cost.tokens, "total_tokens": look.cost.tokens}
    return raw


def _media(body: _Submit, vendor: _Vendor) -> tuple[Medium, ...]:
    """`metadata.content` replaces the plain list of pictures; its text items are dropped."""
    if vendor.content is None:
        pictures = body.images or ((body.image,) if body.image else ())
        return tuple(Medium("still", url, f"images.{place}") for place, url in enumerate(pictures))
    items = [(place, item) for place, item in enumerate(vendor.content) if item.get("type") != "text"]
    return tuple(_medium(item, f"metadata.content.{place}") for place, item in items)


def _medium(item: Mapping[str, Any], field: str) -> Medium:
    kind = str(item.get("type"))
    url = item.get(kind, {}).get("url") if isinstance(item.get(kind), dict) else None
    if kind not in _SLOTS or not isinstance(url, str):
        raise invalid(field, "an item is an image_url, a video_url or an audio_url with its url")
    return Medium(_SLOTS[kind], url, field)
