"""A problem of an input: where, which rule, how to mend it, how bad. In English and Chinese."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from workprint.errors import InputError


class Severity(StrEnum):
    """`error` stops everything before a cent is spent; `warning` is shown and the work goes on."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule. `path` is dotted with indices, as in the brief: `shots[0].references[1].source`."""

    path: str
    rule: str
    fix: str
    severity: Severity = Severity.ERROR
    #: The same sentence (rule, then fix) for a Chinese reader; empty where none was written.
    zh: str = ""
    #: File and line, e.g. `spring.yaml:14`; empty where there is no file.
    where: str = ""

    def line(self) -> str:
        """The whole problem in one line for a terminal."""
        place = f"{self.where}: {self.path}" if self.where else self.path
        return f"{self.severity}: {place}: {self.rule} -> {self.fix}" + (f" / {self.zh}" if self.zh else "")


def errors_in(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Only what stops the work."""
    return tuple(p for p in problems if p.severity is Severity.ERROR)


def refuse(problems: Iterable[Problem]) -> None:
    """Raise `InputError` with every error in one list; return when there is none."""
    if found := errors_in(problems):
        raise InputError(found)
