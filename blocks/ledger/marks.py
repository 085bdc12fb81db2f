"""The mark of a campaign: another one as soon as anything has changed that a page about it shows."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger.schema import approvals, campaigns, claims, renders
from blocks.ledger.schema_gate import gates, votes
from blocks.ledger.schema_room import comments

#: To be compared with another one, and nothing else.
Mark = frozenset[tuple[Any, ...]]


async def read_mark(connection: AsyncConnection, campaign_id: str) -> Mark:
    """In one statement; empty for an unknown campaign."""
    rows = await connection.execute(_MARK, {"of": campaign_id})
    return frozenset(tuple(row) for row in rows)


def _parts(of: BindParameter[str]) -> Iterator[Select[Any]]:
    # Every step of a render, every fact about it and every film of it is one more event.
    served = select(claims.c.variant, claims.c.render_id, renders.c.last_seq)
    yield served.join(renders, renders.c.id == claims.c.render_id).where(claims.c.campaign_id == of)
    yield select(gates.c.id, gates.c.state, literal(0)).where(gates.c.campaign_id == of)
    yield select(campaigns.c.state, func.coalesce(campaigns.c.gate, ""), literal(0)).where(campaigns.c.id == of)
    # Rows are added here, never changed.
    for table in (approvals, votes, comments):
        number = select(literal(table.name), literal(""), func.count())
        yield number.select_from(table).where(table.c.campaign_id == of)


_MARK = union_all(*_parts(bindparam("of")))
