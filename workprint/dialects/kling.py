"""The kling dialect: Kling API 2.0 (model in the path), the one mainstream provider that keeps our own id unique.

Contract: Kling API docs "Text to Video", "Image to Video", "Omni Video Generation", "Error Codes", "Callback Protocol"
(read in mirrors of the official pages). Three rules matter most: `external_task_id` is unique in the account and can be
asked for, so a lost submit is found by it or sent again with it; a refusal that says the id exists already is no
refusal; the body's `code` decides before the HTTP status.

Not found, so the careful side: a cancel (none), the route of Kling 4.0 (add it to your own models file), whether a
failed task costs anything (what `billing` says is believed), the error of an id that is taken (third parties saw
`1201 ... already exists`: unanswered, and looked up). There is no seed, no negative prompt and no camera field. Tasks
say neither their model nor what they were asked for.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from workprint.dialects.error_book import ErrorBody
from workprint.dialects.kling_body import kling_body, path_of
from workprint.dialects.kling_codes import KLING_ENDINGS, KLING_ERRORS, error_in, says_gone, says_taken
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
    usable_id,
    word,
    yes_or_no,
)
from workprint.failures import Failure, FailureKind, Stage
from workprint.links import from_unix
from workprint.models import model_facts
from workprint.outcomes import (
    Accepted,
    Checked,
    Cost,
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
from workprint.signatures import Scheme
from workprint.spec import Spec
from workprint.states import RenderState

_TASKS = "/tasks"
#: Ids one question may name: more were refused with 1201 (seen by third parties, not documented).
_MOST_IDS = 20
_STATES: dict[str, RenderState] = {
    "submitted": RenderState.QUEUED,
    "processing": RenderState.PROCESSING,
    "succeeded": RenderState.SUCCEEDED,
    # The older API's word, which the same list may show.
    "succeed": RenderState.SUCCEEDED,
    "failed": RenderState.FAILED,
}


class KlingDialect(Plain):
    """Kling's language, both ways. Stateless."""

    name = "kling"
    title = "Kling AI"
    base_url = "https://api-singapore.klingai.com"
    recovery = Grade.CLIENT_ID
    #: "Cleared after 30 days".
    link_life = timedelta(days=30)
    batch = _MOST_IDS
    #: Signed once a webhook secret was made in the console.
    signature = Scheme.STANDARD_WEBHOOKS

    def submit(
        self,
        spec: Spec,
        media: Mapping[str, str],
        *,
        client_ref: str,
        draft_task_id: str | None = None,  # noqa: ARG002 - no native drafts
        callback_url: str | None = None,
    ) -> Request:
        """The POST of a task. Raises `InputError` for an unknown model and what `kling_body` cannot say."""
        facts = model_facts(spec.model, self.name)
        return Request("POST", path_of(spec, facts), json=kling_body(spec, facts, media, client_ref, callback_url))

    def read_submit(self, reply: Reply) -> Submitted:
        """Accepted with an id and code 0; refused only where that is proven, which "already exists" never is."""
        body = json_object(reply.body)
        error, task_id = error_in(body), word(mapping((body or {}).get("data")).get("id"))
        if ok(reply) and error is None and usable_id(task_id):
            return Accepted(task_id, redact(reply.body))
        if error is not None and (task_id or says_taken(error)):
            return Unanswered(
                f"the provider may have this task already: {error.code} {error.message}", redact(reply.body)
            )
        return KLING_ERRORS.no_task(reply, error)

    def check(self, task_id: str) -> Request:
        """The question about one task."""
        return _asked_for("task_ids", task_id)

    def read_check(self, reply: Reply, now: datetime) -> Checked:
        """The task; that there is none (`data: []`); or that the answer says nothing about it, as a bare 404 does."""
        body = json_object(reply.body)
        error, tasks = error_in(body), _tasks_in(body)
        if error is not None and says_gone(error):
            return NotThere(redact(reply.body))
        if not ok(reply) or error is not None or tasks is None or len(tasks) > 1:
            return _unreadable(reply, error)
        if not tasks:
            return NotThere(redact(reply.body))
        if not word(tasks[0].get("status")):
            return _unreadable(reply, None)
        return self._observe(tasks[0], redact(reply.body), now, retry_after(reply))

    def check_many(self, task_ids: Sequence[str]) -> Request | None:
        """The first twenty in one question. None where an id has a comma, by which Kling parts them."""
        if any("," in task_id for task_id in task_ids):
            return None
        return _asked_for("task_ids", ",".join(task_ids[:_MOST_IDS]))

    def look_up(self, client_ref: str) -> Request:
        """The task with our own id. Empty means that none is visible yet: reads may lag behind a submit."""
        return _asked_for("external_task_ids", client_ref)

    def task_named(self, body: bytes, model: str) -> str:  # noqa: ARG002 - the body says it all
        """The id in a callback, whose body is the task itself."""
        return word((json_object(body) or {}).get("id"))

    def list(self, page: ListPage) -> Request:
        """A POST that only asks. The end of the window is Kling's own now, whatever our clock says."""
        start = int(page.since.timestamp() * 1000)
        asked = {"cursor": page.cursor} if page.cursor else {"start_time": start}
        return Request("POST", _TASKS, json={**asked, "limit": page.size})

    def read_list(self, reply: Reply, now: datetime) -> Listed | Unreadable:
        """The tasks of one page, of a look-up or of several ids. One without an id makes the page unreadable."""
        body = json_object(reply.body)
        error, tasks = error_in(body), _tasks_in(body)
        if not ok(reply) or error is not None or body is None or tasks is None:
            return _unreadable(reply, error)
        data = mapping(body.get("data"))
        more = yes_or_no(data.get("has_more"))
        cursor = word(data.get("next_cursor")) if more is not False else ""
        seen = (self._observe(task, redact(json.dumps(task)), now, None) for task in tasks)
        return Listed(tuple(seen), cursor, last=not cursor)

    def _observe(self, task: dict[str, Any], raw: str, now: datetime, wait: float | None) -> Observation:
        code = word(task.get("status"))
        state, link = _STATES.get(code.casefold()), _film(task.get("outputs"))
        if state is RenderState.SUCCEEDED and link is None:
            state = RenderState.FAILED
        done, made = state is RenderState.SUCCEEDED, _moment(task.get("update_time"))
        return Observation(
            task_id=word(task.get("id")),
            state=state,
            code=code,
            raw=raw,
            link=link if done else None,
            link_expires_at=link_end(link, made, self.link_life, now) if done and link else None,
            cost=_cost(task.get("billing")),
            failure=_failure(task, code) if state is RenderState.FAILED else None,
            client_ref=word(task.get("external_id")),
            created_at=_moment(task.get("create_time")),
            retry_after=wait,
        )


