"""The ark dialect: Seedance on Volcengine Ark and BytePlus ModelArk, with native draft -> final.

Contract: Volcengine Ark docs 82379/1520757 (create, get, list, delete) and its Python SDK. Two rules matter most: a
POST counts as refused only when the answer proves it, and an unknown status is neither an end nor a success.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from workprint.dialects.ark_body import addressed, full_body, is_native_final, native_final_body
from workprint.dialects.ark_codes import (
    OUTCOME_UNKNOWN_CODES,
    ErrorBody,
    classify,
    error_in,
    failure_of,
    kind_of_code,
)
from workprint.dialects.replies import LONGEST_WORD, count, json_object, mapping, retry_after, word
from workprint.failures import Failure, FailureKind, Stage
from workprint.links import from_unix, is_http_link, link_expiry
from workprint.outcomes import (
    Accepted,
    Asked,
    Checked,
    NotThere,
    Observation,
    Refused,
    Reply,
    Request,
    Submitted,
    Unanswered,
    Unreadable,
)
from workprint.recovery import Grade
from workprint.redact import clean, redact
from workprint.spec import Spec
from workprint.states import RenderState

_TASKS = "/contents/generations/tasks"
_STATES: dict[str, RenderState] = {
    "queued": RenderState.QUEUED,
    "running": RenderState.PROCESSING,
    "succeeded": RenderState.SUCCEEDED,
    "failed": RenderState.FAILED,
    "cancelled": RenderState.CANCELLED,
    "expired": RenderState.EXPIRED,
}
#: Life of a result link that does not say its own end (docs 82379/1520757: 24 hours).
LINK_LIFE = timedelta(hours=24)
#: A gateway gave up waiting (504, and Cloudflare's 524): whatever the body says, the request may have gone through.
_GATEWAY_TIMEOUTS = frozenset({408, 504, 524})


class ArkDialect:
    """Ark's language, both ways. Stateless."""

    name = "ark"
    #: `safety_identifier` is echoed by GET and list (docs 82379/1520757); the list goes back 7 days.
    recovery = Grade.CLIENT_REFERENCE

    def submit(
        self,
        spec: Spec,
        media: Mapping[str, str],
        *,
        client_ref: str,
        draft_task_id: str | None = None,
        callback_url: str | None = None,
    ) -> Request:
        """The POST of a task. Raises `InputError` for a native final without draft and a reference without address."""
        body = native_final_body(spec, draft_task_id) if is_native_final(spec) else full_body(spec, media)
        return Request("POST", _TASKS, json=addressed(body, client_ref, callback_url))

    def read_submit(self, reply: Reply) -> Submitted:
        """Accepted with an id; refused only where the answer proves that nothing was created; else unanswered."""
        body, raw = json_object(reply.body), redact(reply.body)
        task_id = word((body or {}).get("id"))
        if _ok(reply) and _usable_id(task_id):
            return Accepted(task_id, raw)
        error = error_in(body)
        if error is None or not _proves_refusal(reply.status, error):
            return Unanswered(f"HTTP {reply.status} without a task id or a refusal", raw)
        return Refused(failure_of(reply, Stage.SUBMIT), raw)

    def check(self, task_id: str) -> Request:
        """The GET of one task."""
        return Request("GET", _task_path(task_id))

    def read_check(self, reply: Reply, now: datetime) -> Checked:
        """The task; that it is not there (any more); or that the answer says nothing about it."""
        if reply.status == 404:
            return NotThere(redact(reply.body))
        body = json_object(reply.body)
        if not _ok(reply) or body is None or not word(body.get("status")):
            return Unreadable(failure_of(reply, Stage.RENDER))
        return _observe(body, redact(reply.body), now, retry_after(reply))

    def check_many(self, task_ids: Sequence[str]) -> Request:
        """The list, filtered by ids (`filter.task_ids`, repeatable)."""
        named = tuple(("filter.task_ids", task_id) for task_id in task_ids)
        return Request("GET", _TASKS, params=(("page_num", "1"), ("page_size", str(len(named))), *named))

    def task_named(self, body: bytes) -> str:
        """Ark posts the task object itself, unsigned (docs 82379/1520757, `callback_url`)."""
        return word((json_object(body) or {}).get("id"))

    def cancel(self, task_id: str) -> Request:
        """The DELETE. Ark cancels a queued task, refuses on a running one, and on an ended one deletes the record."""
        return Request("DELETE", _task_path(task_id))

    def list(self, page: int, size: int) -> Request:
        """One page (from 1) of the tasks of the last 7 days."""
        return Request("GET", _TASKS, params=(("page_num", str(page)), ("page_size", str(size))))

    def read_list(self, reply: Reply, now: datetime) -> tuple[Observation, ...] | Unreadable:
        """The tasks of one page. One item without an id makes the page unreadable: it might be the one looked for."""
        items = (json_object(reply.body) or {}).get("items")
        if not _ok(reply) or not isinstance(items, list):
            return Unreadable(failure_of(reply, Stage.RENDER))
        if not all(isinstance(item, dict) and _usable_id(word(item.get("id"))) for item in items):
            return Unreadable(Failure(FailureKind.UPSTREAM, Stage.RENDER, "list", "an item without a task id"))
        return tuple(_observe(item, redact(json.dumps(item)), now, None) for item in items)


