"""Votes into the ledger, and what they decide: one transaction in which nobody else can decide the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import reading, schema
from blocks.ledger.gate_rows import comparable_votes, one_gate, vote_values
from blocks.ledger.rows import approval_values
from blocks.ledger.schema_gate import gates, votes
from blocks.ledger.upserts import insert_new
from workprint.deciding import Cast, approvals_of, denial, standing, votes_on
from workprint.errors import StaleState
from workprint.gates import Gate, GateState
from workprint.render import Approval, Decision
from workprint.votes import Missing, Settlement, Vote, missing, settle


async def cast(connection: AsyncConnection, gate_id: str, wanted: Sequence[Vote], now: datetime) -> Cast:
    """Record the votes and settle what they settle. StaleState when the gate asks something else by now."""
    gate = await one_gate(connection, gate_id, lock=True)
    before = {a.variant: a for a in await _standing(connection, gate)}
    late = tuple((vote, before[vote.variant]) for vote in wanted if vote.variant in before)
    fresh = tuple(vote for vote in wanted if vote.variant not in before)
    _check(gate, fresh)
    await insert_new(connection, votes, [vote_values(vote) for vote in fresh])
    counted = await comparable_votes(connection, gate)
    found = _Counted(gate, counted, {vote.variant for vote in fresh}, now)
    await write_approvals(connection, found.approvals)
    closed = await _close(connection, gate, [*before.values(), *found.approvals], now)
    return Cast(closed, fresh, found.approvals, late, found.missing)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the votes on some variants of a gate come to."""

    gate: Gate
    votes: Sequence[Vote]
    variants: set[str]
    now: datetime

    @property
    def approvals(self) -> tuple[Approval, ...]:
        rows: list[Approval] = []
        for name, settlement in self._settled():
            if settlement is not None:
                rows += approvals_of(self.gate, name, settlement, self.now)
        return tuple(rows)

    @property
    def missing(self) -> dict[str, Missing]:
        open_ = [name for name, settlement in self._settled() if settlement is None]
        return {name: missing(self.gate.terms, votes_on(self.gate, name, self.votes)) for name in open_}

    def _settled(self) -> list[tuple[str, Settlement | None]]:
        names = [name for name in self.gate.variants if name in self.variants]
        return [(name, settle(self.gate.terms, votes_on(self.gate, name, self.votes))) for name in names]


async def expire(connection: AsyncConnection, gate_id: str, note: str, now: datetime) -> tuple[Approval, ...]:
    """Nobody answered in time: no to whatever is not decided. Nothing when the gate is not open any more."""
    gate = await one_gate(connection, gate_id, lock=True)
    if gate.state is not GateState.OPEN:
        return ()
    decided = {approval.variant for approval in await _standing(connection, gate)}
    rows = tuple(denial(gate, name, note, now) for name in gate.variants if name not in decided)
    await write_approvals(connection, rows)
    await set_state(connection, gate.id, GateState.EXPIRED, now)
    return rows


async def set_state(connection: AsyncConnection, gate_id: str, state: GateState, now: datetime) -> None:
    """Close a gate, or open a superseded one again."""
    closed_at = None if state is GateState.OPEN else now
    await connection.execute(update(gates).where(gates.c.id == gate_id).values(state=state, closed_at=closed_at))


async def _standing(connection: AsyncConnection, gate: Gate) -> list[Approval]:
    """What is decided already of what this gate asks."""
    asked = {(offer.variant, offer.take) for offer in gate.offers}
    every = await reading.approvals(connection, schema.approvals.c.campaign_id == gate.campaign_id)
    return [one for one in standing(every) if (one.variant, one.take) in asked]


def _check(gate: Gate, wanted: Sequence[Vote]) -> None:
    if not wanted:
        return
    stale = [vote.variant for vote in wanted if vote.offer != gate.digest(vote.variant)]
    if gate.state is not GateState.OPEN or stale:
        about = ", ".join(stale) or gate.id
        raise StaleState(f"what is asked has changed ({about})", fix="look at the campaign and decide again")


async def write_approvals(connection: AsyncConnection, rows: Sequence[Approval]) -> None:
    """Approval rows into the ledger; those that are there already are left as they are."""
    await insert_new(connection, schema.approvals, [approval_values(row) for row in rows])


async def _close(connection: AsyncConnection, gate: Gate, decided: Sequence[Approval], now: datetime) -> Gate:
    """A gate is decided when every variant is, or as soon as a new take has to be made."""
    names = {approval.variant for approval in decided}
    again = any(approval.decision is Decision.REVISE for approval in decided)
    if gate.state is not GateState.OPEN or not (again or names >= set(gate.variants)):
        return gate
    await set_state(connection, gate.id, GateState.DECIDED, now)
    return replace(gate, state=GateState.DECIDED, closed_at=now)


async def withdraw(connection: AsyncConnection, row: Approval) -> Approval:
    """Record that a yes no longer counts; said twice, it stands once."""
    if there := await reading.approvals(connection, schema.approvals.c.withdraws == row.withdraws):
        return there[0]
    await write_approvals(connection, [row])
    return row
