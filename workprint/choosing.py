"""Which model makes a brief when its provider block names none: the cheapest that can, drafts and finals counted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from workprint.brief import Brief
from workprint.errors import InputError
from workprint.models import ModelFacts, all_models
from workprint.problems import Problem, errors_in
from workprint.quotes import money, quote
from workprint.rules_model import model_problems, sunset_problems


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model nobody named, and why it was taken. Kept with the campaign: a run from the top again takes the same."""

    model: str
    why: str
    zh: str


def chosen_in(frozen: Mapping[str, Any]) -> dict[str, Chosen]:
    """The models that were chosen for a campaign the ledger knows, by provider block."""
    return {block: Chosen(**kept) for block, kept in frozen.get("models", {}).items()}


@dataclass(frozen=True, slots=True)
class _Candidate:
    facts: ModelFacts
    #: The worst case of the brief, in its own currency.
    total: Decimal

    def told(self, currency: str) -> str:
        return f"{self.facts.name} ({money(self.total)} {currency})"


def cheapest(brief: Brief, dialect: str, today: date) -> Chosen:
    """The model of a dialect that makes the brief at the lowest worst case, in the currency of its budget.

    Raises `InputError` saying of each model why it cannot.
    """
    models = all_models(dialect)
    able = sorted(_able(brief, models, today), key=lambda one: (one.total, one.facts.name))
    if not able:
        raise InputError([_none(brief, dialect, models, today)])
    first, currency = able[0], brief.budget.currency
    why = f"{first.told(currency)} is the cheapest of {len(able)} {dialect} models that can make this brief"
    zh = f"{first.told(currency)} 是 {len(able)} 个可用的 {dialect} 模型中最便宜的"
    if len(able) > 1:
        why, zh = f"{why}, before {able[1].told(currency)}", f"{zh}，其次是 {able[1].told(currency)}"
    return Chosen(first.facts.name, why, zh)


def _able(brief: Brief, models: tuple[ModelFacts, ...], today: date) -> Iterator[_Candidate]:
    for facts in models:
        if not _hindrances(brief, facts, today):
            yield _Candidate(facts, quote(brief, facts, brief.provider).total)


def _hindrances(brief: Brief, facts: ModelFacts, today: date) -> tuple[Problem, ...]:
    """Why a model cannot make the brief: the rules, its end, or a price list without the line it needs."""
    found = errors_in((*model_problems(brief, facts), *sunset_problems(facts, today)))
    if found:
        return found
    try:
        quote(brief, facts, brief.provider)
    except InputError as error:
        return error.problems
    return ()


def _none(brief: Brief, dialect: str, models: tuple[ModelFacts, ...], today: date) -> Problem:
    """One line a model: the first thing each cannot do."""
    first = {facts.name: _hindrances(brief, facts, today)[0] for facts in models}
    told = "; ".join(f"{name}: {problem.path}: {problem.rule} -> {problem.fix}" for name, problem in first.items())
    return Problem(
        "provider.model",
        f"no model is named, and no {dialect} model can make this brief: {told or 'nothing is known of its models'}",
        "change the brief as one of them needs it, or name a model in the provider block",
        zh=f"未指定模型，且没有 {dialect} 模型能完成该简报；请按提示修改简报，或在 provider 配置中指定模型。",
    )
