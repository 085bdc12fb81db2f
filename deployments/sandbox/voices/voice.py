"""What a voice is: one provider's words for what the sandbox does. `voices/__init__.py` is the contract in prose."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from deployments.sandbox.billing import listed_cost
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.keys import Secrets
from deployments.sandbox.refusals import Refusal, Why
from deployments.sandbox.tasks import Cost, Params, Status, Task
from deployments.sandbox.values import Answer, Ask, Letter, Look, Page, PageQuery, Wanted

JSON = dict[str, Any]


class Action(StrEnum):
    """What the core does at a route. All but OPEN_DOCUMENT want the key."""

    SUBMIT = "submit"
    #: One task, `{id}` in the path: `shown`.
    SHOW = "show"
    #: The second question about a task, `{id}` in the path: `result`.
    RESULT = "result"
    #: Named tasks or a page of all: `page`, `listed`.
    LIST = "list"
    #: `{id}` in the path: `deed`, `cancelled`.
    CANCEL = "cancel"
    #: The film itself, `{id}` in the path.
    FILM = "film"
    #: Something that does not change: `document`.
    DOCUMENT = "document"
    OPEN_DOCUMENT = "open_document"


class Deed(StrEnum):
    """What a cancel does to a task."""

    CANCEL = "cancel"
    REFUSE = "refuse"
    #: The record goes; what runs, runs on.
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class VoiceRoute:
    """One route below the voice's prefix."""

    method: str
    path: str
    action: Action


class Voice(ABC):
    """One provider's words. Stateless. What is not overridden is what a provider that offers little is like."""

    #: The dialect's name.
    name: str
    #: Before every route, e.g. `/kling`.
    prefix: str
    routes: tuple[VoiceRoute, ...]
    #: The word before the key in `Authorization`.
    auth_scheme = "Bearer"
    #: Of the bill where the model's facts know no price.
    currency = "USD"
    #: The provider's words. A status without a word does not exist here.
    words: Mapping[Status, str]
    #: HTTP status and code of each reason to refuse. A reason not named does not exist here.
    errors: Mapping[Why, tuple[int, str]]
    #: Code and message of a task that failed inside the model, and of one whose film was refused.
    broken: tuple[str, str]
    rejected: tuple[str, str]
    #: What ok_without_id says.
    no_id: Mapping[str, Any] = {}
    #: The path of a film below the prefix, `{id}` in it, opened with the key. Empty: a signed link of the storage.
    film_path = ""
    #: Seconds a link lives, and whether every answer about a task has a new one.
    link_seconds = 86_400
    renews_links = False
    #: Whether answers about a task say the client's own id, and when it was made.
    echoes_reference = False
    tells_time = True
    #: The statuses that are called back; empty: no callbacks.
    calls_back: frozenset[Status] = frozenset()
    signs = False
    #: How often a last word that was not answered well is sent again.
    calls_again = 3
    #: Seconds within which a callback must be answered.
    answer_seconds = 5.0
    #: More faults this provider has no such thing for; most follow from the above (`applies`).
    without: frozenset[FaultName] = frozenset()

    # Submit

    @abstractmethod
    def new_id(self, now: float) -> str:
        """An id for a task made now (Unix seconds), in the provider's form; no two are the same."""

    @abstractmethod
    def wanted(self, ask: Ask) -> Wanted:
        """What a submit asks for, every default filled in. Raises `Refusal`: then nothing was created."""

    @abstractmethod
    def accepted(self, look: Look) -> Answer:
        """The answer to a submit that made a task."""

    def cost(self, params: Params) -> Cost:
        """What a success costs."""
        return listed_cost(params, self.currency)

    # Asking

    @abstractmethod
    def shown(self, look: Look) -> JSON:
        """The task as its GET tells it."""

    def result(self, look: Look) -> Answer:
        """The answer to the second question about a task. Raises `Refusal` (Why.RESULT) before its end."""
        raise NotImplementedError

    def page(self, ask: Ask) -> PageQuery:
        """Which tasks a list is asked for. Raises `Refusal`."""
        raise NotImplementedError

    def listed(self, page: Page) -> JSON:
        """One page of tasks."""
        raise NotImplementedError

    def document(self, path: str, secrets: Secrets) -> Answer:
        """What stands at a route of the action DOCUMENT or OPEN_DOCUMENT; `path` is the route's."""
        raise NotImplementedError

    # Cancelling

    def deed(self, task: Task) -> Deed:
        """What a cancel does to this task."""
        return Deed.CANCEL if task.status is Status.QUEUED else Deed.REFUSE

    def cancelled(self, look: Look) -> Answer:
        """The answer to a cancel that was not refused; `look` is the task after it."""
        return Answer(self.shown(look))

    # Saying no

    @abstractmethod
    def error_body(self, status: int, code: str, refusal: Refusal) -> JSON:
        """The body of a refusal, in the provider's own shape."""

    def refused(self, refusal: Refusal) -> Answer:
        """The answer that says no."""
        status, code = self.errors.get(refusal.why, (refusal.status or 400, refusal.code))
        status, code = refusal.status or status, refusal.code or code
        return Answer(self.error_body(status, code, refusal), status)

    # Callbacks

    def called(self, look: Look) -> JSON:
        """The body of a callback."""
        return self.shown(look)

    def signature(self, letter: Letter, secrets: Secrets) -> Mapping[str, str]:  # noqa: ARG002 - the general answer
        """The headers that sign a callback."""
        return {}

    def challenge(self) -> JSON | None:
        """What must be answered well before the first callback of a task; None: nothing."""
        return None

    def acceptable(self, sent: bytes, status: int, answer: bytes) -> bool:  # noqa: ARG002 - the general answer
        """Whether this answers what was sent well."""
        return 200 <= status < 300

    # What follows

    def word(self, look: Look) -> str:
        """The provider's word for the status."""
        return look.word or self.words.get(look.status, self.words[Status.FAILED])

    def statuses(self, word: str) -> tuple[str, ...]:
        """The statuses a word means, for a list's filter; the word itself, which finds nothing, when it means none."""
        return tuple(status.value for status, said in self.words.items() if said == word) or (word,)

    def does(self, action: Action) -> bool:
        """Whether there is a route for it."""
        return any(route.action is action for route in self.routes)
