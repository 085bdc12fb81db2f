"""The alltoken dialect: Ark's language on AllToken's own routes, with native draft -> final.

Contract: https://alltoken.ai/docs/apis/video, and the types of their OpenAPI document as their SDKs carry them
(alltoken-node, alltoken-python 0.2.36). What differs from Ark: the prompt stands beside the content, states and times
have other words, the link stands at the top with its end, cancelling is a POST. References are public http(s)
addresses only: data URLs were taken away on 2026-08-06.

Not found, so the careful side: whether a final from a draft may leave out the prompt (the types require it: it is
sent, and the gateway refuses or ignores it before anything is bought), paging and order of the list (`limit` grows
with the page; absent is only what a whole list does not hold), the body and the signature of callbacks (unsigned, and
only an id of AllToken's own form is a nudge: a relay may forward its upstream's), whether asking again renews a link
(no), whether a failed task costs anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from workprint.dialects.alltoken_codes import ALLTOKEN_ERRORS
from workprint.dialects.ark import ArkDialect
from workprint.dialects.ark_body import addressed, is_native_final, items, native_final_body, settings
from workprint.dialects.replies import count, http_link, iso_time, json_object
from workprint.dialects.wording import spec_text
from workprint.errors import InputError
from workprint.failures import Failure, FailureKind, Stage
from workprint.models import model_facts
from workprint.outcomes import Listed, ListPage, Observation, Reply, Request, Unreadable
from workprint.problems import Problem
from workprint.spec import Spec
from workprint.states import RenderState

_TASK = "vgen_"
_STATES: dict[str, RenderState] = {
    "queued": RenderState.QUEUED,
    "processing": RenderState.PROCESSING,
    "completed": RenderState.SUCCEEDED,
    # A comment in their documents says this word.
    "succeeded": RenderState.SUCCEEDED,
    "failed": RenderState.FAILED,
    "cancelled": RenderState.CANCELLED,
    "expired": RenderState.EXPIRED,
}


class AllTokenDialect(ArkDialect):
    """AllToken's language, both ways. Stateless."""

    name = "alltoken"
    title = "AllToken (Seedance)"
    base_url = "https://api.alltoken.ai"
    path_prefix = "/v1"
    #: Only for a link without `video_url_expires_at`.
    link_life = timedelta(hours=1)
    tasks = "/videos/generations"
    states = _STATES
    errors = ALLTOKEN_ERRORS

    def submit(
        self,
        spec: Spec,
        media: Mapping[str, str],
        *,
        client_ref: str,
        draft_task_id: str | None = None,
        callback_url: str | None = None,
    ) -> Request:
        """The POST of a task. Raises `InputError` for an unknown model, a native final without draft, and a reference
        without an http(s) address.
        """
        facts = model_facts(spec.model, self.name)
        _check_addresses(media)
        body: dict[str, Any] = {"model": spec.model, "prompt": spec_text(spec, facts)}
        if is_native_final(spec):
            body |= native_final_body(spec, draft_task_id)
        else:
            content = items(spec, media)
            body |= settings(spec, facts) | ({"content": content} if content else {})
        return Request("POST", self.tasks, json=addressed(body, client_ref, callback_url))

    def check_many(self, task_ids: Sequence[str]) -> Request | None:  # noqa: ARG002 - the list has no such filter
        """Each task is asked for by itself."""
        return None

    def task_named(self, body: bytes, model: str) -> str:
        """An id of AllToken's own form: their callbacks are not documented."""
        task_id = super().task_named(body, model)
        return task_id if task_id.startswith(_TASK) else ""

    def cancel(self, task_id: str) -> Request:
        """The POST. 409: the task has ended."""
        return Request("POST", f"{self._task_path(task_id)}/cancel")

    def list(self, page: ListPage) -> Request:
        """The newest tasks: there are no pages, so a later one asks for more."""
        return Request("GET", self.tasks, params=(("limit", str(page.number * page.size)),))

    def read_list(self, reply: Reply, now: datetime) -> Listed | Unreadable:
        """The tasks. `total` tells whether they are all; else their own times must show that the newest came first."""
        listed = super().read_list(reply, now)
        if isinstance(listed, Unreadable):
            return listed
        total = count((json_object(reply.body) or {}).get("total"))
        if total is not None and total <= len(listed.tasks):
            return replace(listed, last=True)
        if not _newest_first(listed.tasks):
            raw = f"{len(listed.tasks)} of {total} tasks, and not the newest first"
            return Unreadable(Failure(FailureKind.UPSTREAM, Stage.RENDER, "list", raw))
        return listed

    def _link(self, body: dict[str, Any]) -> str | None:
        return http_link(body.get("video_url"))

    def _link_end(self, body: dict[str, Any], link: str, now: datetime) -> datetime:
        """By `video_url_expires_at`; a link that is said to have ended has."""
        end = self._moment(body.get("video_url_expires_at")) or super()._link_end(body, link, now)
        return min(end, now) if body.get("is_expired") is True else end

    def _moment(self, value: object) -> datetime | None:
        """ISO 8601."""
        return iso_time(value)


def _newest_first(tasks: Sequence[Observation]) -> bool:
    """Whether every task says when it was made, none is newer than the one before it, and not all are of one moment."""
    times = [task.created_at for task in tasks if task.created_at is not None]
    falling = all(earlier >= later for earlier, later in pairwise(times))
    return len(times) == len(tasks) > 1 and falling and times[0] > times[-1]


def _check_addresses(media: Mapping[str, str]) -> None:
    if all(http_link(url) for url in media.values()):
        return
    rule = "AllToken reads references at public http(s) addresses only"
    fix = "set reference_delivery of the provider block to link, with a bucket AllToken can reach"
    zh = "AllToken 只接受公网 http(s) 参考素材；请将 provider 配置的 reference_delivery 设为 link。"
    raise InputError([Problem("provider.reference_delivery", rule, fix, zh=zh)])
