"""The OpenAI-videos family: one way to make films, two routes to it.

- `newapi`: `/v1/video/generations` of New API, the relay behind most resellers. It cannot cancel, list, call back with
  ids of its own or look anything up: a person decides about every lost submit. Links are the upstream's and live as
  long as those do (not documented here: one hour is counted), or lead to the relay's `/content`, which wants the key.
- `openai_shape`: `/v1/videos` as OpenAI had it until September 2026 and resellers, LiteLLM, vLLM-Omni and SGLang have
  it still. Films are bytes behind the key. Its list finds lost submits by what was asked; a server without one answers
  404, and a person decides. Servers of one's own keep tasks in memory: 404 on a known id means lost. DELETE is never
  sent: vLLM-Omni aborts, SGLang forgets the record and works on, others delete a film that was paid for.

Whether failed tasks cost anything: New API gives the quota back (its source), for all else it is not documented.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workprint.dialects.openai_videos_body import for_form, newapi_body, shape_body
from workprint.dialects.openai_videos_codes import VIDEO_ERRORS, error_in, is_gone, no_task
from workprint.dialects.openai_videos_task import (
    STATES,
    asked_of,
    end_said,
    failure_of,
    id_of,
    link_in,
    model_of,
    progress_of,
    task_in,
    times_of,
    tokens_of,
)
from workprint.dialects.plain import Plain
from workprint.dialects.replies import json_object, link_end, ok, retry_after, segment, usable_id, word
from workprint.failures import Failure, FailureKind, Stage
from workprint.models import model_facts
from workprint.outcomes import (
    Accepted,
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

_SHAPE = "/v1/videos"
#: The most that OpenAI's list gives at once.
_LONGEST_PAGE = 100


class _VideosDialect(Plain):
    """What both routes have in common. Stateless."""

    name: str
    route: str
    #: Only ever sent to the API's own host: films behind `/content` want it, links to anywhere else do not get it.
    link_wants_key = True

    def read_submit(self, reply: Reply) -> Submitted:
        """Accepted with an id; refused only where the answer proves that nothing was created; else unanswered."""
        task_id = id_of(task_in(json_object(reply.body)))
        return Accepted(task_id, redact(reply.body)) if ok(reply) and usable_id(task_id) else no_task(reply)

    def check(self, task_id: str) -> Request:
        """The GET of one task."""
        return Request("GET", f"{self.route}/{segment(task_id)}")

    def read_check(self, reply: Reply, now: datetime) -> Checked:
        """The task; that it is not there (any more); or that the answer says nothing about it."""
        if is_gone(reply):
            return NotThere(redact(reply.body))
        body = json_object(reply.body)
        task = task_in(body)
        if not ok(reply) or not word(task.get("status")):
            return Unreadable(VIDEO_ERRORS.failure(reply, Stage.RENDER, error_in(body)))
        return self._observe(task, redact(reply.body), now, retry_after(reply))

    def _film(self, task: dict[str, Any]) -> str | None:
        """Where the film of a task that succeeded is."""
        return link_in(task)

    def _observe(self, task: dict[str, Any], raw: str, now: datetime, wait: float | None) -> Observation:
        code = word(task.get("status"))
        state, link = STATES.get(code.casefold()), None
        if state is RenderState.SUCCEEDED and (link := self._film(task)) is None:
            state = RenderState.FAILED
        made, done = times_of(task)
        return Observation(
            task_id=id_of(task),
            state=state,
            code=code,
            raw=raw,
            progress=progress_of(task),
            link=link,
            link_expires_at=(end_said(task) or link_end(link, done, self.link_life, now)) if link else None,
            tokens=tokens_of(task),
            failure=failure_of(task, state, code),
            model=model_of(task),
            asked=asked_of(task, self.name),
            created_at=made,
            retry_after=wait,
        )


class NewApiDialect(_VideosDialect):
    """New API's generic route."""

    name = "newapi"
    title = "New API relay (/v1/video/generations)"
    route = "/v1/video/generations"

    def submit(
        self,
        spec: Spec,
        media: Mapping[str, str],
        *,
        client_ref: str,  # noqa: ARG002 - New API takes no reference of ours
        draft_task_id: str | None = None,  # noqa: ARG002 - no native drafts
        callback_url: str | None = None,  # noqa: ARG002 - it would go to the upstream
    ) -> Request:
        """The POST of a task. Raises `InputError` for a native final, a reference without address, an unknown model."""
        return Request("POST", self.route, json=newapi_body(spec, model_facts(spec.model, self.name), media))


class OpenAIShapeDialect(_VideosDialect):
    """`/v1/videos`: resellers, LiteLLM, vLLM-Omni, SGLang."""

    name = "openai_shape"
    title = "OpenAI-videos shape (/v1/videos: resellers, LiteLLM, vLLM-Omni, SGLang)"
    route = _SHAPE
    recovery = Grade.FINGERPRINT

    def submit(
        self,
        spec: Spec,
        media: Mapping[str, str],
        *,
        client_ref: str,  # noqa: ARG002 - the shape takes no reference of ours
        draft_task_id: str | None = None,  # noqa: ARG002 - no native drafts
        callback_url: str | None = None,  # noqa: ARG002 - no callbacks
    ) -> Request:
        """The POST of a task; a form where the model's facts say so. Raises `InputError` for what cannot be said."""
        facts = model_facts(spec.model, self.name)
        body, form = shape_body(spec, facts, media), facts.fields.get("form") is True
        return Request("POST", self.route, json=for_form(body) if form else body, form=form)

    def list(self, page: ListPage) -> Request:
        """One page: its cursor is the id of the last task of the page before."""
        size = str(min(page.size, _LONGEST_PAGE))
        after = (("after", page.cursor),) if page.cursor else ()
        return Request("GET", self.route, params=(("limit", size), ("order", "desc"), *after))

    def read_list(self, reply: Reply, now: datetime) -> Listed | Unreadable:
        """The tasks of one page. One without an id makes the page unreadable: it might be the one looked for."""
        body = json_object(reply.body)
        items = (body or {}).get("data")
        if not ok(reply) or not isinstance(items, list):
            return Unreadable(VIDEO_ERRORS.failure(reply, Stage.RENDER, error_in(body)))
        if not all(isinstance(item, dict) and usable_id(id_of(item)) for item in items):
            return Unreadable(Failure(FailureKind.UPSTREAM, Stage.RENDER, "list", "an item without a task id"))
        # What is kept of one task of a list is that task, not the whole page.
        tasks = tuple(self._observe(item, redact(json.dumps(item)), now, None) for item in items)
        return Listed(tasks, tasks[-1].task_id if tasks else "")

    def _film(self, task: dict[str, Any]) -> str | None:
        """A link where the task has one, else its bytes at the API itself."""
        task_id = id_of(task)
        return link_in(task) or (f"{self.route}/{segment(task_id)}/content" if usable_id(task_id) else None)
