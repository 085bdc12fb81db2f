"""The history of a campaign as its page tells it: questions, votes, decisions, takes. Pure data, newest first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from deployments.desk.room.asking import Said
from deployments.desk.room.cuts import playable
from workprint.gates import Gate, GateState
from workprint.policy import Channel
from workprint.render import Approval, Asset, Claim, Decision
from workprint.spec import Kind
from workprint.votes import Vote


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `what` is a key of the words `moment_<what>`, `fields` fill them."""

    at: datetime
    what: str
    fields: Mapping[str, str] = field(default_factory=dict)
    #: What a person said with it, as they wrote it.
    note: str = ""
    #: Keys of words in `fields` that are to be said in the reader's language.
    words: tuple[str, ...] = ()


def moments_of(said: Said, claims: tuple[Claim, ...], films: Mapping[str, Asset]) -> tuple[Moment, ...]:
    """Everything that happened, newest first."""
    every = [
        *(moment for gate in said.gates for moment in _gate(gate)),
        *map(_vote, said.votes),
        *(_decision(approval) for approval in _once(said.approvals)),
        *(moment for claim in claims for moment in _take(claim, films)),
    ]
    return tuple(sorted(every, key=lambda moment: moment.at, reverse=True))


def _gate(gate: Gate) -> Iterator[Moment]:
    yield Moment(
        gate.opened_at, "asked", {"number": str(len(gate.variants)), "until": f"{gate.deadline:%Y-%m-%d %H:%M}"}
    )
    if gate.closed_at is not None and gate.state is not GateState.OPEN:
        yield Moment(gate.closed_at, f"gate_{gate.state}")


def _vote(vote: Vote) -> Moment:
    fields = {
        "actor": vote.actor,
        "variant": vote.variant,
        "take": str(vote.take),
        "decision": f"decision_{vote.decision}",
        "channel": f"channel_{vote.channel}",
    }
    return Moment(vote.at, "vote", fields, vote.note, ("decision", "channel"))


def _once(approvals: tuple[Approval, ...]) -> Iterator[Approval]:
    """A film without a draft has one yes for each provider block: people hear of it once."""
    told: set[tuple[object, ...]] = set()
    for one in approvals:
        about = (one.variant, one.take, one.decision, one.gate_id, one.at)
        if about not in told:
            told.add(about)
            yield one


def _decision(approval: Approval) -> Moment:
    fields = {
        "actor": approval.actor,
        "variant": approval.variant,
        "take": str(approval.take),
        "decision": f"decision_{approval.decision}",
    }
    if approval.decision is Decision.WITHDRAWN:
        return Moment(approval.at, "withdrawn", fields, approval.note)
    if approval.channel == Channel.DEADLINE:
        return Moment(approval.at, "deadline", fields, approval.note)
    return Moment(approval.at, "settled", fields, words=("decision",))


def _take(claim: Claim, films: Mapping[str, Asset]) -> Iterator[Moment]:
    fields = {"variant": claim.variant, "take": str(claim.take)}
    film = playable(claim, films)
    if film is not None:
        yield Moment(film.archived_at, "draft" if claim.kind is Kind.DRAFT else "delivered", fields)
    elif claim.render.failure is not None:
        yield Moment(claim.render.finished_at or claim.render.updated_at, "failed", fields)
