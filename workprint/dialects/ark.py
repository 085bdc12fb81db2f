"""The ark dialect: Seedance on Volcengine Ark and BytePlus ModelArk, with native draft -> final.

Contract: Volcengine Ark docs 82379/1520757 (create, get, list, delete) and its Python SDK. Two rules matter most: a
POST counts as refused only when the answer proves it, and an unknown status is neither an end nor a success.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from workprint.dialects.ark_body import addressed, full_body, is_native_final, native_final_body
from workprint.dialects.ark_codes import ARK_ERRORS, error_in
from workprint.dialects.error_book import ErrorBody
from workprint.dialects.plain import Plain
from workprint.dialects.replies import (
    count,
    http_link,
    json_object,
    link_end,
    mapping,
    ok,
    retry_after,
    segment,
    usable_id,
    word,
    yes_or_no,
)
from workprint.failures import Failure, FailureKind, Stage
from workprint.links import from_unix
from workprint.models import model_facts
from workprint.outcomes import (
    Accepted,
    Asked,
    Checked,
    Listed,
    ListPage,
    NotThere,
    Observation,
    Reply,
    Request,
    Submitted,
    Unreadable,
)
from workprint.recovery import Grade
from workprint.redact import redact
from workprint.spec import Spec
from workprint.states import RenderState

_STATES: dict[str, RenderState] = {
    "queued": RenderState.QUEUED,
    "running": RenderState.PROCESSING,
    "succeeded": RenderState.SUCCEEDED,
    "failed": RenderState.FAILED,
    "cancelled": RenderState.CANCELLED,
    "expired": RenderState.EXPIRED,
}


class ArkDialect(Plain):
    """Ark's language, both ways. Stateless."""

    name = "ark"
    title = "Volcengine Ark / BytePlus (Seedance)"
    base_url = "https://ark.cn-beijing.volces.com"
    path_prefix = "/api/v3"
    #: `safety_identifier` is echoed by GET and list (docs 82379/1520757); the list goes back 7 days.
    recovery = Grade.CLIENT_REFERENCE
    #: Docs 82379/1520757: 24 hours. That asking again signs anew is not documented.
    link_life = timedelta(hours=24)
    #: What a profile of this language may say differently: the route, the words of its states, its error codes.
    tasks = "/contents/generations/tasks"
    states: Mapping[str, RenderState] = _STATES
    errors = ARK_ERRORS

    def submit(
        self,
        spec: Spec,
        media: Mapping[str, str],
        *,
        client_ref: str,
        draft_task_id: str | None = None,
        callback_url: str | None = None,
    ) -> Request:
        """The POST of a task. Raises `InputError` for an unknown model, a native final without draft and a reference
        without address.
        """
        if is_native_final(spec):
            body = native_final_body(spec, draft_task_id)
        else:
            body = full_body(spec, model_facts(spec.model, self.name), media)
        return Request("POST", self.tasks, json=addressed(body, client_ref, callback_url))

    def read_submit(self, reply: Reply) -> Submitted:
        """Accepted with an id; refused only where the answer proves that nothing was created; else unanswered."""
        body = json_object(reply.body)
        task_id = word((body or {}).get("id"))
        if ok(reply) and usable_id(task_id):
            return Accepted(task_id, redact(reply.body))
        return self.errors.no_task(reply, error_in(body))

    def check(self, task_id: str) -> Request:
        """The GET of one task."""
        return Request("GET", self._task_path(task_id))

    def read_check(self, reply: Reply, now: datetime) -> Checked:
        """The task; that it is not there (any more); or that the answer says nothing about it."""
        if reply.status == 404:
            return NotThere(redact(reply.body))
        body = json_object(reply.body)
        if not ok(reply) or body is None or not word(body.get("status")):
            return Unreadable(self.errors.failure(reply, Stage.RENDER, error_in(body)))
        return self._observe(body, redact(reply.body), now, retry_after(reply))

    def check_many(self, task_ids: Sequence[str]) -> Request | None:
        """The list, filtered by ids (`filter.task_ids`, repeatable)."""
        named = tuple(("filter.task_ids", task_id) for task_id in task_ids)
        return Request("GET", self.tasks, params=(("page_num", "1"), ("page_size", str(len(named))), *named))

    def task_named(self, body: bytes, model: str) -> str:  # noqa: ARG002 - the body says it all
        """Ark posts the task object itself, unsigned (docs 82379/1520757, `callback_url`)."""
        return word((json_object(body) or {}).get("id"))

    def cancel(self, task_id: str) -> Request:
        """The DELETE. Ark cancels a queued task, refuses on a running one, and on an ended one deletes the record."""
        return Request("DELETE", self._task_path(task_id))

    def list(self, page: ListPage) -> Request:
        """One page of the tasks of the last 7 days."""
        return Request("GET", self.tasks, params=(("page_num", str(page.number)), ("page_size", str(page.size))))

    def read_list(self, reply: Reply, now: datetime) -> Listed | Unreadable:
        """The tasks of one page. One item without an id makes the page unreadable: it might be the one looked for."""
        body = json_object(reply.body)
        items = (body or {}).get("items")
        if not ok(reply) or not isinstance(items, list):
            return Unreadable(self.errors.failure(reply, Stage.RENDER, error_in(body)))
        if not all(isinstance(item, dict) and usable_id(word(item.get("id"))) for item in items):
            return Unreadable(Failure(FailureKind.UPSTREAM, Stage.RENDER, "list", "an item without a task id"))
        return Listed(tuple(self._observe(item, redact(json.dumps(item)), now, None) for item in items))

    def _observe(self, body: dict[str, Any], raw: str, now: datetime, wait: float | None) -> Observation:
        code = word(body.get("status"))
        state, link = self.states.get(code.casefold()), self._link(body)
        if state is RenderState.SUCCEEDED and link is None:
            state = RenderState.FAILED
        done = state is RenderState.SUCCEEDED
        return Observation(
            task_id=word(body.get("id")),
            state=state,
            code=code,
            raw=raw,
            link=link if done else None,
            link_expires_at=self._link_end(body, link, now) if done and link else None,
            tokens=_tokens(body),
            failure=self._failure(body, state, code),
            client_ref=word(body.get("safety_identifier")),
            model=word(body.get("model")),
            asked=_asked(body),
            created_at=self._moment(body.get("created_at")),
            retry_after=wait,
        )

    def _link(self, body: dict[str, Any]) -> str | None:
        return http_link(mapping(body.get("content")).get("video_url"))

    def _link_end(self, body: dict[str, Any], link: str, now: datetime) -> datetime:
        return link_end(link, self._moment(body.get("updated_at")), self.link_life, now)

    def _moment(self, value: object) -> datetime | None:
        """A time as this provider writes it."""
        return from_unix(value)

    def _failure(self, body: dict[str, Any], state: RenderState | None, code: str) -> Failure | None:
        if state is RenderState.EXPIRED:
            return Failure(FailureKind.QUEUE_TIMEOUT, Stage.QUEUE, code, "the provider did not start the task in time")
        if state is not RenderState.FAILED:
            return None
        error = error_in(body) or ErrorBody(code, "the provider names no error and gives no usable link")
        return Failure(self.errors.classify(error, 200), Stage.RENDER, error.code or code, error.message)

    def _task_path(self, task_id: str) -> str:
        return f"{self.tasks}/{segment(task_id)}"


def _asked(body: dict[str, Any]) -> Asked:
    """What Ark echoes of the request. A duration or seed of -1 was left to the model and says nothing."""
    return Asked(
        duration=count(body.get("duration")),
        resolution=word(body.get("resolution")),
        ratio=_ratio(word(body.get("ratio"))),
        seed=count(body.get("seed")),
        audio=yes_or_no(body.get("generate_audio")),
        draft=yes_or_no(body.get("draft")),
        draft_task_id=word(body.get("draft_task_id")),
    )


def _ratio(said: str) -> str:
    return "" if said == "adaptive" else said


def _tokens(body: dict[str, Any]) -> int | None:
    usage = mapping(body.get("usage"))
    total = count(usage.get("total_tokens"))
    return count(usage.get("completion_tokens")) if total is None else total
