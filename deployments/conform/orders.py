"""A film that was ordered."""

from dataclasses import dataclass
from datetime import datetime

from workprint.render import Render
from workprint.spec import Spec
from workprint.states import RenderState


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for, and as which task; `task_id` is empty while nobody knows. `posted` by our clock."""

    spec: Spec
    client_ref: str
    posted: datetime
    task_id: str = ""


def same(task_id: str, made: str) -> bool:
    """Whether a dialect's task id is the one the provider gave: some dialects put the way to the task in front."""
    return task_id == made or task_id.endswith(f"/{made}")


def lost(order: Order, dialect: str) -> Render:
    """The ledger's row of a submit that nobody answered."""
    return Render(
        id=order.client_ref.removeprefix("wp-"),
        campaign_id="conform",
        variant="conform",
        state=RenderState.UNKNOWN,
        spec=order.spec,
        fingerprint=order.spec.fingerprint,
        dialect=dialect,
        client_ref=order.client_ref,
        submitted_by="conform",
        created_at=order.posted,
        updated_at=order.posted,
        submitted_at=order.posted,
        attempts=1,
    )
