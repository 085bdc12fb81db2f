"""Faults on request, as they are set and stored. Where each strikes is in `fault_table`, which task in `faultbook`."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from deployments.sandbox.fault_table import FaultName

__all__ = ["METADATA_LINK", "Fault", "FaultName", "Match", "read_faults"]

#: A link nobody must follow: where clouds tell a machine its own credentials.
METADATA_LINK = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"
Seconds = Annotated[float, Field(ge=0)]


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
    """One thing that goes wrong, with `times` tasks (0: always)."""

    fault: FaultName
    match: Match = Match(nth=1)
    times: Annotated[int, Field(ge=0)] = 1
    #: Seconds in Retry-After: too_many_requests, poll_storm.
    retry_after: Annotated[int, Field(ge=0)] = 1
    #: Whether the task was created before the answer broke: server_error, gateway_timeout.
    created: bool = False
    #: Seconds: accept_then_timeout and slow_answer keep the client waiting, list_lag hides, never_ends runs on,
    #: callback_late is late.
    hold: Seconds = 30.0
    #: slow_download: bytes a second.
    rate: Annotated[int, Field(ge=1)] = 65_536
    #: How many questions about the task are hit (0: all): the faults of polling, list_error, not_ready, expired_link.
    polls: Annotated[int, Field(ge=0)] = 1
    #: ok_with_error_body: the code in the body; empty: the voice's own for too many requests.
    code: str = ""
    #: unknown_status: the word.
    word: str = "suspended"
    #: clock_skew: seconds by which the times are off.
    seconds: int = -3600
    #: not_ready: the HTTP status.
    status: Literal[400, 403, 404] = 404
    #: unsafe_link and callback_lying: where the link leads.
    link: str = METADATA_LINK
    #: callback_lying: what it says of the task.
    claim: Literal["succeeded", "failed"] = "succeeded"


_FAULTS = TypeAdapter(list[Fault])


def read_faults(text: str | bytes) -> list[Fault]:
    """Faults from a JSON list. Raises pydantic's ValidationError."""
    return _FAULTS.validate_json(text)
