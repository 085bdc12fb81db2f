"""Reading the board of a campaign from the ledger."""

from datetime import UTC, datetime

from tasks.house import House
from workprint.board import Board
from workprint.plan import Plan


async def board_of(house: House, plan: Plan) -> Board:
    """Where every variant stands now, each with the provider that serves it."""
    claims = await house.ledger.claims(plan.campaign_id)
    return Board(plan.following(claims, datetime.now(UTC)), claims, await house.ledger.approvals(plan.campaign_id))
