"""MiniMax's words: video generation v2.

Docs "Create Video Generation Task", "Create Video Regeneration Task", "Query Task", "List Tasks", "Cancel or Delete
Task". An address must return the challenge within three seconds before it is called, and every answer has a fresh link.
How long a link lives, the answer to a cancel and its code for a running task are not documented: an hour, an empty
object and 2013 here. A reference film counts as fifteen seconds, the most there may be: the sandbox measures none.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from deployments.sandbox.refusals import Refusal, Why, no_such_model
from deployments.sandbox.render.plan import FPS
from deployments.sandbox.tasks import OPEN, Cost, Params, Status, Task
from deployments.sandbox.values import Answer, Ask, Look, Page, PageQuery, Wanted
from deployments.sandbox.voices.helpers import numbered_page
from deployments.sandbox.voices.minimax_body import generated, regenerated
from deployments.sandbox.voices.voice import JSON, Action, Deed, Voice, VoiceRoute

_QUERY = "/v2/query/video_generation"
_TYPES = {
    400: "bad_request_error",
    401: "authorized_error",
    402: "insufficient_balance_error",
    422: "unprocessable_entity_error",
    429: "rate_limit_error",
}
_FILM_SECONDS = 15


class MiniMaxVoice(Voice):
    """MiniMax as it is documented: a native draft, links that are renewed, a challenge before callbacks."""

    name = "minimax"
    prefix = "/minimax"
    routes = (
        VoiceRoute("GET", _QUERY, Action.LIST),
        VoiceRoute("GET", _QUERY + "/{id}", Action.SHOW),
        VoiceRoute("DELETE", "/v2/video_generation/{id}", Action.CANCEL),
        VoiceRoute("POST", "/v2/{task}", Action.SUBMIT),
    )
    words: Mapping[Status, str] = {status: status.value for status in Status}
    errors: Mapping[Why, tuple[int, str]] = {
        Why.INVALID: (400, "2013"),
        Why.MISSING: (400, "2013"),
        Why.KEY: (401, "1004"),
        Why.MODEL: (400, "2013"),
        Why.TASK: (400, "2013"),
        Why.RUNNING: (400, "2013"),
        Why.SENSITIVE: (422, "1026"),
        Why.RATE: (429, "1002"),
        Why.BALANCE: (402, "1008"),
    }
    broken = ("1000", "internal error")
    rejected = ("1027", "output video contains sensitive content")
    link_seconds = 3600
    renews_links = True
    calls_back = frozenset(Status)
    answer_seconds = 3.0

    def new_id(self, now: float) -> str:
        """Eighteen digits."""
        return f"{int(now):010d}{secrets.randbelow(10**8):08d}"

    def wanted(self, ask: Ask) -> Wanted:
        """A film from words and media, or a 2K film from a task."""
        if ask.path["task"] == "video_regeneration":
            return Wanted(regenerated(ask))
        if ask.path["task"] != "video_generation":
            raise no_such_model(ask.path["task"])
        return Wanted(*generated(ask))

    def accepted(self, look: Look) -> Answer:
        """An id."""
        return Answer({"task_id": look.task.id})

    def cost(self, params: Params) -> Cost:
        """By seconds. A final takes its draft's films with it and is billed for itself alone."""
        return super().cost(replace(params, footage="") if params.draft_task_id else params)

    def shown(self, look: Look) -> JSON:
        """The task in its wrapper: the same in GET and callbacks."""
        return {"task": self._task(look)}

    def page(self, ask: Ask) -> PageQuery:
        """Pages by number, filtered by status, model and ids."""
        return numbered_page(ask, 20, self.statuses)

    def listed(self, page: Page) -> JSON:
        """The tasks of a page, and how many there are on all."""
        return {"items": [self._task(look) for look in page.looks], "total": page.total}

    def deed(self, task: Task) -> Deed:
        """What waits is cancelled, what has ended is forgotten; what runs or was cancelled is refused."""
        ended = task.status not in OPEN and task.status is not Status.CANCELLED
        return Deed.FORGET if ended else super().deed(task)

    def cancelled(self, look: Look) -> Answer:  # noqa: ARG002 - nothing is told of it
        """An empty object."""
        return Answer({})

    def error_body(self, status: int, code: str, refusal: Refusal) -> JSON:
        """A kind, and a text that ends with the number."""
        number = code if code.isdecimal() else self.errors.get(refusal.why, (status, "2013"))[1]
        text = "invalid params, invalid task_id" if refusal.why is Why.TASK else refusal.message
        error = {"type": _TYPES.get(status, "server_error"), "message": f"{text} ({number})", "http_code": str(status)}
        return {"type": "error", "error": error, "request_id": secrets.token_hex(16)}

    def challenge(self) -> JSON:
        """A word to return."""
        return {"challenge": secrets.token_hex(8)}

    def acceptable(self, sent: bytes, status: int, answer: bytes) -> bool:
        """Any success; for the challenge, the same word."""
        asked = _object(sent).get("challenge")
        return 200 <= status < 300 and (asked is None or _object(answer).get("challenge") == asked)

    def _task(self, look: Look) -> JSON:
        params, task = look.params, look.task
        shown: JSON = {
            "id": task.id,
            "model": params.model,
            "status": self.word(look),
            "created_at": int(look.created_at),
            "updated_at": int(look.updated_at),
            "resolution": params.resolution.upper(),
            "duration": params.frames // FPS,
            "ratio": "" if params.draft_task_id else params.ratio,
            "task_type": "regeneration" if params.draft_task_id else "generation",
            "modality": "video",
            "usage": _usage(look),
        }
        if task.error_code:
            shown["error"] = {"code": task.error_code, "message": task.error_message}
        if look.status is Status.SUCCEEDED:
            shown["content"] = {"url": look.link} if look.link else {}
        return shown


def _usage(look: Look) -> JSON:
    """Seconds, once it is charged."""
    if look.cost is None:
        return {}
    output = look.params.frames // FPS
    films = _FILM_SECONDS if look.params.footage and not look.params.draft_task_id else 0
    return {
        "total_seconds": output + films,
        "input_seconds": films,
        "output_seconds": output,
        "input_image_count": len(look.params.stills),
    }


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
