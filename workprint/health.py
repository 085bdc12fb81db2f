"""What `workprint doctor` finds, as values: what stands well, what to mind, what does not work, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from workprint.errors import InputError
from workprint.models import model_facts
from workprint.quotes import money
from workprint.recovery import Grade
from workprint.render import Render

#: Prices change: an older list makes quotes and budgets doubtful.
PRICES_KEEP = timedelta(days=90)
#: Oldest Python that runs this.
OLDEST_PYTHON = (3, 11)


class Level(StrEnum):
    """How bad it is. Only a problem fails the doctor."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `fix` says how to mend what is not ok."""

    name: str
    level: Level
    said: str
    fix: str = ""


def ok(name: str, said: str) -> Finding:
    """It stands well."""
    return Finding(name, Level.OK, said)


def warning(name: str, said: str, fix: str) -> Finding:
    """It works, and somebody should know."""
    return Finding(name, Level.WARNING, said, fix)


def problem(name: str, said: str, fix: str) -> Finding:
    """It does not work."""
    return Finding(name, Level.PROBLEM, said, fix)


def python(version: tuple[int, int, int]) -> Finding:
    """Whether this Python is new enough."""
    words = ".".join(map(str, version))
    if version[:2] < OLDEST_PYTHON:
        needed = ".".join(map(str, OLDEST_PYTHON))
        return problem("python", f"{words} is too old", f"install Python {needed} or later")
    return ok("python", words)


def model(name: str, known_as: str) -> Finding:
    """Whether the facts and prices of a provider's model are known."""
    try:
        facts = model_facts(known_as)
    except InputError as error:
        (unknown,) = error.problems
        return problem(f"{name}: model", unknown.rule, unknown.fix)
    return ok(f"{name}: model", f"{facts.name}, drafts {facts.draft.mode}, prices in {facts.currency}")


def prices(name: str, known_as: str, today: date) -> Iterable[Finding]:
    """How old the price list of a known model is; nothing about an unknown one."""
    try:
        listed = model_facts(known_as).sources["price"].date
    except InputError:
        return
    days = (today - date.fromisoformat(listed)).days
    said = f"of {listed}, {days} days old"
    if timedelta(days=days) > PRICES_KEEP:
        fix = f"compare workprint/data/models.json with the provider's list; older than {PRICES_KEEP.days} days"
        yield warning(f"{name}: prices", said, fix)
    else:
        yield ok(f"{name}: prices", said)


def recovery(name: str, grade: Grade, *, callbacks: bool) -> Finding:
    """What becomes of a submit that nobody answered."""
    said = f"{grade}: {grade.sentence()} · {grade.sentence('zh')}"
    if grade is Grade.CALLBACK and not callbacks:
        return problem(f"{name}: recovery", said, "set callback_base_url on the provider block")
    if not grade.lists:
        return warning(f"{name}: recovery", said, "look at `workprint unknown list` every day")
    return ok(f"{name}: recovery", said)


def unknowns(name: str, renders: Iterable[Render]) -> Finding:
    """Renders of one provider nobody can account for, and what they may cost twice."""
    found = list(renders)
    if not found:
        return ok(f"{name}: unknown renders", "none")
    said = f"{len(found)}, ordered again they may cost {' and '.join(totals(found))} twice"
    return warning(f"{name}: unknown renders", said, "`workprint unknown list --ask`, then adopt them or give them up")


def totals(renders: Iterable[Render]) -> list[str]:
    """The highest prices together, one sum a currency (ISO 4217)."""
    sums: dict[str, Decimal] = {}
    for render in renders:
        sums[render.charge_currency] = sums.get(render.charge_currency, Decimal(0)) + render.charge_amount
    return [f"{money(amount)} {currency}" for currency, amount in sorted(sums.items())]


def healthy(findings: Iterable[Finding]) -> bool:
    """Whether there is no problem among them."""
    return all(finding.level is not Level.PROBLEM for finding in findings)
