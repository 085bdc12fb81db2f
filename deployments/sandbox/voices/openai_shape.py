"""OpenAI's `/v1/videos` as servers of open weights speak it: vLLM-Omni and SGLang, each for the models it serves.

Sources: vllm-project/vllm-omni docs/serving/videos_api.md@0131cb55 and sgl-project/sglang multimodal_gen/runtime/
entrypoints/openai/video_api.py@00ae37c8. A model whose facts say `form` is on vLLM-Omni, which reads multipart forms
only and has a number for an error; every other is on SGLang, which reads JSON and has a message only. (SGLang at that
commit says `queued` until a video has ended; here both say `in_progress` in between.) Films are bytes behind the key.
DELETE is SGLang's: the record goes, the job runs on. Refusals are FastAPI's; too many requests and a stopped prompt,
which no such server has, are as OpenAI said them and resellers say them still. The list is newest first, whatever
`order` says. Both servers keep tasks in memory: a sandbox over a new home is one that was restarted.
"""

import secrets
from collections.abc import Mapping

from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.refusals import Refusal, Why, invalid
from deployments.sandbox.tasks import Params, Status, Task
from deployments.sandbox.values import Answer, Ask, Look, Medium, Page, PageQuery, Wanted
from deployments.sandbox.voices.helpers import checked_text, facts_or_refuse, frames, whole_number, within
from deployments.sandbox.voices.openai_shape_body import check_server, read_submit
from deployments.sandbox.voices.voice import JSON, Action, Deed, Voice, VoiceRoute
from workprint.models import ModelFacts

_VIDEOS = "/v1/videos"
_OPENAI = {Why.RATE: "requests", Why.SENSITIVE: "invalid_request_error"}


class OpenAIShapeVoice(Voice):
    """Two servers behind one address."""

    name = "openai_shape"
    prefix = "/openai_shape"
    routes = (
        VoiceRoute("POST", _VIDEOS, Action.SUBMIT),
        VoiceRoute("GET", _VIDEOS, Action.LIST),
        VoiceRoute("GET", _VIDEOS + "/{id}", Action.SHOW),
        VoiceRoute("DELETE", _VIDEOS + "/{id}", Action.CANCEL),
        VoiceRoute("GET", _VIDEOS + "/{id}/content", Action.FILM),
    )
    film_path = _VIDEOS + "/{id}/content"
    words: Mapping[Status, str] = {
        Status.QUEUED: "queued",
        Status.RUNNING: "in_progress",
        Status.SUCCEEDED: "completed",
        Status.FAILED: "failed",
    }
    errors: Mapping[Why, tuple[int, str]] = {
        Why.INVALID: (400, ""),
        Why.MISSING: (422, ""),
        Why.KEY: (401, ""),
        Why.MODEL: (400, ""),
        Why.TASK: (404, ""),
        Why.RATE: (429, "rate_limit_exceeded"),
        Why.SENSITIVE: (400, "content_policy_violation"),
    }
    broken = ("500", "EngineGenerateError: CUDA out of memory")
    rejected = ("content_policy_violation", "The output video may contain sensitive content.")
    without = frozenset(
        {
            # One's own machine bills nothing, a film has one address, and DELETE cancels nothing.
            FaultName.CHARGED_BUT_FAILED,
            FaultName.UNSAFE_LINK,
            FaultName.COMPLETED_WITHOUT_LINK,
            FaultName.CANCEL_IGNORED,
        }
    )

    def new_id(self, now: float) -> str:  # noqa: ARG002 - the time is not in it
        """As vLLM-Omni makes it."""
        return f"video_gen_{secrets.token_hex(16)}"

    def wanted(self, ask: Ask) -> Wanted:
        """A film from words, or from a first frame."""
        body = read_submit(ask)
        facts = facts_or_refuse(body.model, self.name)
        vllm = facts.fields.get("form") is True
        check_server(ask, body, vllm=vllm)
        resolution, ratio = _words(body.size, facts)
        params = Params(
            model=body.model,
            prompt=checked_text(body.prompt, "prompt"),
            resolution=resolution,
            ratio=ratio,
            frames=frames(body.length),
            seed=body.seed,
            generate_audio=body.generate_sound,
            voice=self.name,
            said={"vllm": vllm, "size": body.size, "seconds": body.seconds},
        )
        media = (Medium("still", body.picture, "image_reference"),) if body.picture else ()
        return Wanted(within(facts, params), media)

    def accepted(self, look: Look) -> Answer:
        """The video."""
        return Answer(self.shown(look))

    def shown(self, look: Look) -> JSON:
        """OpenAI's Video object."""
        vllm, done = bool(look.params.said.get("vllm")), look.status is Status.SUCCEEDED
        shown: JSON = {
            "id": look.task.id,
            "object": "video",
            "model": look.params.model,
            "status": self.word(look),
            "progress": 100 if done else 0,
            "created_at": int(look.created_at),
            "completed_at": int(look.updated_at) if done else None,
            "size": look.params.said.get("size"),
            "seconds": look.params.said.get("seconds"),
            "error": _error(look.task, vllm=vllm),
        }
        return shown | ({"prompt": look.params.prompt, "media_type": "video/mp4"} if vllm else {"quality": "standard"})

    def page(self, ask: Ask) -> PageQuery:
        """`limit` tasks behind the task `after`."""
        return PageQuery(size=whole_number(ask, "limit", 100, 100), after=ask.value("after"))

    def listed(self, page: Page) -> JSON:
        """As vLLM-Omni does; SGLang has `data` alone."""
        videos = [self.shown(look) for look in page.looks]
        ends = {"first_id": videos[0]["id"], "last_id": videos[-1]["id"]} if videos else {}
        return {"object": "list", "data": videos, "has_more": page.more, "first_id": None, "last_id": None, **ends}

    def deed(self, task: Task) -> Deed:  # noqa: ARG002 - whatever it does
        """The record goes, whatever the task does."""
        return Deed.FORGET

    def cancelled(self, look: Look) -> Answer:
        """The video once more, as `deleted`."""
        return Answer(self.shown(look) | {"status": "deleted"})

    def error_body(self, status: int, code: str, refusal: Refusal) -> JSON:  # noqa: ARG002 - the shape says no status
        """FastAPI's `detail`, vLLM's word for a wrong key, and OpenAI's shape."""
        if refusal.why is Why.KEY:
            return {"error": "Unauthorized"}
        if refusal.why in _OPENAI:
            return {"error": {"message": refusal.message, "type": _OPENAI[refusal.why], "param": None, "code": code}}
        if refusal.why is Why.MISSING:
            return {"detail": [{"type": "missing", "loc": ["body", refusal.param], "msg": "Field required"}]}
        return {"detail": "Video not found" if refusal.why is Why.TASK else refusal.message}


def _error(task: Task, *, vllm: bool) -> JSON | None:
    """vLLM-Omni has a number where it knows one; SGLang has no code."""
    if not task.error_code:
        return None
    code: int | str = int(task.error_code) if task.error_code.isdecimal() else task.error_code
    return ({"code": code} if vllm or isinstance(code, str) else {}) | {"message": task.error_message}


def _words(size: str, facts: ModelFacts) -> tuple[str, str]:
    """Our words for a size this model draws; without a size its first. Refuses any other."""
    words = [(resolution, ratio) for resolution in facts.resolutions for ratio in facts.ratios]
    for resolution, ratio in words:
        width, height = facts.size(resolution, ratio)
        if size in {"", f"{width}x{height}"}:
            return resolution, ratio
    raise invalid("size", f"{facts.name} does not draw {size}")
