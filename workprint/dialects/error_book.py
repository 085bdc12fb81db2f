"""A provider's error codes in our classes: the body's code first, the HTTP status second.

Classes: docs/design.md section 3. Each dialect has one `ErrorBook`, a table; what follows from it is the same for all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workprint.dialects.replies import retry_after
from workprint.failures import Failure, FailureKind, Stage
from workprint.outcomes import Refused, Reply, Unanswered
from workprint.redact import redact

_K = FailureKind
#: A gateway gave up waiting (504, and Cloudflare's 524): whatever the body says, the request may have gone through.
GATEWAY_TIMEOUTS = frozenset({408, 504, 524})
#: What a bare HTTP status means where the body says nothing we know (RFC 9110).
STATUSES: Mapping[int, FailureKind] = {401: _K.AUTH, 402: _K.QUOTA, 403: _K.AUTH, 429: _K.RATE_LIMIT}


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What the provider said was wrong: its code and its message, secrets removed.

    `explicit`: it stood where only errors stand. A bare `{"code", "message"}` may also be a success in a wrapper.
    """

    code: str
    message: str
    explicit: bool = True


@dataclass(frozen=True, slots=True)
class ErrorBook:
    """Codes to classes. All words are compared without regard to case; the first that fits wins."""

    #: Beginning of a code -> class.
    beginnings: tuple[tuple[str, FailureKind], ...]
    #: Anywhere in a code, for families whose members differ in front.
    parts: tuple[tuple[str, FailureKind], ...] = ()
    #: Anywhere in the message, for providers that put the reason into text.
    words: tuple[tuple[str, FailureKind], ...] = ()
    #: Codes said after the request was taken in: whether a task exists is not known.
    doubtful: tuple[str, ...] = ()
    statuses: Mapping[int, FailureKind] = field(default_factory=lambda: STATUSES)

    def kind_of(self, error: ErrorBody) -> FailureKind | None:
        """The class of an error by its code, then by its words; None when we know neither."""
        code, message = error.code.casefold(), error.message.casefold()
        for beginning, kind in self.beginnings:
            if code.startswith(beginning.casefold()):
                return kind
        by_part = next((kind for part, kind in self.parts if part.casefold() in code), None)
        return by_part or next((kind for word, kind in self.words if word.casefold() in message), None)

    def classify(self, error: ErrorBody, status: int) -> FailureKind:
        """The class of an error; the HTTP status decides only when its words are not known to us."""
        return self.kind_of(error) or self._kind_of_status(status)

    def failure(self, reply: Reply, stage: Stage, error: ErrorBody | None) -> Failure:
        """The classified failure of a reply that is no success, whether or not it has an error body."""
        error = error or ErrorBody("", redact(reply.body))
        kind = self.classify(error, reply.status)
        return Failure(kind, stage, error.code or f"HTTP {reply.status}", error.message, retry_after(reply))

    def no_task(self, reply: Reply, error: ErrorBody | None) -> Refused | Unanswered:
        """An answer to a submit that names no task: refused where that is proven, else nobody knows."""
        raw = redact(reply.body)
        if error is None or not self._proves_refusal(reply.status, error):
            return Unanswered(f"HTTP {reply.status} without a task id or a refusal", raw)
        return Refused(self.failure(reply, Stage.SUBMIT, error), raw)

    def _proves_refusal(self, status: int, error: ErrorBody) -> bool:
        """A code that says "no" proves it at any status; an unknown one in a 4xx, or as explicit error of a 2xx."""
        if status in GATEWAY_TIMEOUTS or error.code.casefold().startswith(self._doubtful()):
            return False
        if self.kind_of(error) not in {None, FailureKind.UPSTREAM}:
            return True
        return 400 <= status < 500 or (200 <= status < 300 and error.explicit)

    def _doubtful(self) -> tuple[str, ...]:
        return tuple(code.casefold() for code in self.doubtful)

    def _kind_of_status(self, status: int) -> FailureKind:
        if 400 <= status < 500:
            return self.statuses.get(status, FailureKind.PARAMETERS)
        return FailureKind.UPSTREAM