def _ok(reply: Reply) -> bool:
    return 200 <= reply.status < 300


def _usable_id(task_id: str) -> bool:
    """An id becomes the last part of a path: dots alone would name another one, and one cut short a stranger's."""
    return bool(task_id.strip(".")) and task_id.isprintable() and len(task_id) < LONGEST_WORD


def _task_path(task_id: str) -> str:
    return f"{_TASKS}/{quote(task_id, safe='')}"


def _proves_refusal(status: int, error: ErrorBody) -> bool:
    """A code that says "no" proves it at any status; an unknown one only in a 4xx, or as explicit error of a 2xx."""
    if status in _GATEWAY_TIMEOUTS or error.code.casefold().startswith(OUTCOME_UNKNOWN_CODES):
        return False
    if kind_of_code(error.code) not in {None, FailureKind.UPSTREAM}:
        return True
    return 400 <= status < 500 or (200 <= status < 300 and error.explicit)


def _observe(body: dict[str, Any], raw: str, now: datetime, wait: float | None) -> Observation:
    code = word(body.get("status"))
    state, link = _STATES.get(code.casefold()), _link(body)
    if state is RenderState.SUCCEEDED and link is None:
        state = RenderState.FAILED
    done = state is RenderState.SUCCEEDED
    return Observation(
        task_id=word(body.get("id")),
        state=state,
        code=code,
        raw=raw,
        link=link if done else None,
        link_expires_at=_link_end(body, link, now) if done and link else None,
        tokens=_tokens(body),
        failure=_failure(body, state, code),
        client_ref=word(body.get("safety_identifier")),
        model=word(body.get("model")),
        asked=_asked(body),
        created_at=from_unix(body.get("created_at")),
        retry_after=wait,
    )


def _asked(body: dict[str, Any]) -> Asked:
    """What Ark echoes of the request. A duration or seed of -1 was left to the model and says nothing."""
    return Asked(
        duration=count(body.get("duration")),
        resolution=word(body.get("resolution")),
        ratio=_ratio(word(body.get("ratio"))),
        seed=count(body.get("seed")),
        audio=_yes_or_no(body.get("generate_audio")),
        draft=_yes_or_no(body.get("draft")),
        draft_task_id=word(body.get("draft_task_id")),
    )


def _ratio(said: str) -> str:
    return "" if said == "adaptive" else said


def _yes_or_no(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _link(body: dict[str, Any]) -> str | None:
    url = mapping(body.get("content")).get("video_url")
    return clean(url) if isinstance(url, str) and is_http_link(url) else None


def _link_end(body: dict[str, Any], link: str, now: datetime) -> datetime:
    said = link_expiry(link)
    if said is not None:
        return said
    start = from_unix(body.get("updated_at")) or now
    # A time near the end of the calendar is nonsense, not a reason to fail.
    return start + LINK_LIFE if start.year < 9999 else now + LINK_LIFE


def _tokens(body: dict[str, Any]) -> int | None:
    usage = mapping(body.get("usage"))
    total = count(usage.get("total_tokens"))
    return count(usage.get("completion_tokens")) if total is None else total


def _failure(body: dict[str, Any], state: RenderState | None, code: str) -> Failure | None:
    if state is RenderState.EXPIRED:
        return Failure(FailureKind.QUEUE_TIMEOUT, Stage.QUEUE, code, "the provider did not start the task in time")
    if state is not RenderState.FAILED:
        return None
    error = error_in(body) or ErrorBody(code, "the provider names no error and gives no usable link")
    return Failure(classify(error.code, 200), Stage.RENDER, error.code or code, error.message)
