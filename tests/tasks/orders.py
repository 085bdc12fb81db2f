"""Orders for tests of tasks: one small draft of a campaign the ledger knows."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tasks.house import House
from tests.workprint.builders import NOW, plan
from workprint.campaigns import Campaign
from workprint.orders import Order
from workprint.plan import Plan

MODEL = "doubao-seedance-1-5-pro-251215"
#: Opens one more house over the same ledger and provider; takes settings of its provider block.
Opener = Callable[..., Awaitable[House]]


def small_plan(**changes: Any) -> Plan:
    """A campaign of one film of four seconds."""
    return plan(MODEL, **{"ratios": ["16:9"], "durations": [4], "final": {"resolution": "720p"}, **changes})


async def draft_order(house: House, of: Plan) -> Order:
    """The order of the draft of an open campaign."""
    brief = of.brief
    campaign = Campaign(
        id=of.campaign_id,
        title=brief.title,
        project=brief.project,
        cost_centre=brief.cost_centre,
        requested_by=brief.requested_by,
        brief=of.frozen,
        brief_hash=of.brief_hash,
        created_at=NOW,
    )
    await house.ledger.open_campaign(campaign)
    return of.draft_order(of.variants()[0])


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Return when it holds; a test that waits longer than this has failed."""
    async with asyncio.timeout(30):
        while not await holds():  # noqa: ASYNC110  # the other side is a process of its own, without an event to set
            await asyncio.sleep(0.05)
