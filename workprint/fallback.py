"""Fallback: which provider block makes a film when the one before refused it. The reasons are in docs/decisions/0005.

A switch is made only of what was provably never taken and cost nothing, for a reason that lies with the provider.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from workprint.brief import Brief, Budget
from workprint.failures import FailureKind, Stage
from workprint.models import ModelFacts
from workprint.problems import Problem, Severity
from workprint.quotes import money
from workprint.render import Render
from workprint.rules_model import model_problems, sunset_problems
from workprint.spec import Spec
from workprint.states import RenderState
from workprint.unknowns import PROVEN_ABSENT

#: Refusals that another provider may not share. What is wrong with the brief itself is wrong everywhere.
SWITCHING = frozenset(
    {
        FailureKind.AUTH,
        FailureKind.QUOTA,
        FailureKind.RATE_LIMIT,
        FailureKind.UPSTREAM,
        FailureKind.NETWORK,
    }
)
#: How the notes in the ledger begin, of the refused render and of the one in its place.
SWITCHED, NOT_SWITCHED, IN_PLACE = "switched to", "not switched to", "in place of"
_CHINESE = {SWITCHED: "已更换供应商", NOT_SWITCHED: "超出预算，未更换供应商"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A provider block that may serve a brief, and what its model can do and costs."""

    provider: str
    facts: ModelFacts


def may_switch(render: Render) -> bool:
    """Whether another provider may make this film: refused before a task was made, free, and not for what it shows.

    A final of an approved draft stays where its draft was made.
    """
    return (
        render.state is RenderState.FAILED
        and not render.live
        and render.task_id is None
        and render.failure_stage is Stage.SUBMIT
        and render.failure_kind in SWITCHING
        and render.failure_code != PROVEN_ABSENT
        and not render.spec.draft
    )


def named_twice(brief: Brief) -> Iterator[Problem]:
    """Blocks of the list that stand in it before, or are the brief's own."""
    before = [brief.provider]
    for index, name in enumerate(brief.fallbacks):
        if name in before:
            rule = f"{name!r} is asked before that already"
            zh = f"供应商 {name} 重复；请只保留一个。"
            yield Problem(f"fallbacks[{index}]", rule, "keep one, or name another provider block", zh=zh)
        before.append(name)


def choice_problems(brief: Brief, choices: Sequence[Choice], today: date) -> Iterator[Problem]:
    """What keeps a fallback from making this brief, each named with its place in the list."""
    for choice in choices:
        yield from about(brief, choice, model_problems(brief, choice.facts))
        yield from about(brief, choice, sunset_problems(choice.facts, today))


def about(brief: Brief, choice: Choice, problems: Iterator[Problem]) -> Iterator[Problem]:
    """The errors a brief would have with a fallback, said of that fallback."""
    place = f"fallbacks[{brief.fallbacks.index(choice.provider)}]"
    for problem in problems:
        if problem.severity is Severity.ERROR:
            rule = f"{choice.provider} could not make this brief: {problem.path}: {problem.rule}"
            fix = f"{problem.fix}, or remove {choice.provider} from fallbacks"
            yield replace(problem, path=place, rule=rule, fix=fix, zh=f"备用供应商 {choice.provider}：{problem.zh}")


@dataclass(frozen=True, slots=True)
class Switch:
    """A film that another block shall make. Prices are the highest ones, in the currency of the refused render."""

    refused: Render
    new: Spec
    old_price: Decimal
    new_price: Decimal

    def made(self) -> str:
        """The event of the refused render."""
        return f"{SWITCHED} {self._block()}: {self._why()}"

    def too_dear(self, worst_case: Decimal, budget: Budget) -> str:
        """The event of the refused render when the campaign could cost too much with this block."""
        return (
            f"{NOT_SWITCHED} {self._block()}: {self._why()}; the campaign could then cost {money(worst_case)}, "
            f"its budget is {budget.amount} {budget.currency}"
        )

    def in_place(self) -> str:
        """The first event of the render that takes the place of the refused one."""
        return f"{IN_PLACE} {self.refused.id} at {self.refused.spec.provider}: {self._why()}"

    def _block(self) -> str:
        return f"{self.new.provider} ({self.new.model})"

    def _why(self) -> str:
        refused = self.refused
        prices = f"{money(self.old_price)} -> {money(self.new_price)} {refused.charge_currency}"
        return f"refused with {refused.failure_kind} {refused.failure_code or 'and no code'}, highest price {prices}"


def tells_of_switch(note: str) -> bool:
    """Whether an event's note, of a refused render, is one of a switch, made or not."""
    return note.startswith(tuple(_CHINESE))


def in_chinese(note: str) -> str:
    """What such a note says, in a few words."""
    return next(words for beginning, words in _CHINESE.items() if note.startswith(beginning))
