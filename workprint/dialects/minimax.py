"""The minimax dialect: MiniMax video generation v2 (H3), with native draft -> final.

Contract: MiniMax docs "Create Video Generation Task", "Create Video Regeneration Task", "Query Task", "List Tasks",
"Cancel or Delete Task" (read in mirrors of the official pages). A 768P task is the draft; its 2K final is made from it
by `source_task_id` within 7 days, which MiniMax opens per account. There is no reference of ours and no idempotency
key: a lost submit is told by what the list says of each task. No seed, no switch for sound (there always is some), no
field for what to avoid.

Not found, so the careful side: the life of a link (an hour from now; asking again gives a fresh one), whether a failed
task costs anything, the shape of a callback (the answer of "Query Task", and a bare task, are read), the status of an
unknown task (404, or an error that says `invalid task_id`). Sending the draft's bytes back as `base_video` is not done.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workprint.dialects.error_book import ErrorBody
from workprint.dialects.minimax_body import generation_body, is_native_final, regeneration_body
from workprint.dialects.minimax_codes import MINIMAX_ERRORS, error_in, says_gone
from workprint.dialects.plain import Plain
from workprint.dialects.replies import (
    amount,
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
    Unanswered,
    Unreadable,
)
from workprint.recovery import Grade
from workprint.redact import redact
from workprint.spec import Spec
from workprint.states import RenderState

_GENERATION = "/v2/video_generation"
_REGENERATION = "/v2/video_regeneration"
_QUERY = "/v2/query/video_generation"
_STATES: dict[str, RenderState] = {
    "queued": RenderState.QUEUED,
    "running": RenderState.PROCESSING,
    "succeeded": RenderState.SUCCEEDED,
    "failed": RenderState.FAILED,
    "cancelled": RenderState.CANCELLED,
    "expired": RenderState.EXPIRED,
}


class MiniMaxDialect(Plain):
    """MiniMax's language, both ways. Stateless."""

    name = "minimax"
    title = "MiniMax (H3)"
    base_url = "https://api.minimax.io"
    recovery = Grade.FINGERPRINT

    def submit(
        self,
        spec: Spec,
        media: Mapping[str, str],
        *,
        client_ref: str,  # noqa: ARG002 - MiniMax takes no reference of ours
        draft_task_id: str | None = None,
        callback_url: str | None = None,
    ) -> Request:
        """The POST of a task. Raises `InputError` for an unknown model, a native final without draft, a spec without
        words and a reference without address.
        """
        where = {"callback_url": callback_url} if callback_url else {}
        if is_native_final(spec):
            return Request("POST", _REGENERATION, json=regeneration_body(spec, draft_task_id) | where)
        body = generation_body(spec, model_facts(spec.model, self.name), media)
        return Request("POST", _GENERATION, json=body | where)

    def read_submit(self, reply: Reply) -> Submitted:
        """Accepted with an id; refused only where the answer proves that nothing was created; else unanswered."""
        body = json_object(reply.body)
        task_id, error = word((body or {}).get("task_id")), error_in(body)
        if ok(reply) and error is None and usable_id(task_id):
            return Accepted(task_id, redact(reply.body))
        if ok(reply) and task_id:
            return Unanswered("a task id and an error in one answer", redact(reply.body))
        return MINIMAX_ERRORS.no_task(reply, error)

    def check(self, task_id: str) -> Request:
        """The GET of one task."""
        return Request("GET", f"{_QUERY}/{segment(task_id)}")

    def read_check(self, reply: Reply, now: datetime) -> Checked:
        """The task; that it is not there (any more); or that the answer says nothing about it."""
        body = json_object(reply.body)
        task = _task_in(body)
        error = error_in(body) if "status" not in task else None
        if reply.status == 404 or (error is not None and says_gone(error)):
            return NotThere(redact(reply.body))
        if not ok(reply) or error is not None or not word(task.get("status")):
            return Unreadable(MINIMAX_ERRORS.failure(reply, Stage.RENDER, error))
        return self._observe(task, redact(reply.body), now, retry_after(reply))

    def check_many(self, task_ids: Sequence[str]) -> Request:
        """The list, filtered by ids (`filter.task_ids`, repeatable)."""
        named = tuple(("filter.task_ids", task_id) for task_id in task_ids)
        return Request("GET", _QUERY, params=(("page_num", "1"), ("page_size", str(len(named))), *named))

    def task_named(self, body: bytes, model: str) -> str:  # noqa: ARG002 - the body says it all
        """The task of a callback; empty for the challenge that comes before the first one."""
        told = json_object(body)
        return word(_task_in(told).get("id")) or word((told or {}).get("task_id"))

    def cancel(self, task_id: str) -> Request:
        """The DELETE. A queued task is cancelled and not charged, a running one refused, an ended one forgotten."""
        return Request("DELETE", f"{_GENERATION}/{segment(task_id)}")

    def list(self, page: ListPage) -> Request:
        """One page of the tasks of the last 7 days."""
        return Request("GET", _QUERY, params=(("page_num", str(page.number)), ("page_size", str(page.size))))

    def read_list(self, reply: Reply, now: datetime) -> Listed | Unreadable:
        """The tasks of one page. One item without an id makes the page unreadable: it might be the one looked for."""
        body = json_object(reply.body)
        items, error = (body or {}).get("items"), error_in(body)
        if not ok(reply) or error is not None or not isinstance(items, list):
            return Unreadable(MINIMAX_ERRORS.failure(reply, Stage.RENDER, error))
        if not all(isinstance(item, dict) and usable_id(word(item.get("id"))) for item in items):
            return Unreadable(Failure(FailureKind.UPSTREAM, Stage.RENDER, "list", "an item without a task id"))
        return Listed(tuple(self._observe(item, redact(json.dumps(item)), now, None) for item in items))

    def _observe(self, task: dict[str, Any], raw: str, now: datetime, wait: float | None) -> Observation:
        code = word(task.get("status"))
        state, link = _STATES.get(code.casefold()), http_link(mapping(task.get("content")).get("url"))
        if state is RenderState.SUCCEEDED and link is None:
            state = RenderState.FAILED
        done = state is RenderState.SUCCEEDED
        return Observation(
            task_id=word(task.get("id")),
            state=state,
            code=code,
            raw=raw,
            link=link if done else None,
            # Every answer may hold a fresh link, so its life is counted from the answer.
            link_expires_at=link_end(link, None, self.link_life, now) if done and link else None,
            seconds=amount(mapping(task.get("usage")).get("total_seconds")),
            failure=_failure(task, state, code),
            model=word(task.get("model")),
            asked=_asked(task),
            created_at=from_unix(task.get("created_at")),
            retry_after=wait,
        )


def _task_in(body: dict[str, Any] | None) -> dict[str, Any]:
    """The task of an answer or a callback, in its wrapper or bare; empty without one."""
    found = (body or {}).get("task", body)
    return found if isinstance(found, dict) else {}


def _asked(task: dict[str, Any]) -> Asked:
    """What MiniMax echoes of the request. A ratio it chose itself says nothing of what was asked."""
    ratio = word(task.get("ratio"))
    return Asked(
        duration=count(task.get("duration")),
        resolution=word(task.get("resolution")).lower(),
        ratio="" if ratio == "adaptive" else ratio,
        draft=False if word(task.get("task_type")) == "regeneration" else None,
    )


def _failure(task: dict[str, Any], state: RenderState | None, code: str) -> Failure | None:
    if state is RenderState.EXPIRED:
        return Failure(FailureKind.QUEUE_TIMEOUT, Stage.QUEUE, code, "the provider did not start the task in time")
    if state is not RenderState.FAILED:
        return None
    error = error_in(task) or ErrorBody("", "the provider names no error and gives no usable link")
    return Failure(MINIMAX_ERRORS.classify(error, 200), Stage.RENDER, error.code or code, error.message)
