"""A server that is not ours: what examining it may cost at most."""

from dataclasses import dataclass
from decimal import Decimal

from deployments.conform.specs import final_of, smallest
from workprint.dialects import Dialect
from workprint.models import ModelFacts


@dataclass(frozen=True, slots=True)
class Worst:
    """The dearest outcome. `amount` is None where no price is known. `films`: what is ordered, in words."""

    amount: Decimal | None
    currency: str
    films: str
    source: str


def worst(facts: ModelFacts, language: Dialect, *, final: bool) -> Worst:
    """The highest cost of all checks together: nothing is free until the provider says so.

    One draft is rendered. Where the provider can cancel, a second one is ordered and cancelled at once, which may come
    too late. The submits that must be refused (wrong key, a model nobody sells) cannot be rendered by anybody.
    """
    draft = smallest(facts)
    ordered = [draft] if language.cancel("x") is None else [draft, draft]
    films = "one draft" if len(ordered) == 1 else "two drafts, of which one is cancelled at once"
    if final:
        ordered.append(final_of(draft, facts))
        films += f", and one final in {ordered[-1].resolution}"
    if not facts.prices:
        return Worst(None, facts.currency, films, "")
    total = sum((facts.price(spec).amount for spec in ordered), Decimal(0))
    return Worst(total, facts.currency, films, facts.price_source)
