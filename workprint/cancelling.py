"""Cancelling tells the truth: requested, confirmed, or too late, each with its charge. The steps, and the words."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from workprint.bills import cost_of_no_film, no_charge
from workprint.charges import FREE, ChargeState
from workprint.models import ModelFacts
from workprint.outcomes import Observation
from workprint.quotes import money
from workprint.render import CancelState, Change, Render
from workprint.states import TERMINAL, RenderState
from workprint.steps import CANCELLED, Actor

#: The provider's task is not known: there is nothing yet that it could be asked to cancel.
WITHOUT_TASK = frozenset({RenderState.SUBMITTING, RenderState.UNKNOWN})


class Outcome(StrEnum):
    """What became of the wish to cancel one render."""

    CONFIRMED = "confirmed"
    REQUESTED = "requested"
    TOO_LATE = "too_late"
    #: Nobody knows the provider's task yet; asked for once it is known.
    NOT_YET = "not_yet"
    #: Another campaign that has not ended is served by it.
    KEPT = "kept"
    #: It had ended before anybody wanted to cancel it.
    ENDED = "ended"

    @property
    def words(self) -> str:
        """What a person reads, in both languages."""
        return _WORDS[self]


_WORDS = {
    Outcome.CONFIRMED: "confirmed · 已取消",
    Outcome.REQUESTED: "requested · 已请求取消",
    Outcome.TOO_LATE: "too late · 已无法取消",
    Outcome.NOT_YET: "not yet · 暂不能取消",
    Outcome.KEPT: "kept · 保留",
    Outcome.ENDED: "had ended · 此前已结束",
}


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The answer for one render. `why`: what a person has to know beside the outcome, in English."""

    render: Render
    outcome: Outcome
    why: str = ""

    @property
    def pending(self) -> bool:
        """Whether the same question may have another answer later."""
        return self.outcome in {Outcome.REQUESTED, Outcome.NOT_YET}


def standing(render: Render, why: str = "") -> Cancelled:
    """What a render as it stands now says of the wish to cancel it."""
    return Cancelled(render, _outcome(render), why)


def charge(render: Render, language: str = "en") -> str:
    """What the render costs, as far as anybody knows, `en` or `zh`."""
    amount, chinese = f"{money(render.charge_amount)} {render.charge_currency}", language.startswith("zh")
    if render.charge_state in FREE:
        return "未计费" if chinese else "nothing"
    if render.charge_state is ChargeState.CHARGED:
        return f"已计费 {amount}" if chinese else f"charged {amount}"
    if render.charge_state is ChargeState.UNKNOWN:
        return f"不确定，最多 {amount}，保持预留" if chinese else f"unknown: up to {amount}, stays reserved"
    return f"最多 {amount}" if chinese else f"at most {amount}"


def cancel_requested(render: Render, actor: Actor) -> Change:
    """Amended before the provider is asked: somebody wants it gone."""
    return _change(render, render.state, actor, "cancel requested", {"cancel_state": CancelState.REQUESTED})


def cancel_confirmed(render: Render, seen: Observation | None, facts: ModelFacts, actor: Actor) -> Change:
    """It will not be rendered: the provider took it out of its queue, or (`seen` None) it was never sent."""
    cost = cost_of_no_film(render, seen, facts) if seen else no_charge(render, "never sent to the provider")
    step = _change(render, RenderState.CANCELLED, actor, "cancel confirmed", {**cost, **CANCELLED})
    return replace(step, code=seen.code, raw=seen.raw) if seen else step


def cancel_settled(render: Render, actor: Actor) -> Change:
    """Amended when the state has the answer already, whoever brought it there."""
    if render.state is RenderState.CANCELLED:
        return _change(render, render.state, actor, "cancel confirmed", CANCELLED)
    return cancel_too_late(render, actor)


def cancel_too_late(render: Render, actor: Actor) -> Change:
    """Amended when the provider goes on, or has ended it; the charge is not touched."""
    return _change(render, render.state, actor, "too late to cancel", {"cancel_state": CancelState.TOO_LATE})


def _change(render: Render, to: RenderState, actor: Actor, note: str, facts: dict[str, Any]) -> Change:
    return Change(render.id, render.state, to, actor.source, actor.name, note=note, facts=facts)


def _outcome(render: Render) -> Outcome:
    if render.state is RenderState.CANCELLED:
        return Outcome.CONFIRMED
    if render.cancel_state is CancelState.TOO_LATE:
        return Outcome.TOO_LATE
    if render.state in TERMINAL:
        return Outcome.ENDED
    return Outcome.NOT_YET if render.state in WITHOUT_TASK else Outcome.REQUESTED
