"""From votes to rows: what a settled variant, a deadline or a withdrawal puts on record."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from workprint.evidence import Evidence, Offer, amount_text
from workprint.gates import Gate
from workprint.policy import Channel
from workprint.render import Approval, Decision
from workprint.spec import canonical_sha256
from workprint.votes import Missing, Settlement, Vote

#: Who decides when nobody does, and who takes back a yes to something that changed.
DEADLINE, WORKPRINT = "deadline", "workprint"


@dataclass(frozen=True, slots=True)
class Cast:
    """What came of the votes somebody cast."""

    #: The gate as it stands now.
    gate: Gate
    recorded: tuple[Vote, ...]
    #: What is decided by them.
    settled: tuple[Approval, ...]
    #: Votes that came too late, each with what was decided before.
    late: tuple[tuple[Vote, Approval], ...]
    #: Who must still agree, by variant, where these votes alone decide nothing.
    missing: dict[str, Missing]


@dataclass(frozen=True, slots=True)
class Behind:
    """What an approval rests on: its gate's stake, its votes, and every withdrawal of a yes to the same take."""

    amount: Decimal
    currency: str
    votes: tuple[Vote, ...]
    withdrawals: tuple[Approval, ...]


def approvals_of(gate: Gate, variant: str, settlement: Settlement, at: datetime) -> tuple[Approval, ...]:
    """The rows of a settled variant: a yes is one row for every block that may make the film, everything else is one.

    `at`: when it was settled, aware, in UTC.
    """
    offers = gate.of(variant)
    if settlement.decision is Decision.APPROVED:
        return tuple(_row(gate, offer, settlement, at) for offer in offers)
    return (_row(gate, offers[0], settlement, at),)


def denial(gate: Gate, variant: str, note: str, at: datetime) -> Approval:
    """Nobody answered in time: no."""
    vote = _vote(gate, variant, Decision.REJECTED, note, at)
    return _row(gate, gate.of(variant)[0], Settlement(Decision.REJECTED, (vote,)), at)


def withdrawal(approval: Approval, note: str, at: datetime) -> Approval:
    """The row by which a yes no longer counts; `note` says what changed."""
    return Approval(
        id=_name("withdrawn", approval.id),
        campaign_id=approval.campaign_id,
        variant=approval.variant,
        take=approval.take,
        decision=Decision.WITHDRAWN,
        actor=WORKPRINT,
        note=note,
        at=at,
        covers=approval.covers,
        draft_render_id=approval.draft_render_id,
        draft_sha256=approval.draft_sha256,
        final_fingerprint=None,
        max_amount=None,
        currency=approval.currency,
        gate_id=approval.gate_id,
        withdraws=approval.id,
    )


def standing(approvals: Iterable[Approval]) -> tuple[Approval, ...]:
    """Those that count: neither withdrawn nor withdrawals, in the same order."""
    every = tuple(approvals)
    gone = {one.withdraws for one in every if one.withdraws}
    return tuple(one for one in every if one.decision is not Decision.WITHDRAWN and one.id not in gone)


def voters_of(approval: Approval) -> frozenset[str]:
    """Ids of the votes that a sealed approval rests on."""
    return frozenset(one["vote"] for one in json.loads(approval.evidence or "{}").get("approvers", ()))


def withdrawals(approvals: Iterable[Approval], variant: str, take: int) -> int:
    """How often a yes to this take was taken back: the round of its question."""
    wanted = (variant, take, Decision.WITHDRAWN)
    return sum((one.variant, one.take, one.decision) == wanted for one in approvals)


def _row(gate: Gate, offer: Offer, settlement: Settlement, at: datetime) -> Approval:
    votes, approved = settlement.votes, settlement.decision is Decision.APPROVED
    evidence = Evidence.of(offer, gate.policy, gate.terms, votes, at)
    return Approval(
        id=_name(gate.id, offer.variant, offer.take, offer.provider),
        campaign_id=gate.campaign_id,
        variant=offer.variant,
        take=offer.take,
        decision=settlement.decision,
        actor=_joined(vote.actor for vote in votes),
        note="; ".join(dict.fromkeys(vote.note for vote in votes if vote.note)),
        at=at,
        covers=evidence.seal,
        draft_render_id=offer.draft_render_id,
        draft_sha256=offer.draft,
        final_fingerprint=offer.fingerprint if approved else None,
        max_amount=Decimal(offer.max_amount) if approved else None,
        currency=offer.currency,
        prompt=votes[0].prompt if settlement.decision is Decision.REVISE else "",
        role=_joined(role for vote in votes for role in vote.roles),
        channel=_joined(vote.channel for vote in votes),
        gate_id=gate.id,
        evidence=evidence.text() if approved else None,
    )


def disagreements(approval: Approval) -> tuple[str, ...]:
    """Fields in which an approval's row and its own sealed evidence disagree; `seal` when the seal itself is broken."""
    try:
        bound = json.loads(approval.evidence or "")
    except ValueError:
        return ("seal",)
    if not isinstance(bound, dict) or canonical_sha256(bound) != approval.covers:
        return ("seal",)
    approvers = bound["approvers"]
    wanted = {
        "campaign": approval.campaign_id,
        "variant": approval.variant,
        "take": approval.take,
        "draft_render_id": approval.draft_render_id,
        "draft": approval.draft_sha256,
        "fingerprint": approval.final_fingerprint,
        "currency": approval.currency,
        "at": approval.at.isoformat(),
    }
    found = [name for name, value in wanted.items() if bound.get(name) != value]
    if approval.max_amount is None or bound["max_amount"] != amount_text(approval.max_amount):
        found.append("max_amount")
    said = (_joined(a["name"] for a in approvers), _joined(r for a in approvers for r in a["roles"]))
    if (*said, _joined(a["channel"] for a in approvers)) != (approval.actor, approval.role, approval.channel):
        found.append("approvers")
    return tuple(found)


def _vote(gate: Gate, variant: str, decision: Decision, note: str, at: datetime) -> Vote:
    return Vote(
        id=_name("deadline", gate.id, variant),
        gate_id=gate.id,
        campaign_id=gate.campaign_id,
        variant=variant,
        take=gate.of(variant)[0].take,
        offer=gate.digest(variant),
        decision=decision,
        actor=DEADLINE,
        roles=(),
        channel=Channel.DEADLINE,
        note=note,
        at=at,
    )


def _joined(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def _name(*parts: object) -> str:
    """The same answer about the same thing has the same id."""
    return "apr_" + canonical_sha256([str(part) for part in parts])[:32]


def votes_on(gate: Gate, variant: str, votes: Sequence[Vote]) -> tuple[Vote, ...]:
    """Those of the votes that are about exactly what this gate asks of the variant."""
    return tuple(vote for vote in votes if vote.variant == variant and vote.offer == gate.digest(variant))
