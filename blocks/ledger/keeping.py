"""Campaigns: few, so each is written by itself inside the shared transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import schema
from blocks.ledger.rows import campaign_values, to_campaign
from blocks.ledger.schema_money import limits
from blocks.ledger.upserts import insert_or_leave
from workprint.budgets import Limit
from workprint.campaigns import Campaign
from workprint.errors import LedgerError, NotFound


@dataclass(frozen=True, slots=True)
class Deed:
    """One small piece of writing of its own."""

    work: Callable[[AsyncConnection], Awaitable[Any]]


async def do(connection: AsyncConnection, deed: Deed) -> Any:
    """What the deed returns, or the LedgerError it raised before it wrote anything."""
    try:
        return await deed.work(connection)
    except LedgerError as error:
        return error


async def open_campaign(connection: AsyncConnection, campaign: Campaign, budget: Limit | None) -> Campaign:
    """Insert it with its limit, or give the one of that id. LedgerError when that one has another brief."""
    table = schema.campaigns
    row = (await connection.execute(select(table).where(table.c.id == campaign.id))).mappings().first()
    if row is None:
        values = campaign_values(campaign)
        await connection.execute(insert(table).values(values))
        if budget is not None:
            await connection.execute(insert_or_leave(connection, limits).values(asdict(budget)))
        return Campaign(**values)
    if row["brief_hash"] != campaign.brief_hash:
        raise LedgerError(
            f"campaign {campaign.id} was opened with another brief", fix="a changed brief is a new campaign"
        )
    return to_campaign(row)


async def close_campaign(connection: AsyncConnection, campaign_id: str, state: str, now: datetime) -> None:
    """Write the campaign's end. NotFound for an unknown id."""
    table = schema.campaigns
    end = {"state": state, "closed_at": now, "gate": None, "gate_deadline": None}
    query = update(table).where(table.c.id == campaign_id).values(end).returning(table.c.id)
    if (await connection.execute(query)).first() is None:
        raise NotFound(f"no campaign {campaign_id}")
