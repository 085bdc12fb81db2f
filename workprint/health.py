"""What `workprint doctor` finds, as values: what stands well, what to mind, what does not work, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from workprint.errors import InputError
from workprint.models import PRICE, VARIABLE, ModelFacts, model_facts
from workprint.models.facts import unpriced
from workprint.problems import Severity
from workprint.quotes import OLD_AFTER, money
from workprint.recovery import Grade
from workprint.render import Render
from workprint.rules_model import sunset_problems

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


def model(name: str, known_as: str, dialect: str) -> Finding:
    """Whether the facts and prices of a provider's model are known. Without a name there is nothing to look at."""
    if not known_as:
        return ok(f"{name}: model", f"none is named: the cheapest {dialect} model that can make a brief is taken")
    try:
        facts = model_facts(known_as, dialect)
    except InputError as error:
        first, *_ = error.problems
        return problem(f"{name}: model", str(error), first.fix)
    if not facts.prices:
        unknown = unpriced(facts)
        return problem(f"{name}: model", unknown.rule, unknown.fix)
    return ok(f"{name}: model", f"{facts.name}, drafts {facts.draft.mode}, prices in {facts.currency}")


def sunset(name: str, known_as: str, dialect: str, today: date) -> Iterable[Finding]:
    """Whether the provider has switched off a known model, or will soon."""
    if (facts := _known(known_as, dialect)) is not None:
        for said in sunset_problems(facts, today):
            make = problem if said.severity is Severity.ERROR else warning
            yield make(f"{name}: model's end", said.rule, said.fix)


def _known(known_as: str, dialect: str) -> ModelFacts | None:
    try:
        return model_facts(known_as, dialect)
    except InputError:
        return None


def prices(name: str, known_as: str, dialect: str, today: date) -> Iterable[Finding]:
    """How old the price list of a known model is; nothing about an unknown one."""
    facts = _known(known_as, dialect)
    if facts is None or not facts.prices:
        return
    figure = facts.sources[PRICE]
    said = f"of {figure.date}, {figure.age(today)} days old"
    if figure.age(today) > OLD_AFTER.days:
        fix = f"compare them with the provider's list, and write what changed into your own file ({VARIABLE})"
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
