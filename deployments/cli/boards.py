"""The board and the result lines of a campaign, from what the ledger tells."""

from typing import TYPE_CHECKING

from workprint.board import Board
from workprint.campaigns import Campaign
from workprint.models import model_facts
from workprint.plan import Plan
from workprint.render import Claim
from workprint.report import Line, lines

if TYPE_CHECKING:
    from blocks.ledger import Trace


def board_in(trace: "Trace", campaign_id: str) -> Board | None:
    """The board of one campaign of a trace; None before its first render: the model is written there."""
    campaign = next((c for c in trace.campaigns if c.id == campaign_id), None)
    claims = tuple(claim for claim in trace.claims if claim.campaign_id == campaign_id)
    if campaign is None or not claims:
        return None
    approvals = tuple(a for a in trace.approvals if a.campaign_id == campaign_id)
    return Board(_plan(campaign, claims), claims, approvals)


def result_lines(trace: "Trace", board: Board) -> tuple[Line, ...]:
    """One line per variant, as in the run's own report."""
    return lines(board, {asset.render_id: asset for asset in trace.assets})


def _plan(campaign: Campaign, claims: tuple[Claim, ...]) -> Plan:
    return Plan.thaw(campaign.id, campaign.brief, model_facts(claims[0].render.spec.model))
