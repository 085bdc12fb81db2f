"""Ark's words: Seedance on Volcengine Ark and BytePlus (docs 82379/1520757).

Ark never documented its code for an unknown task and for cancelling a running one; ours are guesses.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime

from deployments.sandbox.refusals import Refusal, Why
from deployments.sandbox.render.plan import FPS
from deployments.sandbox.tasks import Cost, Params, Status, Task
from deployments.sandbox.values import Answer, Ask, Look, Page, PageQuery, Wanted
from deployments.sandbox.voices.ark_body import Body, read_body
from deployments.sandbox.voices.ark_catalogue import Model, film_cost, model_named
from deployments.sandbox.voices.ark_checks import wanted
from deployments.sandbox.voices.ark_finals import final_of, is_final
from deployments.sandbox.voices.helpers import numbered_page
from deployments.sandbox.voices.voice import JSON, Action, Deed, Voice, VoiceRoute

_TASKS = "/contents/generations/tasks"
_TYPES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    429: "TooManyRequests",
}
_ECHOED = (
    "seed", "resolution", "ratio", "generate_audio", "draft", "service_tier", "execution_expires_after",
)  # fmt: skip


class ArkVoice(Voice):
    """Ark as it is documented. Callbacks are the task object, unsigned, at every change."""

    name = "ark"
    prefix = "/api/v3"
    routes = (
        VoiceRoute("POST", _TASKS, Action.SUBMIT),
        VoiceRoute("GET", _TASKS, Action.LIST),
        VoiceRoute("GET", _TASKS + "/{id}", Action.SHOW),
        VoiceRoute("DELETE", _TASKS + "/{id}", Action.CANCEL),
    )
    currency = "CNY"
    words: Mapping[Status, str] = {status: status.value for status in Status}
    errors: Mapping[Why, tuple[int, str]] = {
        Why.INVALID: (400, "InvalidParameter"),
        Why.MISSING: (400, "MissingParameter"),
        Why.KEY: (401, "AuthenticationError"),
        Why.MODEL: (404, "InvalidEndpoint.NotFound"),
        Why.TASK: (404, "ResourceNotFound"),
        Why.RUNNING: (409, "InvalidAction.TaskRunning"),
        Why.SENSITIVE: (400, "InputTextSensitiveContentDetected"),
        Why.RATE: (429, "RateLimitExceeded.EndpointRPMExceeded"),
        Why.BALANCE: (403, "AccountOverdueError"),
    }
    broken = ("InternalServiceError", "The service encountered an internal error.")
    rejected = ("OutputVideoSensitiveContentDetected", "The output video may contain sensitive information.")
    echoes_reference = True
    calls_back = frozenset(Status)

    def new_id(self, now: float) -> str:
        """The letters cgt, the time, eight digits."""
        stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d%H%M%S")
        return f"cgt-{stamp}-{secrets.token_hex(4)}"

    def wanted(self, ask: Ask) -> Wanted:
        """A film from words and media, or a final from a draft."""
        body = self.read(ask.body)
        model = self.model(body.model)
        if is_final(body):
            return Wanted(final_of(body, model, ask.find, ask.now))
        params, media = wanted(body, model)
        return Wanted(replace(params, voice=self.name), media)

    def read(self, raw: bytes) -> Body:
        """A submit's body. Raises `Refusal` naming the first wrong field."""
        return read_body(raw)

    def model(self, name: str) -> Model:
        """What a model accepts. Raises `Refusal` for one that is not sold here."""
        return model_named(name)

    def accepted(self, look: Look) -> Answer:
        """An id."""
        return Answer({"id": look.task.id})

    def cost(self, params: Params) -> Cost:
        """By tokens and Ark's own list."""
        return film_cost(params)

    def shown(self, look: Look) -> JSON:
        """The task object: the same in GET, list and callbacks."""
        task = look.task
        shown: JSON = {
            "id": task.id,
            "model": task.params.model,
            "status": self.word(look),
            "created_at": int(look.created_at),
            "updated_at": int(look.updated_at),
            **asked(look),
        }
        if task.error_code:
            shown["error"] = {"code": task.error_code, "message": task.error_message}
        if look.status is Status.SUCCEEDED:
            links = {"video_url": look.link, "last_frame_url": look.last_frame}
            shown["content"] = {name: link for name, link in links.items() if link}
        if look.cost:
            shown["usage"] = usage(look.cost)
        return shown

    def page(self, ask: Ask) -> PageQuery:
        """Pages by number, filtered by status, model and ids."""
        return numbered_page(ask, 10, self.statuses)

    def listed(self, page: Page) -> JSON:
        """The tasks of a page, and how many there are on all."""
        return {"items": [self.shown(look) for look in page.looks], "total": page.total}

    def deed(self, task: Task) -> Deed:
        """What waits is cancelled, what runs goes on, what has ended is forgotten."""
        return super().deed(task) if task.status in {Status.QUEUED, Status.RUNNING} else Deed.FORGET

    def cancelled(self, look: Look) -> Answer:  # noqa: ARG002 - nothing is told of it
        """An empty object."""
        return Answer({})

    def error_body(self, status: int, code: str, refusal: Refusal) -> JSON:
        """Ark's outer shape."""
        kind = _TYPES.get(status, "InternalServerError")
        return {"error": {"code": code, "message": refusal.message, "param": refusal.param, "type": kind}}


def asked(look: Look) -> JSON:
    """What is echoed of the request."""
    params = look.params
    values = asdict(params)
    echoed = {name: values[name] for name in _ECHOED}
    optional = {"draft_task_id": params.draft_task_id, "safety_identifier": look.reference}
    whole = params.frames % FPS == 0
    length = {"duration": params.frames // FPS} if whole else {"frames": params.frames}
    return {
        **echoed,
        **{name: value for name, value in optional.items() if value},
        **length,
        "framespersecond": FPS,
    }


def usage(cost: Cost) -> dict[str, int]:
    """The tokens that are billed."""
    return {"completion_tokens": cost.tokens, "total_tokens": cost.tokens}
