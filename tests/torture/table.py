"""Outcomes, and the table that the README quotes."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from tests.torture.books import Findings
from tests.torture.cases import Case

_HEAD = (
    "| fault | campaigns | faults injected | double charges | lost renders | left to a person "
    "| started again by a person | minutes to settle, p50 / max |\n|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one case ended. `fired`: faults that came; `seconds` from the first to the end; `state`: the run's last."""

    case: Case
    run_id: str
    state: str
    fired: int
    seconds: float
    executions: int
    retries: int
    findings: Findings
    trouble: str = ""

    @property
    def bad(self) -> list[str]:
        """What must never be, with what the harness itself could not do."""
        return [*self.findings.bad, *([self.trouble] if self.trouble else [])]


def markdown(outcomes: Sequence[Outcome]) -> str:
    """One line a family, and the totals."""
    families = sorted({outcome.case.family for outcome in outcomes})
    if not outcomes:
        return "no campaign has such a name"
    rows = [_row(family, [o for o in outcomes if o.case.family == family]) for family in families]
    return "\n".join([_HEAD, *rows, _row("**all**", outcomes)])


def _row(name: str, outcomes: Sequence[Outcome]) -> str:
    minutes = sorted(outcome.seconds / 60 for outcome in outcomes)
    cells = (
        name,
        len(outcomes),
        sum(outcome.fired for outcome in outcomes),
        sum(len(outcome.findings.double) for outcome in outcomes),
        sum(len(outcome.findings.lost) for outcome in outcomes),
        sum(len(outcome.findings.to_a_person) for outcome in outcomes),
        sum(outcome.retries > 0 for outcome in outcomes),
        f"{statistics.median(minutes):.2f} / {minutes[-1]:.2f}",
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def failures(outcomes: Sequence[Outcome], seed: int, turn: int = 0) -> str:
    """Every case that went wrong, and how to see it again."""
    return "\n".join(
        f"campaign {o.case.number} ({o.case.database}, {o.case.what}) run {o.run_id} ended {o.state}: "
        f"{'; '.join(o.bad) or 'the fault never fired'}\n"
        f"  again: python -m tests.torture --seed {seed} --turn {turn} --what '{o.case.what}'"
        for o in outcomes
        if o.bad or not o.fired
    )
