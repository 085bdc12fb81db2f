"""AllToken's words: Seedance behind a relay (https://alltoken.ai/docs/apis/video, and the types in its SDKs).

Not documented, and guessed here: the codes of a wrong key, an unknown task, a late cancel, an empty balance and too
many requests; that a running task cannot be cancelled; the body of a callback (the task); that the prompt of a final is
ignored.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from deployments.sandbox.billing import listed_cost, size_of
from deployments.sandbox.refusals import Refusal, Why, invalid
from deployments.sandbox.render.plan import FPS
from deployments.sandbox.tasks import Cost, Params, Status, Task
from deployments.sandbox.values import Answer, Ask, Look, PageQuery
from deployments.sandbox.voices.ark import ArkVoice, asked, usage
from deployments.sandbox.voices.ark_body import Body, DraftItem, Item
from deployments.sandbox.voices.ark_catalogue import Model, Price, tokens
from deployments.sandbox.voices.helpers import facts_or_refuse, read_json, whole_number
from deployments.sandbox.voices.voice import JSON, Action, Deed, Voice, VoiceRoute
from workprint.brief import Audio, Role

_TASKS = "/videos/generations"


class _Submit(Body):
    """Ark's body, with the prompt beside the content."""

    prompt: Annotated[str, Field(min_length=1)]
    content: Annotated[list[Item], Field(default_factory=list, max_length=20)]


class AllTokenVoice(ArkVoice):
    """AllToken as it is documented. Callbacks are the task, unsigned, at every change."""

    name = "alltoken"
    prefix = "/alltoken"
    routes = (
        VoiceRoute("POST", _TASKS, Action.SUBMIT),
        VoiceRoute("GET", _TASKS, Action.LIST),
        VoiceRoute("GET", _TASKS + "/{id}", Action.SHOW),
        VoiceRoute("POST", _TASKS + "/{id}/cancel", Action.CANCEL),
    )
    currency = "USD"
    words: Mapping[Status, str] = {
        **ArkVoice.words,
        Status.RUNNING: "processing",
        Status.SUCCEEDED: "completed",
    }
    errors: Mapping[Why, tuple[int, str]] = {
        Why.INVALID: (400, "invalid_request"),
        Why.MISSING: (400, "invalid_request"),
        Why.KEY: (401, "invalid_api_key"),
        Why.MODEL: (404, "upstream_model_not_found"),
        Why.TASK: (404, "not_found"),
        Why.RUNNING: (409, "task_not_cancellable"),
        Why.SENSITIVE: (400, "upstream_content_violation"),
        Why.RATE: (429, "rate_limit_exceeded"),
        Why.BALANCE: (402, "insufficient_balance"),
    }
    broken = ("upstream_error", "The upstream service failed.")
    rejected = ("upstream_content_violation", "The output video may contain sensitive information.")

    def new_id(self, now: float) -> str:  # noqa: ARG002 - it tells no time
        """The letters vgen, and what nobody guesses."""
        return f"vgen_{secrets.token_hex(12)}"

    def read(self, raw: bytes) -> Body:
        """What the same body would be to Ark; media at http(s) addresses only."""
        said = read_json(_Submit, raw)
        _check_links(said)
        content = [item.model_dump() for item in said.content]
        if not said.items(DraftItem):
            content.append({"type": "text", "text": said.prompt})
        values = said.model_dump(exclude={"prompt", "content"}, exclude_unset=True) | {"content": content}
        return Body.model_validate(values)

    def model(self, name: str) -> Model:
        """By the model's facts."""
        facts = facts_or_refuse(name, self.name)
        return Model(
            name,
            facts.durations[0],
            facts.durations[-1],
            "720p",
            Price(Decimal(0)),
            draft_finals=facts.draft.finals if facts.native else (),
            resolutions=facts.resolutions,
            sound=Audio.GENERATE in facts.audio,
            references=Role.SUBJECT in facts.roles,
            smart_duration=True,
            flex=facts.native,
        )

    def accepted(self, look: Look) -> Answer:
        """The task."""
        return Answer(self.shown(look), 202)

    def cost(self, params: Params) -> Cost:
        """By the list of the model, with the tokens that are told anyway."""
        return replace(listed_cost(params, self.currency), tokens=tokens(*size_of(params), params.frames))

    def shown(self, look: Look) -> JSON:
        """The task: the same in GET, list and callbacks."""
        params, task = look.params, look.task
        over = look.status is Status.EXPIRED or bool(look.link and look.link_ends <= look.told_at)
        shown = {
            "id": task.id,
            "status": self.word(look),
            "model": params.model,
            **{name: value for name, value in asked(look).items() if name != "framespersecond"},
            "fps": FPS,
            "is_expired": over,
            "created_at": _iso(look.created_at),
            "updated_at": _iso(look.updated_at),
            **_film(look),
        }
        if task.error_code:
            shown["error"] = {"code": task.error_code, "message": task.error_message}
        if look.cost:
            shown["usage"] = usage(look.cost)
        return shown

    def page(self, ask: Ask) -> PageQuery:
        """The newest `limit` tasks, of one status or all; there is no second page."""
        status = ask.value("status")
        return PageQuery(size=whole_number(ask, "limit", 20, 10_000), statuses=self.statuses(status) if status else ())

    def deed(self, task: Task) -> Deed:
        """What waits is cancelled; nothing is ever forgotten."""
        return Voice.deed(self, task)

    def cancelled(self, look: Look) -> Answer:
        """The task after it."""
        return Answer(self.shown(look))

    def error_body(self, status: int, code: str, refusal: Refusal) -> JSON:
        """A code, a kind, and the id of the request."""
        kind = "invalid_request_error" if status < 500 else "api_error"
        told = {"code": code, "message": refusal.message, "param": refusal.param or None, "type": kind}
        return {"error": {**told, "request_id": secrets.token_hex(8)}}


def _check_links(said: Body) -> None:
    for place, item in enumerate(said.content):
        link = getattr(item, item.type)
        if getattr(link, "url", "").startswith("data:"):
            raise invalid(f"content.{place}.{item.type}.url", "a public http(s) address")


def _film(look: Look) -> JSON:
    if not look.link:
        return {}
    ttl = max(int(look.link_ends - look.told_at), 0)
    told = {"video_url": look.link, "video_url_expires_at": _iso(look.link_ends), "video_url_ttl": ttl}
    return told | ({"last_frame_url": look.last_frame} if look.last_frame else {})


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