def _asked_for(name: str, ids: str) -> Request:
    return Request("GET", _TASKS, params=((name, ids),))


def _unreadable(reply: Reply, error: ErrorBody | None) -> Unreadable:
    return Unreadable(KLING_ERRORS.failure(reply, Stage.RENDER, error))


def _tasks_in(body: dict[str, Any] | None) -> list[dict[str, Any]] | None:
    """The tasks of an answer: a list, one task, or a page `{result, count, next_cursor, has_more}`; None: neither.

    A page without tasks has been seen as `{"count": 0, "has_more": false}`.
    """
    data = (body or {}).get("data")
    if isinstance(data, dict) and "id" in data:
        data = [data]
    elif isinstance(data, dict):
        data = data.get("result", [] if count(data.get("count")) == 0 else None)
    if not isinstance(data, list):
        return None
    known = all(isinstance(task, dict) and usable_id(word(task.get("id"))) for task in data)
    return data if known else None


def _moment(milliseconds: object) -> datetime | None:
    found = count(milliseconds)
    return None if found is None else from_unix(found / 1000)


def _film(outputs: object) -> str | None:
    """The first film; pictures and sounds beside it are passed over."""
    found = [mapping(output) for output in outputs] if isinstance(outputs, list) else []
    return next(
        (link for output in found if output.get("type") == "video" and (link := http_link(output.get("url")))), None
    )


def _cost(billing: object) -> Cost | None:
    """The money of all lines together. None as soon as one is no money: units of a package have no price here."""
    lines = [mapping(line) for line in billing] if isinstance(billing, list) else []
    sums = [amount(line.get("amount")) for line in lines if line.get("charge_type") == "cash"]
    currencies = {word(line.get("currency")).upper() for line in lines}
    said = [one for one in sums if one is not None]
    if not lines or len(said) != len(lines) or len(currencies) != 1:
        return None
    currency = currencies.pop()
    return Cost(sum(said, Decimal(0)), currency) if len(currency) == 3 and currency.isalpha() else None


def _failure(task: dict[str, Any], code: str) -> Failure:
    message = task.get("message")
    said = redact(message) if isinstance(message, str) and message.strip() else ""
    error = ErrorBody("", said or "the provider names no reason and gives no usable link")
    kind = KLING_ENDINGS.kind_of(error) or FailureKind.UPSTREAM
    return Failure(kind, Stage.RENDER, code, error.message)
