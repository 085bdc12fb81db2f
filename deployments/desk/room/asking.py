"""What a guest is asked about one variant, what was said so far, and why somebody may not answer. Pure data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from workprint.board import Board
from workprint.brief import Brief
from workprint.comments import Comment, as_prompt, remarks_on
from workprint.deciding import standing
from workprint.gates import Gate, GateState
from workprint.policy import Channel
from workprint.problems import Problem
from workprint.render import Approval, Decision
from workprint.room_links import Guest
from workprint.variants import Variant
from workprint.votes import Missing, Vote, Voter, missing, newest, voter_problems


@dataclass(frozen=True, slots=True)
class Question:
    """One variant at a gate."""

    #: Digest of what is offered: a vote is about exactly this.
    offer: str
    take: int
    #: What the variant's final costs at most, in the gate's currency.
    price: Decimal
    #: Whether an answer is still wanted.
    open: bool
    #: What was decided; None while it is open.
    decided: Approval | None
    #: The newest word of each person, oldest first.
    votes: tuple[Vote, ...]
    #: Who must still agree; false when nobody.
    missing: Missing
    #: The words of the next take, if changes are wanted: those before and what was remarked.
    prompt: str


@dataclass(frozen=True, slots=True)
class Asking:
    """The gate of a page. `gate`: the open one, else the last."""

    gate: Gate
    #: Whether answers are taken.
    open: bool
    #: How long it is still open.
    left: timedelta
    #: Why this guest may not answer at all; empty when they may.
    silence: tuple[Problem, ...]
    #: Why this guest may say anything but yes; empty when they may.
    no_yes: tuple[Problem, ...]
    #: By variant name, in the brief's order.
    questions: dict[str, Question]

    @property
    def may_answer(self) -> bool:
        """Whether the page has a form."""
        return self.open and not self.silence and any(question.open for question in self.questions.values())

    @property
    def waiting(self) -> tuple[str, ...]:
        """The variants that still want an answer."""
        return tuple(name for name, question in self.questions.items() if question.open)


@dataclass(frozen=True, slots=True)
class Said:
    """What the ledger knows of questions and answers of a campaign, oldest first each."""

    gates: tuple[Gate, ...]
    votes: tuple[Vote, ...]
    approvals: tuple[Approval, ...]
    comments: tuple[Comment, ...]


def asking_of(
    said: Said, current: str | None, brief: Brief, board: Board | None, guest: Guest, now: datetime
) -> Asking:
    """The question a page puts. `current`: id of the gate that the run waits at, as the campaign says. Needs a gate."""
    gate = next((g for g in said.gates if g.id == current and g.state is GateState.OPEN), said.gates[-1])
    open_ = gate.id == current and gate.state is GateState.OPEN and now < gate.deadline
    silence = _problems(gate, brief, guest, Decision.REJECTED)
    no_yes = tuple(p for p in _problems(gate, brief, guest, Decision.APPROVED) if p not in silence)
    questions = {name: _question(said, gate, name, board, open_) for name in gate.variants}
    return Asking(gate, open_, max(timedelta(0), gate.deadline - now), silence, no_yes, questions)


def _problems(gate: Gate, brief: Brief, guest: Guest, decision: Decision) -> tuple[Problem, ...]:
    voter = Voter(guest.name, Channel.SCREENING_ROOM, guest.roles, guest.agent, proven=True)
    requester, named = brief.requested_by, brief.approvers
    return tuple(voter_problems(voter, {decision}, policy=gate.policy, requester=requester, named=named))


def _question(said: Said, gate: Gate, name: str, board: Board | None, open_: bool) -> Question:
    offers = gate.of(name)
    take = offers[0].take
    decided = next((a for a in standing(said.approvals) if (a.variant, a.take) == (name, take)), None)
    # The digest is made once: `votes_on` makes it for every vote.
    about = gate.digest(name)
    latest = tuple(newest([v for v in _comparable(said, gate) if v.variant == name and v.offer == about]))
    return Question(
        offer=about,
        take=take,
        price=max(Decimal(offer.max_amount) for offer in offers),
        open=open_ and decided is None,
        decided=decided,
        votes=latest,
        missing=missing(gate.terms, latest),
        prompt=_next_prompt(said.comments, board, name, take),
    )


def _comparable(said: Said, gate: Gate) -> Iterator[Vote]:
    """Votes cast under the very policy of this gate: those that count (`blocks.ledger.gate_rows`)."""
    same = {other.id for other in said.gates if other.policy == gate.policy}
    return (vote for vote in said.votes if vote.gate_id in same)


def _next_prompt(comments: Sequence[Comment], board: Board | None, name: str, take: int) -> str:
    variant = _variant(board, name, take)
    if variant is None:
        return ""
    return as_prompt(variant.free_prompt, remarks_on(comments, name, take))


def _variant(board: Board | None, name: str, take: int) -> Variant | None:
    return next((v for v in board.current if (v.name, v.take) == (name, take)), None) if board else None
