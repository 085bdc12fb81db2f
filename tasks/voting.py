"""Casting votes, from whichever channel, and waking the run that waits for them.

The ledger is the truth: a vote counts once it stands there. The suspended run is only woken; when Prefect is away,
rescue wakes it later.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from blocks.ledger.ledger import Ledger
from tasks.prefect_runs import resumed
from tasks.words import revision_problems
from workprint.approval import Answer, decisions
from workprint.board import Board
from workprint.deciding import Cast
from workprint.gates import Gate
from workprint.policy import Channel
from workprint.problems import Problem, refuse
from workprint.render import Decision
from workprint.spec import canonical_sha256
from workprint.votes import Vote, Voter, unwatched, voter_problems

_log = logging.getLogger(__name__)
#: The form's answer that only says: look into the ledger.
RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one person says of one variant."""

    decision: Decision
    note: str = ""
    #: For `revise`: the free prompt of the next take; empty: the same words once more.
    prompt: str = ""


async def cast(
    ledger: Ledger,
    board: Board,
    gate: Gate,
    ballots: Mapping[str, Ballot],
    voter: Voter,
    *,
    watched: Mapping[str, float] | None = None,
    nonce: str = "",
) -> Cast:
    """Put one person's words on record, by variant. The same `nonce` says the same only once.

    `watched`: the share of each variant's draft this person has watched, 0 to 1; None: nobody measured it. Raises
    `InputError` with everything that speaks against it, and `StaleState` when the gate asks something else by now.
    """
    refuse(ballot_problems(board, gate, ballots, voter, watched))
    now = datetime.now(UTC)
    return await ledger.gates.cast(
        gate.id, [_vote(gate, name, ballot, voter, nonce, now) for name, ballot in ballots.items()]
    )


def ballot_problems(
    board: Board,
    gate: Gate,
    ballots: Mapping[str, Ballot],
    voter: Voter,
    watched: Mapping[str, float] | None = None,
) -> list[Problem]:
    """Everything that speaks against these ballots. Nothing was written yet."""
    found = who_problems(board, gate, {ballot.decision for ballot in ballots.values()}, voter)
    if not ballots:
        found.append(Problem("variants", "nothing is decided", "decide at least one variant", zh="请至少决定一个变体"))
    found += [
        Problem(
            f"variants.{name}",
            f"{name!r} is not asked about here",
            "choose from: " + ", ".join(gate.variants),
            zh=f"此处不审批 {name}",
        )
        for name in ballots
        if name not in gate.variants
    ]
    found += _unexplained(ballots)
    found += _unwatched(gate, ballots, watched or {})
    prompts = {name: ballot.prompt for name, ballot in ballots.items() if ballot.decision is Decision.REVISE}
    return [*found, *revision_problems(board, prompts)]


def who_problems(board: Board, gate: Gate, said: Collection[Decision], voter: Voter) -> list[Problem]:
    """Why this person may not say this here."""
    brief = board.plan.brief
    return voter_problems(voter, said, policy=gate.policy, requester=brief.requested_by, named=brief.approvers)


def ballots_of(board: Board, answer: Answer) -> dict[str, Ballot]:
    """A typed answer by variant. `draft_again` is a new take with the words of the one before."""
    before = {variant.name: variant.prompt_override for variant in board.waiting}
    said, again = decisions(answer, list(before)), answer.decision == "draft_again"
    return {name: Ballot(what, answer.note, before[name] if again else answer.prompt) for name, what in said.items()}


def typed(gate: Gate, name: str, channel: Channel) -> Voter:
    """Whoever typed a name, which proves nothing: the roles are those the project knows of that name."""
    known = gate.policy.approver(name)
    return Voter(name, channel, known.roles if known else ())


async def wake(run_id: str, who: str, note: str) -> bool:
    """Resume the run that waits at its gate: it reads the ledger. False when it does not wait, or Prefect is away."""
    form = {"decision": RECORDED, "variants": [], "prompt": "", "approver": who or "-", "note": note[:500] or "-"}
    try:
        return await resumed(run_id, form)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with Prefect, the decision stands
        _log.warning("gate.not_woken %s: %s", run_id, type(error).__name__)
        return False


def heard_by_run(outcome: Cast) -> bool:
    """Whether the run has something to do after these votes: the gate closed."""
    return outcome.gate.closed_at is not None


def _unexplained(ballots: Mapping[str, Ballot]) -> Iterator[Problem]:
    """A no, or a wish for changes, says why."""
    for name, ballot in ballots.items():
        if ballot.decision is not Decision.APPROVED and not ballot.note.strip():
            yield Problem(f"variants.{name}.note", "is empty", "say why, in a few words", zh=f"请填写 {name} 的原因")


def _unwatched(gate: Gate, ballots: Mapping[str, Ballot], watched: Mapping[str, float]) -> Iterator[Problem]:
    wanted = gate.policy.watched_share
    for name, ballot in ballots.items():
        drafted = any(offer.draft for offer in gate.of(name))
        share = watched.get(name, 0.0)
        if ballot.decision is Decision.APPROVED and drafted and share < wanted:
            yield unwatched(name, share, wanted)


def _vote(gate: Gate, variant: str, ballot: Ballot, voter: Voter, nonce: str, now: datetime) -> Vote:
    about = gate.digest(variant)
    words = [gate.id, variant, about, voter.name, voter.channel.value, nonce]
    return Vote(
        id="vot_" + canonical_sha256(words)[:32],
        gate_id=gate.id,
        campaign_id=gate.campaign_id,
        variant=variant,
        take=gate.of(variant)[0].take,
        offer=about,
        decision=ballot.decision,
        actor=" ".join(voter.name.split()),
        roles=voter.roles,
        channel=voter.channel,
        note=ballot.note.strip(),
        at=now,
        prompt=ballot.prompt.strip() if ballot.decision is Decision.REVISE else "",
    )
