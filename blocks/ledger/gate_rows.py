"""Rows of gates and votes to values of `workprint`, and back."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, RowMapping, TextClause, select
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger.rows import Values, clean_fields
from blocks.ledger.schema_gate import gates, votes
from workprint.errors import NotFound
from workprint.gates import Cause, Gate, GateState, read_offers
from workprint.policy import ApproverRole, Channel, Policy
from workprint.render import Decision
from workprint.votes import Vote


def policy_text(policy: Policy) -> str:
    """A policy as canonical JSON: equal policies, equal text."""
    return json.dumps(policy.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def gate_values(gate: Gate) -> Values:
    """A row for `gates`."""
    values = {name: getattr(gate, name) for name in gates.c.keys() if name not in {"offers", "policy"}}  # noqa: SIM118
    return {**values, "offers": gate.offers_text(), "policy": policy_text(gate.policy)}


def to_gate(row: RowMapping) -> Gate:
    """A row of `gates`."""
    values = {
        **row,
        "offers": read_offers(row["offers"]),
        "policy": Policy.model_validate_json(row["policy"]),
        "cause": Cause(row["cause"]),
        "state": GateState(row["state"]),
    }
    return Gate(**values)


def vote_values(vote: Vote) -> Values:
    """A row for `votes`."""
    return clean_fields({**asdict(vote), "roles": ",".join(vote.roles)})


def to_vote(row: RowMapping) -> Vote:
    """A row of `votes`."""
    roles = tuple(ApproverRole(word) for word in row["roles"].split(",") if word)
    said = {"decision": Decision(row["decision"]), "channel": Channel(row["channel"]), "roles": roles}
    return Vote(**{**row, **said})


async def read_gates(connection: AsyncConnection, *where: ColumnElement[bool] | TextClause) -> tuple[Gate, ...]:
    """Oldest first."""
    query = select(gates).where(*where).order_by(gates.c.opened_at, gates.c.id)
    return tuple(to_gate(row) for row in (await connection.execute(query)).mappings())


async def one_gate(connection: AsyncConnection, gate_id: str, *, lock: bool = False) -> Gate:
    """One gate, kept from others until the commit when it is to be changed. NotFound."""
    query = select(gates).where(gates.c.id == gate_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().first()
    if row is None:
        raise NotFound(f"no gate {gate_id}")
    return to_gate(row)


async def read_votes(connection: AsyncConnection, *where: ColumnElement[bool]) -> tuple[Vote, ...]:
    """Oldest first."""
    query = select(votes).where(*where).order_by(votes.c.at, votes.c.id)
    return tuple(to_vote(row) for row in (await connection.execute(query)).mappings())


async def comparable_votes(connection: AsyncConnection, gate: Gate) -> Sequence[Vote]:
    """Votes of its campaign that were cast under the very policy of this gate."""
    same = select(gates.c.id).where(gates.c.campaign_id == gate.campaign_id, gates.c.policy == policy_text(gate.policy))
    return await read_votes(connection, votes.c.campaign_id == gate.campaign_id, votes.c.gate_id.in_(same))
