"""The runs of campaigns: whose process runs one, until when its gate is open, and how often it was rescued."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Update, update
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import reading
from blocks.ledger.door import Door
from blocks.ledger.leases import orphaned
from blocks.ledger.schema import campaigns
from workprint.campaigns import Campaign


class Runs:
    """`ledger.runs`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def hold(self, campaign_id: str, holder: str) -> None:
        """This process runs the campaign from now on; a run that starts again has no gate open."""
        await self._set(campaign_id, holder=holder, closed_at=None, gate=None, gate_deadline=None)

    async def lost(self) -> tuple[Campaign, ...]:
        """Campaigns that have not ended and whose process is gone, also in good order at a gate; oldest first."""
        async with self._door.reading() as connection:
            return await reading.campaigns(
                connection,
                campaigns.c.closed_at.is_(None),
                orphaned(campaigns.c.holder, self._door.clock()),
            )

    async def take_rescue(self, campaign_id: str, most: int) -> bool:
        """Whether this campaign's run may be started again now: at most `most` times, and one caller wins each."""
        few = campaigns.c.rescues < most
        return await self._set(campaign_id, lambda query: query.where(few), rescues=campaigns.c.rescues + 1)

    async def _set(
        self, campaign_id: str, where: Callable[[Update], Update] = lambda query: query, **values: Any
    ) -> bool:
        query = where(update(campaigns).where(campaigns.c.id == campaign_id)).values(values)
        done: bool = await self._door.do(("campaign", campaign_id), partial(_changed, query=query))
        return done


async def _changed(connection: AsyncConnection, query: Update) -> bool:
    return (await connection.execute(query.returning(campaigns.c.id))).first() is not None
