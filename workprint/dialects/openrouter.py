"""The openrouter dialect: OpenRouter's asynchronous video API, many makers behind one body.

Contract: OpenRouter API reference "Video Generation" (POST and GET /videos, GET /videos/{id}/content) and "Get Video
Results with Webhooks". It has no cancel, no list and no idempotency key: only a callback finds a lost submit again.
Callbacks go to https addresses only. How long results live is not documented: one hour is counted. Whether a failed job
costs anything is not documented either. Native drafts cannot be said (`provider.options` has no way to name a draft).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workprint.dialects.error_book import ErrorBody
from workprint.dialects.openrouter_body import openrouter_body
from workprint.dialects.openrouter_codes import OPENROUTER_ERRORS, as_said, error_in
from workprint.dialects.plain import Plain
from workprint.dialects.replies import (
    amount,
    http_link,
    json_object,
    link_end,
    mapping,
    ok,
    retry_after,
    segment,
    usable_id,
    word,
)
from workprint.failures import Failure, FailureKind, Stage
from workprint.models import model_facts
from workprint.outcomes import Accepted, Checked, Cost, NotThere, Observation, Reply, Request, Submitted, Unreadable
from workprint.recovery import Grade
from workprint.redact import redact
from workprint.signatures import Scheme
from workprint.spec import Spec
from workprint.states import RenderState

_VIDEOS = "/videos"
_STATES: dict[str, RenderState] = {
    "pending": RenderState.QUEUED,
    "in_progress": RenderState.PROCESSING,
    "completed": RenderState.SUCCEEDED,
    "failed": RenderState.FAILED,
    "cancelled": RenderState.CANCELLED,
    "expired": RenderState.EXPIRED,
}


class OpenRouterDialect(Plain):
    """OpenRouter's language, both ways. Stateless."""

    name = "openrouter"
    title = "OpenRouter"
    base_url = "https://openrouter.ai"
    path_prefix = "/api/v1"
    recovery = Grade.CALLBACK
    #: `unsigned_urls` lead to the API's own content route, which wants the key; on any other host it is not sent.
    link_wants_key = True
    signature = Scheme.OPENROUTER

    def submit(
        self,
        spec: Spec,
        media: Mapping[str, str],
        *,
        client_ref: str,  # noqa: ARG002 - OpenRouter takes no reference of ours
        draft_task_id: str | None = None,  # noqa: ARG002 - no native drafts
        callback_url: str | None = None,
    ) -> Request:
        """The POST of a job. Raises `InputError` for a reference without address and an unknown model."""
        body = openrouter_body(spec, model_facts(spec.model, self.name), media)
        return Request("POST", _VIDEOS, json=body | ({"callback_url": callback_url} if callback_url else {}))

    def read_submit(self, reply: Reply) -> Submitted:
        """Accepted with an id; refused only where the answer proves that nothing was created; else unanswered."""
        task_id, error = word((json_object(reply.body) or {}).get("id")), error_in(reply)
        if ok(reply) and usable_id(task_id):
            return Accepted(task_id, redact(reply.body))
        return OPENROUTER_ERRORS.no_task(as_said(reply, error), error)

    def check(self, task_id: str) -> Request:
        """The GET of one job. Its `polling_url` says the same and is not followed."""
        return Request("GET", f"{_VIDEOS}/{segment(task_id)}")

    def read_check(self, reply: Reply, now: datetime) -> Checked:
        """The job; that it is not there; or that the answer says nothing about it."""
        if reply.status == 404:
            return NotThere(redact(reply.body))
        body = json_object(reply.body)
        if not ok(reply) or body is None or not word(body.get("status")):
            error = error_in(reply)
            return Unreadable(OPENROUTER_ERRORS.failure(as_said(reply, error), Stage.RENDER, error))
        return self._observe(body, reply, now)

    def task_named(self, body: bytes, model: str) -> str:  # noqa: ARG002 - the body says it all
        """The job of `{"type": "video.generation.completed", "data": {"id": ...}}`."""
        return word(mapping((json_object(body) or {}).get("data")).get("id"))

    def _observe(self, body: dict[str, Any], reply: Reply, now: datetime) -> Observation:
        code = word(body.get("status"))
        state, link = _STATES.get(code.casefold()), _film(body)
        if state is RenderState.SUCCEEDED and link is None:
            state = RenderState.FAILED
        done = state is RenderState.SUCCEEDED
        return Observation(
            task_id=word(body.get("id")),
            state=state,
            code=code,
            raw=redact(reply.body),
            link=link if done else None,
            link_expires_at=link_end(link, None, self.link_life, now) if done and link else None,
            cost=_cost(mapping(body.get("usage"))),
            failure=_failure(reply, state, code),
            model=word(body.get("model")),
            retry_after=retry_after(reply),
        )


def _film(body: dict[str, Any]) -> str | None:
    """The first film: signed (`urls`), else behind the key (`unsigned_urls`)."""
    return next((link for name in ("urls", "unsigned_urls") if (link := _first(body.get(name)))), None)


def _first(urls: object) -> str | None:
    found = urls[0] if isinstance(urls, list) and urls else None
    return http_link(found) or _own(found)


def _own(link: object) -> str | None:
    """A path of the API (`/api/v1/videos/...`) below whatever prefix this account's API has; None for anything else.

    Like `Request.path` it begins after the prefix, so what stands before `/videos/` goes.
    """
    if not isinstance(link, str) or not link.startswith("/") or link.startswith("//") or ".." in link:
        return None
    _, route, rest = link.partition(f"{_VIDEOS}/")
    return f"{route}{rest}" if rest and http_link(f"https://api.invalid{link}") else None


def _cost(usage: dict[str, Any]) -> Cost | None:
    """`usage.cost` in US dollars. With one's own key at the maker (`is_byok`) it is only OpenRouter's fee: no cost."""
    said = amount(usage.get("cost"))
    return Cost(said, "USD") if said is not None and usage.get("is_byok") is not True else None


def _failure(reply: Reply, state: RenderState | None, code: str) -> Failure | None:
    if state is RenderState.EXPIRED:
        return Failure(FailureKind.QUEUE_TIMEOUT, Stage.QUEUE, code, "the provider did not finish the job in time")
    if state is not RenderState.FAILED:
        return None
    error = error_in(reply) or ErrorBody("", "the provider names no error and gives no usable link")
    return Failure(OPENROUTER_ERRORS.classify(error, 200), Stage.RENDER, error.code or code, error.message)
