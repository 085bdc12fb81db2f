"""What a render cost as columns of its row: by the provider's own word, by the dated list, or unknown."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from workprint.charges import Charge, ChargeState, Evidence
from workprint.errors import InputError
from workprint.models import ModelFacts
from workprint.outcomes import Observation
from workprint.render import Render
from workprint.states import FRUITLESS, RenderState


def cost_of_film(render: Render, seen: Observation, facts: ModelFacts) -> Charge:
    """What a film cost: by the provider's own word, else what the list says; else, when its line is gone, the quote."""
    told = facts.charge_of(render.spec, seen)
    if told is not None:
        return told
    try:
        listed = facts.price(render.spec)
    except InputError:
        source = f"the quote of its order: the price list of {facts.name} has no such line any more"
        listed = Charge(ChargeState.QUOTED, render.charge_amount, render.charge_currency, Evidence.ESTIMATED, source)
    return replace(listed, state=ChargeState.CHARGED)


def cost_of_no_film(render: Render, seen: Observation, facts: ModelFacts) -> dict[str, Any]:
    """A film we cannot have may be billed all the same, e.g. one that succeeded without a usable link."""
    told = facts.charge_of(render.spec, seen)
    if told is not None and told.amount:
        return charged(told)
    if told is not None and seen.cost is not None:
        return charged(replace(told, state=ChargeState.NOT_CHARGED))
    if facts.free_failures:
        return no_charge(render, facts.free_failures)
    return {
        "charge_state": ChargeState.UNKNOWN,
        "charge_source": f"{facts.dialect} does not document whether failed tasks are billed",
    }


def charge_learnt(render: Render, seen: Observation, facts: ModelFacts) -> dict[str, Any] | None:
    """What the provider now says of the cost of a render that ended with an unknown charge; None: still nothing."""
    if seen.state is RenderState.SUCCEEDED:
        return charged(cost_of_film(render, seen, facts))
    if seen.state not in FRUITLESS:
        return None
    learnt = cost_of_no_film(render, seen, facts)
    return None if learnt["charge_state"] is ChargeState.UNKNOWN else learnt


def no_charge(render: Render, source: str) -> dict[str, Any]:
    """A free end as columns of a render, with the evidence."""
    charge = Charge(ChargeState.NOT_CHARGED, Decimal(0), render.charge_currency, Evidence.ESTIMATED, source)
    return charged(charge)


def charged(charge: Charge) -> dict[str, Any]:
    """A charge as columns of a render."""
    return {
        "charge_state": charge.state,
        "charge_amount": charge.amount,
        "charge_currency": charge.currency,
        "charge_evidence": charge.evidence,
        "charge_source": charge.source,
    }
