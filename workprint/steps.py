"""The steps of a render's life as values: a render and what the world answered make the `Change` to ask for.

Pure, so that poll, callback, rescue and person all make the very same change from the very same answer.
"""

from dataclasses import dataclass
from typing import Any

from workprint.bills import charged, cost_of_film, cost_of_no_film, no_charge
from workprint.budgets import OVER_BUDGET
from workprint.charges import ChargeState
from workprint.errors import BudgetExceeded
from workprint.failures import Failure, FailureKind, Stage
from workprint.models import ModelFacts, model_facts
from workprint.outcomes import Accepted, Observation, Refused, Unanswered
from workprint.render import CancelState, Change, Render, Source
from workprint.states import FRUITLESS, RenderState
from workprint.unknowns import GIVEN_UP, GIVEN_UP_FOR_NEW_TAKE, PROVEN_ABSENT

#: Facts of a cancel that came in time: an end somebody wanted is no failure.
CANCELLED: dict[str, Any] = {
    "failure_kind": None,
    "failure_stage": None,
    "failure_code": "",
    "failure_raw": "",
    "cancel_state": CancelState.CONFIRMED,
}
#: A task the provider says it does not know, this many times in a row, is gone. Fewer is flapping.
GONE_AFTER = 3


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a change, and by which path."""

    name: str
    source: Source


def model_facts_of(render: Render) -> ModelFacts:
    """What the model that makes a render can do and costs. Raises `InputError` when nobody knows any more."""
    return model_facts(render.spec.model, render.dialect)


def submitting(render: Render, actor: Actor, holder: str = "", token_hash: str = "") -> Change:
    """Committed before the POST: who makes it, and the hash of the token by which a callback is known as ours.

    The ledger counts the attempt, sets the time, and reserves the quote.
    """
    facts = {"holder": holder or None, "token_hash": token_hash or None}
    return _change(render, RenderState.SUBMITTING, actor, facts=facts)


def over_budget(refusal: BudgetExceeded) -> dict[str, Any]:
    """What `Ledger.record` is told of a submit that a budget refused: the render stays planned, for a later try."""
    failure = Failure(FailureKind.QUOTA, Stage.SUBMIT, OVER_BUDGET, f"{refusal}\n{refusal.zh}".strip())
    return {"source": Source.SUBMIT, "actor": "budget", "note": str(refusal), "facts": failed(failure)}


def taken_back(render: Render, reason: str, actor: Actor) -> Change:
    """An order that was never sent: what it stood on no longer holds. It costs nothing and lets go of its content."""
    return _change(render, RenderState.CANCELLED, actor, note=reason, facts=no_charge(render, "never sent"))


def accepted(render: Render, answer: Accepted, actor: Actor) -> Change:
    """The provider's id and raw answer, committed before anything else happens."""
    facts: dict[str, Any] = {"task_id": answer.task_id}
    if render.state is RenderState.UNKNOWN:
        facts |= _quoted_again("the provider's answer came late")
    return _change(render, RenderState.QUEUED, actor, raw=answer.raw, facts=facts)


def refused(render: Render, answer: Refused, actor: Actor) -> Change:
    """Back to `planned` while the class allows another try, else failed and free of charge."""
    failure = answer.failure
    if render.attempts <= failure.submit_retries:
        return _change(render, RenderState.PLANNED, actor, code=failure.code, raw=answer.raw, note=failure.kind)
    free = no_charge(render, "the provider refused the request: no task was made")
    return _change(
        render, RenderState.FAILED, actor, code=failure.code, raw=answer.raw, facts={**failed(failure), **free}
    )


def unanswered(render: Render, answer: Unanswered, actor: Actor) -> Change:
    """Nobody knows whether a task exists: never resubmitted blindly, and the charge says so."""
    return _change(
        render,
        RenderState.UNKNOWN,
        actor,
        raw=answer.raw,
        note=answer.reason,
        facts={"charge_state": ChargeState.UNKNOWN, "charge_source": "the submit had no usable answer"},
    )


def found(render: Render, seen: Observation, actor: Actor, how: str) -> Change:
    """An unknown render's task was found at the provider. `how`: what it was known by."""
    return _change(
        render,
        RenderState.QUEUED,
        actor,
        code=seen.code,
        raw=seen.raw,
        note=f"found at the provider: {how}",
        facts={"task_id": seen.task_id, **_quoted_again("found at the provider")},
    )


