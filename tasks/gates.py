"""Asking people: what is put to them is on record before anybody is asked, with its policy and its deadline."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from tasks.house import House
from tasks.voting import RECORDED, ballots_of, cast, typed, who_problems
from workprint.approval import Answer, problems_of
from workprint.board import Board
from workprint.deciding import Cast
from workprint.errors import InputError, StaleState
from workprint.evidence import Offer, amount_text
from workprint.gates import Deadline, Gate, GateState, deadline
from workprint.policy import Channel, Policy
from workprint.problems import Problem
from workprint.spec import Kind
from workprint.votes import Vote


async def open_gate(house: House, board: Board) -> Gate:
    """The open gate about everything that waits. The same question asked again keeps its first deadline."""
    films = await house.ledger.films(board.plan.campaign_id)
    offers = [offer for variant in board.waiting for offer in board.offers(variant, films)]
    policy = await house.policy_of(board.plan.brief.project)
    now = datetime.now(UTC)
    end, amount = _end(board, policy, now), amount_text(board.worst_case(()))
    for time in count():
        gate = await house.ledger.gates.open(_asked(board, offers, policy, amount, now, end, time))
        if gate.state is GateState.OPEN:
            return gate
    raise AssertionError("unreachable: count() has no end")  # pragma: no cover


def _asked(
    board: Board, offers: list[Offer], policy: Policy, amount: str, now: datetime, end: Deadline, time: int
) -> Gate:
    campaign, currency = board.plan.campaign_id, board.plan.brief.budget.currency
    return Gate.asked(campaign, offers, policy, amount=amount, currency=currency, opened_at=now, end=end, time=time)


def _end(board: Board, policy: Policy, now: datetime) -> Deadline:
    drafts = [board.render(variant, Kind.DRAFT) for variant in board.waiting]
    # A draft that is forgotten already is not what is asked about.
    handles = [until for draft in drafts if draft and (until := board.plan.handle_until(draft)) and until > now]
    sunsets = [choice.facts.sunset for choice in board.plan.choices if choice.facts.sunset]
    return deadline(
        now,
        patience=timedelta(hours=board.plan.brief.gate_timeout_hours),
        quote=timedelta(days=policy.quote_days),
        drafts_until=min(handles, default=None),
        sunset=min(sunsets, default=None),
    )


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of an answer in Prefect's form: problems or what is still missing, for the next form; none: go on."""

    problems: tuple[Problem, ...] = ()
    #: Said above the next form; not a mistake of whoever answered.
    notes: tuple[str, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether there is nothing to ask again."""
        return not self.problems and not self.notes


@task(name="hear", task_run_name="{answer.decision} by {answer.approver}", cache_policy=NO_CACHE, persist_result=False)
async def hear(house: House, board: Board, gate: Gate, answer: Answer, key: str) -> Heard:
    """Put an answer from Prefect's form on record as votes. Heard again under the same key, it counts once."""
    if answer.decision == RECORDED:
        return await _recorded(house, gate)
    who, ballots = typed(gate, answer.approver, Channel.PREFECT_UI), ballots_of(board, answer)
    said = {ballot.decision for ballot in ballots.values()}
    if problems := (*who_problems(board, gate, said, who), *problems_of(answer, gate.variants)):
        return Heard(problems)
    try:
        outcome = await cast(house.ledger, board, gate, ballots, who, nonce=key)
    except InputError as error:
        return Heard(error.problems)
    except StaleState:  # the screening room was faster: the board is read again
        return Heard()
    return _outcome(outcome)


async def _recorded(house: House, gate: Gate) -> Heard:
    """The form says that the decision stands in the ledger: so it does once the gate is closed."""
    if (await house.ledger.gates.get(gate.id)).state is not GateState.OPEN:
        return Heard()
    note = "Nothing is decided yet: the run waits on · 尚未作出决定，继续等待"
    return Heard(notes=(note,))


def _outcome(outcome: Cast) -> Heard:
    for vote, before in outcome.late:
        told = f"{before.actor}: {before.decision} ({before.at:%Y-%m-%d %H:%M} UTC)"
        get_run_logger().warning("gate.too_late %s by %s on %s; decided before by %s", *_words(vote), told)
    if outcome.gate.state is not GateState.OPEN:
        return Heard()
    return Heard(notes=tuple(f"{name}: {missing}" for name, missing in outcome.missing.items()))


def _words(vote: Vote) -> tuple[str, str, str]:
    return vote.decision, vote.actor, vote.variant
