"""The life of a render: one table, nothing else may change a state.

planned -> submitting -> queued -> processing -> succeeded -> archived
  |           |  |          |           |            |-> link_expired
  |           |  |          |           |            `-> failed (the bytes behind the link are no film)
  |           |  |          `-----------+-> failed | cancelled | expired
  |           |  `-> planned (the provider's answer proves that nothing was created, and the class may be retried)
  |           `-> unknown -> queued (found) | failed (proven absent, or a person gave up)
  `-> cancelled
"""

from enum import StrEnum

from workprint.errors import IllegalTransition


class RenderState(StrEnum):
    """Where one paid request stands."""

    #: The intent is on record, nothing was sent.
    PLANNED = "planned"
    #: Committed before the POST: from here to the answer, money may have moved.
    SUBMITTING = "submitting"
    #: The POST had no usable answer. Never resubmitted blindly.
    UNKNOWN = "unknown"
    QUEUED = "queued"
    PROCESSING = "processing"
    #: The provider has a usable link. Not an asset yet.
    SUCCEEDED = "succeeded"
    #: Bytes verified in the bucket, in delivery or, when moderation blocked them, in quarantine.
    ARCHIVED = "archived"
    #: Paid, rendered, and the link died before the bytes were safe.
    LINK_EXPIRED = "link_expired"
    FAILED = "failed"
    CANCELLED = "cancelled"
    #: The provider gave up before running it.
    EXPIRED = "expired"


_S = RenderState

NEXT: dict[RenderState, frozenset[RenderState]] = {
    _S.PLANNED: frozenset({_S.SUBMITTING, _S.CANCELLED}),
    _S.SUBMITTING: frozenset({_S.PLANNED, _S.QUEUED, _S.FAILED, _S.UNKNOWN}),
    _S.UNKNOWN: frozenset({_S.QUEUED, _S.FAILED}),
    _S.QUEUED: frozenset({_S.PROCESSING, _S.SUCCEEDED, _S.FAILED, _S.CANCELLED, _S.EXPIRED}),
    _S.PROCESSING: frozenset({_S.SUCCEEDED, _S.FAILED, _S.CANCELLED, _S.EXPIRED}),
    _S.SUCCEEDED: frozenset({_S.ARCHIVED, _S.LINK_EXPIRED, _S.FAILED}),
    _S.ARCHIVED: frozenset(),
    _S.LINK_EXPIRED: frozenset(),
    _S.FAILED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.EXPIRED: frozenset(),
}

#: Ended, whatever the end.
TERMINAL = frozenset(state for state, following in NEXT.items() if not following)
#: Ended without a film. Whether the fingerprint is free again depends on the charge: see `workprint.render.is_live`.
FRUITLESS = frozenset({_S.FAILED, _S.CANCELLED, _S.EXPIRED})
#: The provider holds a task of ours that may still change.
IN_FLIGHT = frozenset({_S.QUEUED, _S.PROCESSING})


def check_step(before: RenderState, after: RenderState) -> None:
    """Raise `IllegalTransition` unless the table has the step."""
    if after not in NEXT[before]:
        allowed = ", ".join(sorted(NEXT[before])) or "nothing, it has ended"
        raise IllegalTransition(f"a render that is {before} cannot become {after}; allowed: {allowed}")
