"""The error tree: drawn once, two audiences, and whole after a trip through Prefect's storage."""

import pickle
import re
from collections.abc import Iterator

import pytest

import workprint.errors
from tests.workprint.builders import failure
from workprint.errors import (
    FetchFailed,
    InputError,
    LinkDead,
    NotFound,
    OutboundError,
    Rejected,
    WorkprintError,
)
from workprint.failures import FailureKind
from workprint.problems import Problem

PROBLEMS = (Problem("title", "is empty", "write one"), Problem("budget", "is missing", "say how much"))
ONE_OF_EACH = [
    WorkprintError("something", fix="do this"),
    InputError(PROBLEMS),
    Rejected(failure(FailureKind.QUOTA, retry_after=3.0)),
    FetchFailed("no answer", retryable=True, retry_after=2.0, fix="try later"),
    LinkDead(),
]


def drawn() -> Iterator[tuple[str, str]]:
    """Every line of the drawing, as the class and the class it hangs below."""
    above = ["Exception"]
    for line in (workprint.errors.__doc__ or "").splitlines():
        if match := re.match(r"((?:[| ] {3})*)(?:[|`]-- )?([A-Z]\w+)(?: {1,}|$)", line):
            depth = len(match[1]) // 4 + ("-- " in line)
            if depth or match[2] == "WorkprintError":
                above = [*above[: depth + 1], match[2]]
                yield match[2], above[-2]


def raised(root: type[BaseException]) -> Iterator[tuple[str, str]]:
    """Every error of the module below `root`, with the class it derives from."""
    for kind in root.__subclasses__():
        if kind.__module__ == workprint.errors.__name__:
            yield kind.__name__, root.__name__
            yield from raised(kind)


def test_the_drawing_is_the_tree() -> None:
    """The tree in the docstring has every error of the module, in its place, and nothing else."""
    assert sorted([("WorkprintError", "Exception"), *raised(WorkprintError)]) == sorted(drawn())


def test_a_raise_needs_no_text() -> None:
    """Without a message an error says what its class is about."""
    assert "The ledger knows no such thing." == str(NotFound())


def test_a_person_is_told_the_fix() -> None:
    """Diagnostics add the fix below the message, where there is one."""
    assert "no\n  do this" == NotFound("no", fix="do this").diagnostics()
    assert "no" == NotFound("no").diagnostics()


def test_input_errors_list_every_problem() -> None:
    """The log gets path and rule in one line, the person one full line a problem."""
    error = InputError(PROBLEMS)
    assert "title: is empty; budget: is missing" == str(error)
    assert ["error: title: is empty -> write one", "error: budget: is missing -> say how much"] == (
        error.diagnostics().splitlines()
    )


def test_rejections_speak_to_the_customer_first() -> None:
    """Diagnostics start with the customer's sentence and end with the provider's own words."""
    told = Rejected(failure(FailureKind.QUOTA, code="")).diagnostics()
    assert told.startswith("The account at the provider has no balance or quota left")
    assert told.endswith("quota at submit (no code): raw text")


def test_outbound_errors_say_whether_to_ask_again() -> None:
    """Whether and when the same request can succeed are attributes, not words."""
    error = OutboundError(retryable=False)
    assert (False, None, "An address outside did not do what was asked.") == (
        error.retryable,
        error.retry_after,
        str(error),
    )


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=lambda error: type(error).__name__)
def test_errors_survive_being_stored(error: WorkprintError) -> None:
    """Prefect pickles the error of a failed run, and it comes back with its type, its words and its data."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (type(error), str(error), vars(error)) == (type(again), str(again), vars(again))
    assert error.diagnostics() == again.diagnostics()
