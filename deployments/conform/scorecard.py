"""What came of the checks of one dialect."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from deployments.conform.check import Check


class Verdict(StrEnum):
    """Of one check."""

    PASSED = "passed"
    FAILED = "failed"
    #: The provider documents no such thing.
    NOT_OFFERED = "not_offered"


@dataclass(frozen=True, slots=True)
class Result:
    """One check and what came of it. `expected` and `seen` of a failed one; `reason` of one that was not offered."""

    check: Check
    verdict: Verdict
    expected: str = ""
    seen: str = ""
    reason: str = ""
    reason_zh: str = ""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """As plain values; what is empty is left out."""
        values = {
            "check": self.check.id,
            "verdict": self.verdict.value,
            "title": self.check.english,
            "title_zh": self.check.chinese,
            "expected": self.expected,
            "seen": self.seen,
            "reason": self.reason,
            "reason_zh": self.reason_zh,
            "seconds": round(self.seconds, 3),
        }
        return {name: value for name, value in values.items() if value != ""}


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All results of one dialect. `where`: the address, or `sandbox`. `left_out`: how many only the sandbox allows."""

    dialect: str
    title: str
    model: str
    where: str
    results: Sequence[Result]
    seconds: float
    left_out: int = 0

    def of(self, verdict: Verdict) -> Sequence[Result]:
        """The results with this verdict."""
        return [result for result in self.results if result.verdict is verdict]

    @property
    def passed(self) -> int:
        """How many checks passed."""
        return len(self.of(Verdict.PASSED))

    @property
    def offered(self) -> int:
        """How many checks there were something to check for."""
        return len(self.results) - len(self.of(Verdict.NOT_OFFERED))

    @property
    def conforms(self) -> bool:
        """Whether no check failed, and some were made."""
        return self.passed == self.offered > 0

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "dialect": self.dialect,
            "title": self.title,
            "model": self.model,
            "where": self.where,
            "conforms": self.conforms,
            "passed": self.passed,
            "offered": self.offered,
            "not_offered": [result.check.id for result in self.of(Verdict.NOT_OFFERED)],
            "left_out": self.left_out,
            "seconds": round(self.seconds, 1),
            "results": [result.to_json() for result in self.results],
        }
