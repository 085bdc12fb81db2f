"""Faults on request: which task goes wrong, and how. What each does is told in the package's docstring."""

import json
import random
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator


class FaultName(StrEnum):
    """Everything that can go wrong on request."""

    ACCEPT_THEN_TIMEOUT = "accept_then_timeout"
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    CONTENT_REJECTED = "content_rejected"
    FAILED_TASK = "failed_task"
    ZERO_BYTE_FILE = "zero_byte_file"
    WRONG_DURATION = "wrong_duration"
    EXPIRED_LINK = "expired_link"
    SLOW_DOWNLOAD = "slow_download"
    TRUNCATED_DOWNLOAD = "truncated_download"


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Match(_Value):
    """Which tasks are hit; all that is said must hold. `nth` counts the tasks the other conditions let through."""

    nth: Annotated[int, Field(ge=1)] | None = None
    prompt: str | None = None
    kind: Literal["draft", "final"] | None = None
    probability: Annotated[float, Field(gt=0, le=1)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        """An empty condition must not mean every task."""
        if all(value is None for value in (self.nth, self.prompt, self.kind, self.probability)):
            raise ValueError("say which tasks: nth, prompt, kind or probability")
        return self


class Fault(_Value):
    """One thing that goes wrong, `times` times (0: always)."""

    fault: FaultName
    match: Match = Match(nth=1)
    times: Annotated[int, Field(ge=0)] = 1
    #: too_many_requests: seconds in Retry-After.
    retry_after: Annotated[int, Field(ge=0)] = 1
    #: server_error: whether the task was created before the answer broke.
    created: bool = False
    #: accept_then_timeout: seconds the connection is held before it is dropped.
    hold: Annotated[float, Field(ge=0)] = 30.0
    #: slow_download: bytes a second.
    rate: Annotated[int, Field(ge=1)] = 65_536


_FAULTS = TypeAdapter(list[Fault])


def read_faults(text: str | bytes) -> list[Fault]:
    """Faults from a JSON list. Raises pydantic's ValidationError."""
    return _FAULTS.validate_json(text)


class _Armed:
    """A fault and how often it was tried and used."""

    def __init__(self, fault: Fault, rng: random.Random) -> None:
        self.fault, self._rng, self._seen, self._fired = fault, rng, 0, 0

    def fires(self, prompt: str, kind: str) -> bool:
        """Whether it hits this task; counts the task."""
        match = self.fault.match
        if (match.prompt is not None and match.prompt not in prompt) or (match.kind not in {None, kind}):
            return False
        self._seen += 1
        hit = match.nth is None or self._seen == match.nth
        if match.probability is not None:
            hit = self._rng.random() < match.probability and hit
        hit = hit and (self.fault.times == 0 or self._fired < self.fault.times)
        self._fired += hit
        return hit


class FaultBook:
    """The faults that are set. They count from the moment they are set, and do not survive a restart."""

    def __init__(self, seed: int, path: Path | None = None) -> None:
        self._seed = seed
        self._armed: list[_Armed] = []
        if path is not None:
            self.set(read_faults(path.read_bytes()))

    def set(self, faults: list[Fault]) -> None:
        """Put these in place of all that were set."""
        self._armed = []
        self.add(faults)

    def add(self, faults: list[Fault]) -> None:
        """Set these as well."""
        for place, fault in enumerate(faults, len(self._armed)):
            rng = random.Random(f"{self._seed} {place} {fault.fault}")  # noqa: S311 - chance on request, not a secret
            self._armed.append(_Armed(fault, rng))

    def strike(self, prompt: str, kind: str) -> tuple[Fault, ...]:
        """What goes wrong with this task. Asked once a task."""
        return tuple(armed.fault for armed in self._armed if armed.fires(prompt, kind))

    def shown(self) -> list[dict[str, object]]:
        """What is set, as JSON values."""
        return [json.loads(armed.fault.model_dump_json()) for armed in self._armed]
