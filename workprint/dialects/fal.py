"""The fal dialect: the queue of fal.ai (Seedance, Kling, Veo and more behind one contract).

Contract: fal docs "Queue", "Webhooks", "Request Error Types" and `fal_client` 1.0.3. Three rules matter most: COMPLETED
is no success before its result was read; the address of a request is built from checked ids and never followed as
given; a submit whose answer names no request may have made one (fal has no idempotency key and no list: only a callback
finds it again).

No header of fal's own is sent. `X-Fal-Request-Timeout` limits the wait for a start, and a render in the queue is late,
not failed; `X-Fal-No-Retry` would give up what fal's queue repeats by itself under the same request id, without a
second bill ("server errors are not billed"); how long media live is the account's setting, which
`X-Fal-Object-Lifecycle-Preference` would override: its default is not documented, so one hour is counted.
`X-Fal-Billable-Units` counts units (seconds or thousands of tokens, by model) and is no money. Drafts and their
completion (Seedance 2.5) are endpoints whose schema was not found: drafts are emulated.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from workprint.dialects.error_book import ErrorBody
from workprint.dialects.fal_body import fal_body
from workprint.dialects.fal_codes import CANCELLED, FAL_ERRORS, error_in, error_of
from workprint.dialects.fal_fields import fields_of
from workprint.dialects.fal_links import film_in, id_in, id_of, path_of
from workprint.dialects.plain import Plain
from workprint.dialects.replies import count, json_object, link_end, ok, retry_after, segment, word
from workprint.failures import Failure, Stage
from workprint.models import model_facts
from workprint.outcomes import (
    Accepted,
    Asked,
    Checked,
    NotThere,
    Observation,
    Reply,
    Request,
    Submitted,
    Unreadable,
)
from workprint.recovery import Grade
from workprint.redact import redact
from workprint.signatures import Scheme
from workprint.spec import Spec
from workprint.states import RenderState

_COMPLETED = "COMPLETED"
_STATES: dict[str, RenderState] = {"IN_QUEUE": RenderState.QUEUED, "IN_PROGRESS": RenderState.PROCESSING}


class FalDialect(Plain):
    """fal's language, both ways. Stateless."""

    name = "fal"
    title = "fal.ai"
    base_url = "https://queue.fal.run"
    auth_scheme = "Key"
    #: No list, no idempotency key: the callback's address is all of ours that comes back.
    recovery = Grade.CALLBACK
    signature = Scheme.FAL

    def submit(
        self,
        spec: Spec,
        media: Mapping[str, str],
        *,
        client_ref: str,  # noqa: ARG002 - fal takes no reference of ours
        draft_task_id: str | None = None,  # noqa: ARG002 - no native drafts
        callback_url: str | None = None,
    ) -> Request:
        """The POST into the queue. Raises `InputError` for a model without a field map, and what its map cannot say."""
        facts = model_facts(spec.model, self.name)
        fields = fields_of(facts)
        path = "".join(f"/{segment(part)}" for part in fields.endpoint(spec).split("/"))
        params = (("fal_webhook", callback_url),) if callback_url else ()
        return Request("POST", path, json=fal_body(spec, facts, fields, media), params=params)

    def read_submit(self, reply: Reply) -> Submitted:
        """Accepted with a request whose address is known; refused only where that is proven; else unanswered."""
        task_id = id_in(json_object(reply.body) or {})
        if ok(reply) and task_id:
            return Accepted(task_id, redact(reply.body))
        return FAL_ERRORS.no_task(reply, error_in(reply))

    def check(self, task_id: str) -> Request:
        """The GET of the status, which says nothing of the result."""
        return Request("GET", f"{path_of(task_id)}/status")

    def read_check(self, reply: Reply, now: datetime) -> Checked:  # noqa: ARG002 - links come with the result
        """How far it is; COMPLETED without an error is state None until the result was read."""
        if reply.status == 404:
            return NotThere(redact(reply.body))
        body = json_object(reply.body)
        if not ok(reply) or body is None or not word(body.get("status")):
            return Unreadable(FAL_ERRORS.failure(reply, Stage.RENDER, error_in(reply)))
        return _observe(body, reply)

    def follow_up(self, seen: Observation) -> Request | None:
        """The result of what is COMPLETED: only there is a film, or the model's own refusal."""
        ended = seen.code.upper() == _COMPLETED and seen.state is None
        return Request("GET", path_of(seen.task_id)) if ended and seen.task_id else None

    def read_follow_up(self, seen: Observation, reply: Reply, now: datetime) -> Checked:
        """A film, a failure, or nothing yet. 404: the result is gone (fal keeps them 30 days)."""
        if reply.status == 404:
            return NotThere(redact(reply.body))
        body, error = json_object(reply.body), error_in(reply)
        if ok(reply) and body is not None and word(body.get("status")).upper() not in _STATES:
            return self._film(replace(seen, raw=redact(reply.body)), body, now)
        if error is not None and (error.explicit or reply.status == 422):
            return _failed(replace(seen, raw=redact(reply.body)), error, reply.status)
        return Unreadable(FAL_ERRORS.failure(reply, Stage.RENDER, error))

    def task_named(self, body: bytes, model: str) -> str:
        """The request of `{request_id, gateway_request_id, status, payload, error}` at the model's own address.

        `gateway_request_id` is the try fal made, and no id anything can be asked by.
        """
        return id_of(model, word((json_object(body) or {}).get("request_id")))

    def cancel(self, task_id: str) -> Request:
        """The PUT. What waits is taken out of the queue; what runs only gets a signal its model may ignore."""
        return Request("PUT", f"{path_of(task_id)}/cancel")

    def _film(self, seen: Observation, result: dict[str, Any], now: datetime) -> Observation:
        link = film_in(result)
        if link is None:
            return _failed(seen, ErrorBody("", "the result has no usable link to a film"), 200)
        asked = Asked(seed=count(result.get("seed")))
        end = link_end(link, None, self.link_life, now)
        return replace(seen, state=RenderState.SUCCEEDED, link=link, link_expires_at=end, asked=asked)


def _observe(body: dict[str, Any], reply: Reply) -> Observation:
    code = word(body.get("status"))
    seen = Observation(
        task_id=id_in(body),
        state=_STATES.get(code.upper()),
        code=code,
        raw=redact(reply.body),
        retry_after=retry_after(reply),
    )
    error = error_of(body, body.get("error") or body.get("detail"))
    return _failed(seen, error, 200) if code.upper() == _COMPLETED and error else seen


def _failed(seen: Observation, error: ErrorBody, status: int) -> Observation:
    if error.code == CANCELLED:
        return replace(seen, state=RenderState.CANCELLED, code=CANCELLED)
    failure = Failure(FAL_ERRORS.classify(error, status), Stage.RENDER, error.code or seen.code, error.message)
    return replace(seen, state=RenderState.FAILED, failure=failure)
