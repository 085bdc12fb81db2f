"""What the core and a voice hand each other: a question, what it asks for, how a task is seen, and an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from deployments.sandbox.tasks import Cost, Params, Status, Task

Slot = Literal["still", "footage", "soundtrack"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One HTTP request, as a voice reads it. `find` and `by_reference` know the tasks of this voice."""

    body: bytes
    #: The parts of the path that the route names.
    path: Mapping[str, str]
    #: The query, every value in its order.
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    #: Unix seconds.
    now: float
    find: Callable[[str], Task | None]
    by_reference: Callable[[str], Task | None]

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a parameter of the query."""
        return tuple(value for key, value in self.query if key == name)

    def value(self, name: str, default: str = "") -> str:
        """The first value of a parameter of the query."""
        return next(iter(self.values(name)), default)


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture, film or sound to fetch; `field` is its name in the body, for the refusal."""

    slot: Slot
    url: str
    field: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a submit asks for, and the media it needs. Without media the parameters keep those they have."""

    params: Params
    media: tuple[Medium, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One task as it is told: faults may make it differ from what is true. Times are Unix seconds."""

    task: Task
    #: How clients reach the voice: address and prefix, no slash at the end.
    base: str
    created_at: float
    updated_at: float
    #: When it is told; 0: nobody asked.
    told_at: float = 0.0
    #: A word in place of the voice's own for the status (unknown_status).
    word: str = ""
    #: Only of a task that succeeded; empty: none.
    link: str = ""
    link_ends: float = 0.0
    last_frame: str = ""
    #: The client's own id; empty when it said none, or a fault swallows it.
    reference: str = ""
    #: Only of a task that is charged.
    cost: Cost | None = None

    @property
    def status(self) -> Status:
        """Where the task is said to be."""
        return self.task.status

    @property
    def params(self) -> Params:
        """What was asked for."""
        return self.task.params


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which tasks a list is asked for, newest first. Named ones (`ids`, `references`) are a poll, all else a list."""

    size: int
    #: How many to pass over.
    skip: int = 0
    #: The id of the task the page begins behind.
    after: str = ""
    #: Neutral words (`Status`); a word that is none of them finds nothing. Empty: all.
    statuses: tuple[str, ...] = ()
    model: str = ""
    ids: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    #: Unix seconds of the first and the last moment of creation.
    since: float = 0.0
    until: float = float("inf")

    @property
    def named(self) -> bool:
        """Whether it asks for tasks by name."""
        return bool(self.ids or self.references)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its tasks, how many there are on all pages, and whether any follow."""

    looks: tuple[Look, ...]
    total: int
    more: bool
    #: Whether its tasks were asked for by name.
    named: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON answer."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """One callback as it is signed. `id` stays the same when it is sent again; `at` (Unix seconds) is now."""

    id: str
    task_id: str
    content: bytes
    at: float
