"""Votes into the ledger, and what they decide: one transaction in which nobody else can decide the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import reading, schema
from blocks.ledger.gate_rows import comparable_votes, one_gate, read_votes, vote_values
from blocks.ledger.rows import approval_values
from blocks.ledger.schema_gate import gates, votes
from blocks.ledger.upserts import insert_new
from workprint.deciding import Behind, Cast, approvals_of, denial, standing, voters_of, votes_on
from workprint.errors import NotFound, StaleState
from workprint.gates import Gate, GateState
from workprint.render import Approval, Decision
from workprint.votes import Vote, missing, settle


async def cast(connection: AsyncConnection, gate_id: str, wanted: Sequence[Vote], now: datetime) -> Cast:
    """Record the votes and settle what they settle. StaleState when the gate asks something else by now."""
    gate = await one_gate(connection, gate_id, lock=True)
    before = {a.variant: a for a in await _standing(connection, gate)}
    late = tuple((vote, before[vote.variant]) for vote in wanted if vote.variant in before)
    fresh = tuple(vote for vote in wanted if vote.variant not in before)
    _check(gate, fresh)
    await insert_new(connection, votes, [vote_values(vote) for vote in fresh])
    counted = await comparable_votes(connection, gate)
    said = {vote.variant: votes_on(gate, vote.variant, counted) for vote in fresh}
    ends = {name: settle(gate.terms, theirs) for name, theirs in said.items()}
    rows = tuple(row for name, end in ends.items() if end for row in approvals_of(gate, name, end, now))
    await write_approvals(connection, rows)
    closed = await _close(connection, gate, [*before.values(), *rows], now)
    open_ = {name: missing(gate.terms, said[name]) for name, end in ends.items() if end is None}
    return Cast(closed, fresh, rows, late, open_)


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


async def behind(connection: AsyncConnection, approval: Approval) -> Behind:
    """Its votes, what its gate was about, and what was taken back: a few rows, however large the campaign."""
    asked = select(gates.c.amount, gates.c.currency).where(gates.c.id == approval.gate_id)
    stake = (await connection.execute(asked)).first()
    if stake is None:
        raise NotFound(f"approval {approval.id} answers no gate")
    table = schema.approvals.c
    same = (table.variant == approval.variant, table.take == approval.take, table.decision == Decision.WITHDRAWN)
    gone = await reading.approvals(connection, table.campaign_id == approval.campaign_id, *same)
    theirs = await read_votes(connection, votes.c.id.in_(voters_of(approval)))
    return Behind(Decimal(stake.amount), stake.currency, theirs, gone)
