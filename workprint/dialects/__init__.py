"""Dialects: pure translation between a spec and one provider's words, both ways. No I/O: the `VideoProvider` block
carries the requests and brings the replies.

A dialect never raises on what a provider says: an answer it cannot read becomes `Unanswered` or `Unreadable`, and an
unknown status becomes an `Observation` with `state=None`. Success without a usable link is a failure.

One file per provider family (and one for its error codes, one for its body where that is long), one line in
`registry.py`. `plain.py` holds what most providers cannot do, `error_book.py` what their errors have in common,
`replies.py` how values are read. "Write a dialect" in docs/ leads through it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from workprint.outcomes import Checked, Listed, ListPage, Observation, Reply, Request, Submitted, Unreadable
from workprint.recovery import Grade
from workprint.signatures import Scheme
from workprint.spec import Spec


class Dialect(Protocol):
    """One provider family's language."""

    #: The word a provider block carries.
    name: str
    #: What a person calls it.
    title: str
    #: Where its API is (scheme and host), and the path before every route; empty: the user must say.
    base_url: str
    path_prefix: str
    #: The word before the key in `Authorization`.
    auth_scheme: str
    #: What this provider offers to find a lost submit again.
    recovery: Grade
    #: Life of a result link that does not tell its own end.
    link_life: timedelta
    #: Whether result links want the key. It is only ever sent to the API's own host.
    link_wants_key: bool
    #: Tasks that `check_many` may name at once; their ids stand in the URL.
    batch: int
    #: How its callbacks are signed.
    signature: Scheme

    def submit(
        self,
        spec: Spec,
        media: Mapping[str, str],
        *,
        client_ref: str,
        draft_task_id: str | None = None,
        callback_url: str | None = None,
    ) -> Request:
        """The POST that makes a task. `media` maps a reference's SHA-256 to a URL or data URL for the provider.

        Raises `InputError` for a spec it cannot say.
        """
        ...

    def read_submit(self, reply: Reply) -> Submitted:
        """What the answer to the POST means. Refused only where the answer proves that no task was made."""
        ...

    def check(self, task_id: str) -> Request:
        """The GET of one task."""
        ...

    def read_check(self, reply: Reply, now: datetime) -> Checked:
        """What the answer to the GET means. `now` stands in for the link's start where the provider gives none."""
        ...

    def follow_up(self, seen: Observation) -> Request | None:
        """What else must be asked before a task that has ended can be told from one that failed; None: nothing."""
        ...

    def read_follow_up(self, seen: Observation, reply: Reply, now: datetime) -> Checked:
        """`seen`, with what the answer to `follow_up` adds."""
        ...

    def check_many(self, task_ids: Sequence[str]) -> Request | None:
        """One question about several tasks, answered like a list; None where the provider has no such question."""
        ...

    def look_up(self, client_ref: str) -> Request | None:
        """The task with our own id, answered like a list; None unless the grade is `CLIENT_ID`."""
        ...

    def task_named(self, body: bytes, model: str) -> str:
        """The task id a callback's body names for a render of `model`; empty without one. A nudge only: nothing else
        of it is believed.
        """
        ...

    def cancel(self, task_id: str) -> Request | None:
        """The request that cancels a task that has not started; None where the provider cannot."""
        ...

    def list(self, page: ListPage) -> Request | None:
        """One page of our recent tasks, newest first; None where the provider has no list."""
        ...

    def read_list(self, reply: Reply, now: datetime) -> Listed | Unreadable:
        """The tasks of one page; empty past the end. Unreadable is not empty: absence must be proven, not assumed."""
        ...
