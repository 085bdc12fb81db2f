"""A task as the sandbox keeps it, whatever provider's words it was asked for in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.faults import Fault


class Status(StrEnum):
    """Where a task is. Each voice has its own words for it."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OPEN = frozenset({Status.QUEUED, Status.RUNNING})


@dataclass(frozen=True, slots=True)
class Params:
    """What was asked for, with every default filled in. `stills`, `footage` and `soundtrack` name files of the home."""

    model: str
    prompt: str
    #: 480p, 720p, 768p, 1080p, 2k, 4k: the short side, whatever the provider calls it.
    resolution: str
    #: `16:9` and so on; `adaptive` until the reference picture was seen.
    ratio: str
    frames: int
    seed: int
    generate_audio: bool
    draft: bool = False
    draft_task_id: str = ""
    watermark: bool = False
    camera_fixed: bool = False
    return_last_frame: bool = False
    service_tier: str = "default"
    #: Seconds a task may wait in the queue.
    execution_expires_after: int = 172_800
    callback_url: str = ""
    #: The client's own id for the task, whatever the provider's name for it is.
    safety_identifier: str = ""
    stills: tuple[str, ...] = ()
    footage: str = ""
    soundtrack: str = ""
    #: Whose words it was asked for in.
    voice: str = "ark"
    #: The model's name in `workprint.models`, where it differs.
    listed_as: str = ""
    #: Whatever else of the request the voice shows again, as JSON values.
    said: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Params":
        """The inverse of `dataclasses.asdict`."""
        return cls(**{**values, "stills": tuple(values["stills"])})


@dataclass(frozen=True, slots=True)
class Task:
    """One task. Times are Unix seconds."""

    id: str
    seq: int
    params: Params
    status: Status
    created_at: float
    updated_at: float
    error_code: str = ""
    error_message: str = ""
    faults: tuple[Fault, ...] = field(default=())

    def fault(self, name: FaultName) -> Fault | None:
        """The fault of that name, when this task was given it."""
        return next((fault for fault in self.faults if fault.fault is name), None)

    @property
    def charged(self) -> bool:
        """Whether it costs anything: a success does, and a failure only as a fault."""
        unjust = self.status is Status.FAILED and self.fault(FaultName.CHARGED_BUT_FAILED) is not None
        return self.status is Status.SUCCEEDED or unjust


@dataclass(frozen=True, slots=True)
class Cost:
    """What a film costs by its voice's list. `rate` is for a million tokens where there are tokens, else for it all."""

    amount: str
    currency: str
    rate: str = "0"
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the bill: only charged tasks have one."""

    task_id: str
    model: str
    resolution: str
    draft: bool
    tokens: int
    rate: str
    amount: str
    safety_identifier: str
    at: float
    currency: str = "CNY"


def charge_for(task: Task, cost: Cost, at: float) -> Charge:
    """The line of a charged task."""
    params = task.params
    return Charge(
        task.id,
        params.model,
        params.resolution,
        params.draft,
        cost.tokens,
        cost.rate,
        cost.amount,
        params.safety_identifier,
        at,
        cost.currency,
    )