def absent(render: Render, raw: str, actor: Actor) -> Change:
    """The provider's list, read to the end of the window, has no such task."""
    failure = Failure(FailureKind.NETWORK, Stage.SUBMIT, PROVEN_ABSENT, "the submit was lost, and there is no task")
    free = no_charge(render, "the provider's task list does not have it")
    return _change(render, RenderState.FAILED, actor, raw=raw, note="proven absent", facts={**failed(failure), **free})


def given_up(render: Render, actor: Actor, reason: str, *, new_take: bool) -> Change:
    """A person decided that nobody will ever know: what it may have cost stays reserved, and only then a new take."""
    code = GIVEN_UP_FOR_NEW_TAKE if new_take else GIVEN_UP
    failure = Failure(FailureKind.NETWORK, Stage.SUBMIT, code, f"given up by {actor.name}: {reason}")
    unknown = {"charge_state": ChargeState.UNKNOWN, "charge_source": "given up: nobody knows whether a task was made"}
    return _change(render, RenderState.FAILED, actor, code=code, note=reason, facts={**failed(failure), **unknown})


def observed(render: Render, seen: Observation, facts: ModelFacts, actor: Actor) -> Change | None:
    """The change an observation asks for; None when it says nothing new or a word we do not know."""
    if seen.state is None or seen.state is render.state or seen.state is RenderState.QUEUED:
        return None
    known = _facts_of(render, seen, facts, seen.state) | _answer_to_cancel(render, seen.state)
    return _change(render, seen.state, actor, code=seen.code, raw=seen.raw, facts=known)


def gone(render: Render, raw: str, actor: Actor) -> Change:
    """The provider no longer knows a task it accepted. What it cost, nobody can say."""
    failure = Failure(FailureKind.UPSTREAM, Stage.RENDER, "task_not_found", "the provider lost the task")
    unknown = {"charge_state": ChargeState.UNKNOWN, "charge_source": "the provider no longer knows the task"}
    return _change(render, RenderState.FAILED, actor, raw=raw, facts={**failed(failure), **unknown})


def link_dead(render: Render, reason: str, actor: Actor) -> Change:
    """Paid, rendered, and the link died before the bytes were safe."""
    failure = Failure(FailureKind.LINK, Stage.DOWNLOAD, "link_dead", reason)
    return _change(render, RenderState.LINK_EXPIRED, actor, note=reason, facts=failed(failure))


def bad_media(render: Render, reason: str, actor: Actor) -> Change:
    """The bytes behind the link are no film: `succeeded` was the provider's word, not ours."""
    failure = Failure(FailureKind.UPSTREAM, Stage.DOWNLOAD, "bad_media", reason)
    return _change(render, RenderState.FAILED, actor, note=reason, facts=failed(failure))


def archived(render: Render, actor: Actor, note: str) -> Change:
    """Bytes verified in the bucket."""
    return _change(render, RenderState.ARCHIVED, actor, note=note)


def failed(failure: Failure) -> dict[str, Any]:
    """A failure as columns of a render."""
    return {
        "failure_kind": failure.kind,
        "failure_stage": failure.stage,
        "failure_code": failure.code,
        "failure_raw": failure.raw,
    }


def _facts_of(render: Render, seen: Observation, facts: ModelFacts, state: RenderState) -> dict[str, Any]:
    if state is RenderState.SUCCEEDED:
        link = {"link": seen.link, "link_expires_at": seen.link_expires_at}
        return {**link, **charged(cost_of_film(render, seen, facts))}
    if state in FRUITLESS:
        failure = seen.failure or Failure(FailureKind.UPSTREAM, Stage.RENDER, seen.code, "the provider gave no reason")
        return {**failed(failure), **cost_of_no_film(render, seen, facts)}
    return {}


def _answer_to_cancel(render: Render, state: RenderState) -> dict[str, Any]:
    """Whoever hears first what became of a task answers the wish to cancel it."""
    if render.cancel_state is not CancelState.REQUESTED:
        return {}
    return CANCELLED if state is RenderState.CANCELLED else {"cancel_state": CancelState.TOO_LATE}


def _quoted_again(source: str) -> dict[str, Any]:
    """The charge of an unknown render that turned out to be queued."""
    return {"charge_state": ChargeState.QUOTED, "charge_source": source}


def _change(
    render: Render,
    to: RenderState,
    actor: Actor,
    *,
    code: str = "",
    raw: str = "",
    note: str = "",
    facts: dict[str, Any] | None = None,
) -> Change:
    return Change(
        render_id=render.id,
        expect=render.state,
        to=to,
        source=actor.source,
        actor=actor.name,
        code=code,
        raw=raw,
        note=note,
        facts=facts or {},
    )
