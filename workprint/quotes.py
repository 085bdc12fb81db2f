"""The quote: what a brief will cost at most, said before anything is spent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from workprint.brief import Brief, Budget, Shot
from workprint.charges import Charge
from workprint.dialects.wording import spec_text
from workprint.errors import InputError, OverBudget
from workprint.models import PRICE, ModelFacts
from workprint.problems import Problem
from workprint.spec import FrozenReference
from workprint.variants import Variant, direct_spec, draft_spec, expand, final_spec

#: A price list older than this is quoted with a warning.
OLD_AFTER = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One variant's cost. `draft` is None when the brief wants none."""

    variant: str
    draft: Charge | None
    final: Charge
    #: The whole text that is sent for it: prompt, camera, sound and what to avoid, in the model's own words.
    text: str = ""

    @property
    def total(self) -> Decimal:
        """Draft and final together."""
        return self.final.amount + (self.draft.amount if self.draft else Decimal(0))


@dataclass(frozen=True, slots=True)
class Quote:
    """The worst case of a brief: every draft is approved. Amounts in `currency` (ISO 4217)."""

    lines: tuple[QuoteLine, ...]
    model: str
    currency: str
    price_source: str
    price_date: str

    @property
    def drafts(self) -> Decimal:
        """All drafts together: what is spent before anybody is asked."""
        return sum((line.draft.amount for line in self.lines if line.draft), Decimal(0))

    @property
    def finals(self) -> Decimal:
        """All finals together."""
        return sum((line.final.amount for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """Drafts and finals together."""
        return self.drafts + self.finals

    def line(self, variant: str) -> QuoteLine:
        """The line of one variant. Raises `KeyError`."""
        return {line.variant: line for line in self.lines}[variant]

    def age_warning(self, today: date) -> str | None:
        """What to say, in both languages, of prices older than `OLD_AFTER`; None while they are fresh enough."""
        try:
            age = today - date.fromisoformat(self.price_date)
        except ValueError:
            return f"nobody knows how old the prices of {self.model} are · 价格日期不明：{self.price_date!r}"
        if age <= OLD_AFTER:
            return None
        return (
            f"the prices of {self.model} are {age.days} days old ({self.price_date}): look whether they still hold · "
            f"{self.model} 的价格已有 {age.days} 天未更新（{self.price_date}），请核对。"
        )

    def check_budget(self, budget: Budget) -> None:
        """Raise `OverBudget` when the total is above the budget, `InputError` when it is in another currency."""
        if budget.currency != self.currency:
            raise InputError([currency_problem(budget.currency, self.currency, self.model)])
        if self.total > budget.amount:
            raise OverBudget(self._over(budget), fix=self._way_out(budget))

    def _over(self, budget: Budget) -> str:
        return (
            f"budget.amount is {budget.amount} {self.currency}, the quote is {money(self.total)} "
            f"(drafts {money(self.drafts)}, finals {money(self.finals)}, {len(self.lines)} variants): "
            f"{money(self.total - budget.amount)} {self.currency} too much"
        )

    def _way_out(self, budget: Budget) -> str:
        dearest = max(self.lines, key=lambda line: line.total)
        return (
            f"Raise budget.amount to {money(self.total)}, or take away ratios, durations, takes or shots, or lower "
            f"final.resolution. The dearest variant is {dearest.variant} with {money(dearest.total)} {budget.currency}."
        )


def quote(
    brief: Brief, facts: ModelFacts, provider: str, references: Mapping[str, Sequence[FrozenReference]] | None = None
) -> Quote:
    """The cost of every variant, drafts and finals. `references` are the frozen ones by shot name; without them a
    reference film counts as long as the model takes.
    """
    frozen = references or {}
    lines = tuple(
        _line(brief, variant, facts, provider, frozen.get(variant.shot.name) or _unread(variant.shot))
        for variant in expand(brief)
    )
    return Quote(lines, facts.name, facts.currency, facts.price_source, facts.sources[PRICE].date.isoformat())


def money(amount: Decimal) -> str:
    """Two decimals, rounded up: what a person is told is never less than what is meant."""
    return str(amount.quantize(Decimal("0.01"), "ROUND_CEILING"))


def currency_problem(asked: str, has: str, model: str) -> Problem:
    """The budget is in another currency than the price list; nothing converts money silently."""
    return Problem(
        "budget.currency",
        f"the prices of {model} are in {has}, the budget is in {asked}",
        f"give the budget in {has}",
        zh=f"{model} 的价格以 {has} 计，预算以 {asked} 计；请改用 {has} 预算。",
    )


def _line(
    brief: Brief, variant: Variant, facts: ModelFacts, provider: str, references: Sequence[FrozenReference]
) -> QuoteLine:
    if not brief.draft.enabled:
        direct = direct_spec(brief, variant, facts, provider, references)
        return QuoteLine(variant.name, None, facts.price(direct), spec_text(direct, facts))
    draft = draft_spec(brief, variant, facts, provider, references)
    final = final_spec(brief, variant, draft, native=facts.native)
    return QuoteLine(variant.name, facts.price(draft), facts.price(final), spec_text(draft, facts))


def _unread(shot: Shot) -> tuple[FrozenReference, ...]:
    """Stand-ins for references nobody has read yet: only their roles count in a price."""
    return tuple(FrozenReference(r.role, "", "", 0, "", "") for r in shot.references)
