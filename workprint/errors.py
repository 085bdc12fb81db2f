"""Every error Workprint raises on purpose, drawn once.

WorkprintError
|-- InputError            what was asked for cannot be done as written: a list of problems, nothing was spent
|-- BadReference          a reference cannot be used: not there, not allowed, not decodable, of the wrong kind
|-- OverBudget            the quote is above the brief's budget
|-- LedgerError
|   |-- IllegalTransition the life of a render has no such step
|   |-- StaleState        somebody else changed the render first (compare-and-set lost)
|   |-- NotFound          the ledger knows no such thing
|   |-- ApprovalMissing   a final without an approval that covers it
|   |   `-- EditedSinceApproval  what a person said yes to is no longer what would be paid
|   `-- BudgetExceeded    a submit would go over the limit of its campaign, cost centre or day
|-- ProviderError
|   |-- Rejected          the provider refused; nothing was created; carries the classified failure
|   `-- OutcomeUnknown    nobody can say whether a paid task exists
|-- ArchiveError
|   |-- LinkDead          the provider's link no longer answers with the file
|   |-- BadMedia          the bytes are not the video that was paid for
|   |   `-- Truncated     the link broke off before the whole file had come; fetching again may help
|   |-- AlreadyThere      the key exists and holds other bytes
|   `-- NotVerified       what was read back is not what was sent
|-- UnsafeUrl             an outbound URL points where it must not
|-- OutboundError         an address outside did not do what was asked; says whether asking again can help
|   |-- FetchFailed       a file could not be fetched
|   `-- CallbackFailed    a report could not be delivered
|-- LinkRefused           a personal link, a cookie or a preview link opens nothing (any more)
|-- BlockUnreadable       a Prefect block may be there, and what it says is not known: nobody guesses
|-- ModerationUnavailable a check could not be made, so the answer is no
|-- Deviation             a provider or its dialect did otherwise than a conformance check expects
`-- StackError            a process of the local stack is missing, did not start or died

`str(error)` is for the log; `error.diagnostics()` is for the person at the terminal. Class docstrings are the default
messages, so a raise needs no text.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workprint.failures import Failure
    from workprint.problems import Problem


class WorkprintError(Exception):
    """Workprint could not do this."""

    def __init__(self, message: str | None = None, *, fix: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())
        self.fix = fix

    def __reduce__(self) -> tuple[Any, ...]:
        # Prefect pickles the error of a failed run. The default calls the constructor with the message alone, which
        # an error made of problems, or of a failure, cannot be built from.
        return _revived, (type(self), self.args), self.__dict__

    def diagnostics(self) -> str:
        """What happened and how to mend it, for a person."""
        return f"{self}\n  {self.fix}" if self.fix else str(self)


def _revived(kind: type[WorkprintError], args: tuple[Any, ...]) -> WorkprintError:
    """The error without its constructor; pickle sets the attributes."""
    return kind.__new__(kind, *args)


class InputError(WorkprintError):
    """What was asked for cannot be done as written."""

    def __init__(self, problems: "Sequence[Problem]") -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(": ".join(filter(None, (p.where, p.path, p.rule))) for p in self.problems))

    def diagnostics(self) -> str:
        """One line a problem: path, rule, fix."""
        return "\n".join(p.line() for p in self.problems)


class BadReference(WorkprintError):
    """A reference cannot be used."""


class OverBudget(WorkprintError):
    """The quote is above the brief's budget."""


class LedgerError(WorkprintError):
    """The ledger could not do this."""


class IllegalTransition(LedgerError):
    """The life of a render has no such step."""


class StaleState(LedgerError):
    """Somebody else changed the render first."""


class NotFound(LedgerError):
    """The ledger knows no such thing."""


class ApprovalMissing(LedgerError):
    """A final needs an approval that covers it, and there is none."""


class EditedSinceApproval(ApprovalMissing):
    """Edited since approval."""


class BudgetExceeded(LedgerError):
    """A submit would go over a budget; nothing was sent."""

    def __init__(self, message: str | None = None, *, fix: str = "", zh: str = "") -> None:
        super().__init__(message, fix=fix)
        #: The same sentence in Chinese.
        self.zh = zh


class ProviderError(WorkprintError):
    """The provider could not do this."""


class Rejected(ProviderError):
    """The provider refused the request; nothing was created."""

    def __init__(self, failure: "Failure") -> None:
        super().__init__(f"{failure.kind} at {failure.stage} ({failure.code or 'no code'}): {failure.raw}")
        self.failure = failure

    def diagnostics(self) -> str:
        """The sentence for the customer, then the provider's own words."""
        return f"{self.failure.sentence('en')}\n  {self}"


class OutcomeUnknown(ProviderError):
    """Nobody can say whether a paid task exists."""


class ArchiveError(WorkprintError):
    """The file could not be archived."""


class LinkDead(ArchiveError):
    """The provider's link no longer answers with the file."""


class BadMedia(ArchiveError):
    """The bytes are not the video that was paid for."""


class Truncated(BadMedia):
    """The link broke off before the whole file had come."""


class AlreadyThere(ArchiveError):
    """The key exists and holds other bytes."""


class NotVerified(ArchiveError):
    """What was read back from the bucket is not what was sent."""


class UnsafeUrl(WorkprintError):
    """An outbound URL points where it must not."""


class OutboundError(WorkprintError):
    """An address outside did not do what was asked."""

    def __init__(
        self, message: str | None = None, *, retryable: bool, retry_after: float | None = None, fix: str = ""
    ) -> None:
        super().__init__(message, fix=fix)
        #: Whether the same request can succeed later.
        self.retryable = retryable
        #: Seconds the other side asked us to wait; None when it did not say.
        self.retry_after = retry_after


class FetchFailed(OutboundError):
    """A file could not be fetched."""


class CallbackFailed(OutboundError):
    """A report could not be delivered."""


class BlockUnreadable(WorkprintError):
    """A Prefect block may be there, and what it says is not known."""


class ModerationUnavailable(WorkprintError):
    """A moderation check could not be made, so the answer is no."""


class Deviation(WorkprintError):
    """A provider or its dialect did otherwise than a conformance check expects."""

    def __init__(self, expected: str, seen: str) -> None:
        super().__init__(f"expected: {expected}; seen: {seen}")
        self.expected = expected
        self.seen = seen


class StackError(WorkprintError):
    """A process of the local stack is missing, did not start or died."""


class LinkRefused(WorkprintError):
    """This link opens nothing."""
