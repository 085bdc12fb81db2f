"""Dialects: pure translation between a spec and one provider's words, both ways. No I/O: the `VideoProvider` block
carries the requests and brings the replies.

A dialect never raises on what a provider says: an answer it cannot read becomes `Unanswered` or `Unreadable`, and an
unknown status becomes an `Observation` with `state=None`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from workprint.outcomes import Checked, Observation, Reply, Request, Submitted, Unreadable
from workprint.recovery import Grade
from workprint.spec import Spec


class Dialect(Protocol):
    """One provider family's language."""

    name: str
    #: What this provider offers to find a lost submit again.
    recovery: Grade

    def submit(
        self,
        spec: Spec,
        media: Mapping[str, str],
        *,
        client_ref: str,
        draft_task_id: str | None = None,
        callback_url: str | None = None,
    ) -> Request:
        """The POST that makes a task. `media` maps a reference's SHA-256 to a URL or data URL for the provider."""
        ...

    def read_submit(self, reply: Reply) -> Submitted:
        """What the answer to the POST means."""
        ...

    def check(self, task_id: str) -> Request:
        """The GET of one task."""
        ...

    def read_check(self, reply: Reply, now: datetime) -> Checked:
        """What the answer to the GET means. `now` stands in for the link's start where the provider gives none."""
        ...

    def check_many(self, task_ids: Sequence[str]) -> Request | None:
        """One question about several tasks, answered like a list; None where the provider has no such question."""
        ...

    def task_named(self, body: bytes) -> str:
        """The task id a callback's body names; empty without one. A nudge only: nothing else of it is believed."""
        ...

    def cancel(self, task_id: str) -> Request:
        """The request that cancels a task that has not started."""
        ...

    def list(self, page: int, size: int) -> Request:
        """One page (from 1) of our recent tasks, newest first. Only asked for where `recovery` lists."""
        ...

    def read_list(self, reply: Reply, now: datetime) -> tuple[Observation, ...] | Unreadable:
        """The tasks of one page; empty past the end. Unreadable is not empty: absence must be proven, not assumed."""
        ...
