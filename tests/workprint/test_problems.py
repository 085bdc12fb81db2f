"""Problems of an input: shown in one line each, refused all at once."""

import pytest

from workprint.errors import InputError
from workprint.problems import Problem, Severity, errors_in, refuse

BROKEN = Problem("shots[0].seed", "is not a number", "write digits", zh="请填写数字")
ADVICE = Problem("title", "is long", "shorten it", Severity.WARNING, where="spring.yaml:3")


def test_line_says_path_rule_fix_and_both_languages() -> None:
    """One line tells how bad, where, which rule and how to mend it, then the Chinese sentence."""
    assert "error: shots[0].seed: is not a number -> write digits / 请填写数字" == BROKEN.line()


def test_line_starts_with_file_and_line() -> None:
    """A problem of a file names the file and its line first, and no Chinese where none was written."""
    assert "warning: spring.yaml:3: title: is long -> shorten it" == ADVICE.line()


def test_warnings_stop_nothing() -> None:
    """Only errors count as errors, and warnings alone are not refused."""
    assert (BROKEN,) == errors_in([ADVICE, BROKEN])
    refuse([ADVICE])
    refuse([])


def test_all_errors_are_refused_at_once() -> None:
    """The refusal carries every error, in order, and no warning."""
    other = Problem("budget", "is missing", "say how much")
    with pytest.raises(InputError) as caught:
        refuse(iter([other, ADVICE, BROKEN]))
    assert (other, BROKEN) == caught.value.problems
