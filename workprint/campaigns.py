"""A campaign as the ledger keeps it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Campaign:
    """One run of a brief. The brief is frozen: `brief` is its JSON as checked, `brief_hash` its canonical SHA-256."""

    id: str
    title: str
    project: str
    cost_centre: str
    requested_by: str
    brief: dict[str, Any]
    brief_hash: str
    created_at: datetime
    callback_url: str | None = None
    flow_run_id: str | None = None
    state: str = "running"
    #: Who or what started it: `ui`, `cli`, a schedule slot.
    started_by: str = ""
    closed_at: datetime | None = None
    #: The process that runs this campaign while its lease lives.
    holder: str | None = None
    #: How often rescue set its run back to scheduled.
    rescues: int = 0
    #: What its open gate asks about, as the key of the question, and until when; None when no gate is open.
    gate: str | None = None
    gate_deadline: datetime | None = None
