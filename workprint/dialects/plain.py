"""What a provider that offers nothing beyond "make this film" and "how far is it" is like: a dialect overrides what its
provider can do better.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from workprint.failures import Failure, FailureKind, Stage
from workprint.outcomes import Checked, Listed, ListPage, Observation, Reply, Request, Unreadable
from workprint.recovery import Grade
from workprint.signatures import Scheme


class Plain:
    """No batches, no cancel, no list, no second question, unsigned callbacks, links that may end in an hour."""

    base_url = ""
    path_prefix = ""
    auth_scheme = "Bearer"
    recovery = Grade.NOTHING
    #: The careful side where a provider documents no life of its links.
    link_life = timedelta(hours=1)
    link_wants_key = False
    batch = 50
    signature = Scheme.UNSIGNED

    def follow_up(self, seen: Observation) -> Request | None:  # noqa: ARG002 - the general answer
        """One answer says it all."""
        return None

    def read_follow_up(self, seen: Observation, reply: Reply, now: datetime) -> Checked:  # noqa: ARG002
        """Nothing was asked."""
        return seen

    def check_many(self, task_ids: Sequence[str]) -> Request | None:  # noqa: ARG002
        """Each task is asked for by itself."""
        return None

    def look_up(self, client_ref: str) -> Request | None:  # noqa: ARG002
        """The provider does not know our ids."""
        return None

    def task_named(self, body: bytes, model: str) -> str:  # noqa: ARG002
        """Callbacks name nothing."""
        return ""

    def cancel(self, task_id: str) -> Request | None:  # noqa: ARG002
        """What was accepted runs to its end."""
        return None

    def list(self, page: ListPage) -> Request | None:  # noqa: ARG002
        """There is none."""
        return None

    def read_list(self, reply: Reply, now: datetime) -> Listed | Unreadable:  # noqa: ARG002
        """There is no list."""
        return Unreadable(Failure(FailureKind.PARAMETERS, Stage.RENDER, "list", "the provider has no list of tasks"))
