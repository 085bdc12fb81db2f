"""What a provider can answer, in our words. Dialects make these from HTTP replies; nobody else reads such a body."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from workprint.failures import Failure
from workprint.states import RenderState


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request to a provider, relative to its base URL and path prefix."""

    method: str
    path: str
    json: Mapping[str, Any] | None = None
    #: Send `json` as the parts of a multipart form: values that are no text as JSON in one (RFC 7578).
    form: bool = False
    params: tuple[tuple[str, str], ...] = ()
    #: More headers than every request has; never credentials.
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply. Header names are lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider made a task and said its id."""

    task_id: str
    raw: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider said no, in words that prove nothing was created."""

    failure: Failure
    raw: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The request may have made a task: time-out, broken connection, bare 5xx, an answer that cannot be read."""

    reason: str
    raw: str = ""


Submitted = Accepted | Refused | Unanswered


@dataclass(frozen=True, slots=True)
class Asked:
    """What the provider says a task was asked for. None or empty: it does not say. `duration` in seconds."""

    duration: int | None = None
    resolution: str = ""
    ratio: str = ""
    seed: int | None = None
    #: Whether sound was to be made.
    audio: bool | None = None
    #: Whether it was asked for as the provider's own kind of draft.
    draft: bool | None = None
    #: The provider's draft task a final was asked to be made from.
    draft_task_id: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a provider itself says a task cost. `currency`: ISO 4217."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What the provider says of one of its tasks right now.

    `state` is None when the provider's word is not known to us: keep polling, never terminal, never success.
    """

    task_id: str
    state: RenderState | None
    #: The provider's own word.
    code: str
    raw: str
    #: 0.0 to 1.0 where the provider reports it.
    progress: float | None = None
    #: Absolute, or with a leading slash relative to the API's own address, like `Request.path`.
    link: str | None = None
    link_expires_at: datetime | None = None
    #: Tokens the provider says it billed.
    tokens: int | None = None
    #: Seconds of film the provider says it billed.
    seconds: Decimal | None = None
    #: Money the provider says it took: better than any count of ours.
    cost: Cost | None = None
    failure: Failure | None = None
    #: Whatever of ours the provider echoes.
    client_ref: str = ""
    model: str = ""
    asked: Asked = field(default_factory=Asked)
    created_at: datetime | None = None
    #: Seconds the provider asked us to wait before asking again.
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class NotThere:
    """The provider knows no task of that id (any more)."""

    raw: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The answer to a GET says nothing about the task: 429, 5xx, network trouble. Ask again later."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class ListPage:
    """Which page of our recent tasks is asked for, newest first. `number` counts from 1.

    `cursor` is what the page before said of the next one (`Listed.cursor`), empty on the first.
    """

    number: int
    size: int
    since: datetime
    until: datetime
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """The tasks of one page, and what asks for the next one where the provider hands out cursors."""

    tasks: tuple[Observation, ...]
    cursor: str = ""
    #: Whether the provider says that no page follows. False: ask for the next one.
    last: bool = False


Checked = Observation | NotThere | Unreadable
