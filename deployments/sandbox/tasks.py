"""A task as the sandbox keeps it, and as Ark shows it."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from deployments.sandbox.catalogue import amount, model_named, tokens
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.faults import Fault
from deployments.sandbox.render.plan import FPS, pixels
from workprint.models import known_models, model_facts


class Status(StrEnum):
    """Ark's words."""

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
    resolution: str
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
    safety_identifier: str = ""
    stills: tuple[str, ...] = ()
    footage: str = ""
    soundtrack: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels: Ark's own table where the model is known, else by the short side."""
        name = model_named(self.model).name
        if name in known_models():
            return model_facts(name).size(self.resolution, self.ratio)
        return pixels(self.resolution, self.ratio)

    @property
    def tokens(self) -> int:
        """What a success is billed as."""
        return tokens(*self.size, self.frames)

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
class Charge:
    """One line of the bill: only charged tasks have one. `rate` is CNY per million tokens."""

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


def charge_for(task: Task, at: float) -> Charge:
    """What a charged task costs."""
    params = task.params
    flex = params.service_tier == "flex"
    rate = model_named(params.model).rate(params.resolution, sound=params.generate_audio, flex=flex)
    cost = str(amount(params.tokens, rate))
    who = params.safety_identifier
    return Charge(task.id, params.model, params.resolution, params.draft, params.tokens, str(rate), cost, who, at)


def task_object(task: Task, content: dict[str, str]) -> dict[str, Any]:
    """The task as GET, list and callbacks show it. `content` holds the result links of a succeeded one."""
    params = task.params
    shown: dict[str, Any] = {
        "id": task.id,
        "model": params.model,
        "status": task.status.value,
        "created_at": int(task.created_at),
        "updated_at": int(task.updated_at),
        **_asked(params),
    }
    if task.error_code:
        shown["error"] = {"code": task.error_code, "message": task.error_message}
    if task.status is Status.SUCCEEDED:
        shown["content"] = content
    if task.charged:
        shown["usage"] = {"completion_tokens": params.tokens, "total_tokens": params.tokens}
    return shown


_ECHOED = (
    "seed", "resolution", "ratio", "generate_audio", "draft", "service_tier", "execution_expires_after",
)  # fmt: skip


def _asked(params: Params) -> dict[str, Any]:
    values = asdict(params)
    echoed = {name: values[name] for name in _ECHOED}
    optional = {name: values[name] for name in ("draft_task_id", "safety_identifier") if values[name]}
    whole = params.frames % FPS == 0
    length = {"duration": params.frames // FPS} if whole else {"frames": params.frames}
    return {**echoed, **optional, **length, "framespersecond": FPS}
