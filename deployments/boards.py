"""The board and the result lines of a campaign, from what the ledger tells: no provider block is asked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workprint.board import Board
from workprint.campaigns import Campaign
from workprint.fallback import Choice
from workprint.models import model_facts
from workprint.plan import Plan
from workprint.render import Approval, Claim
from workprint.report import Line, lines

if TYPE_CHECKING:
    from blocks.ledger import Trace


def board_in(trace: "Trace", campaign_id: str) -> Board | None:
    """The board of one campaign of a trace, as it stands now; None before its first render, as `board_of`."""
    campaign = next((c for c in trace.campaigns if c.id == campaign_id), None)
    if campaign is None:
        return None
    claims = [claim for claim in trace.claims if claim.campaign_id == campaign_id]
    approvals = [a for a in trace.approvals if a.campaign_id == campaign_id]
    return board_of(campaign, claims, approvals, datetime.now(UTC))


def board_of(campaign: Campaign, claims: Sequence[Claim], approvals: Sequence[Approval], now: datetime) -> Board | None:
    """The board of a campaign; None before its first render: the model is written there."""
    if not claims:
        return None
    return Board(_plan(campaign, claims, now), tuple(claims), tuple(approvals))


def result_lines(trace: "Trace", board: Board) -> tuple[Line, ...]:
    """One line per variant, as in the run's own report."""
    return lines(board, {asset.render_id: asset for asset in trace.assets})


def _plan(campaign: Campaign, claims: Sequence[Claim], now: datetime) -> Plan:
    """With the facts of the models that serve it. What nobody was asked for yet counts as the first of them."""
    renders = [claim.render for claim in claims]
    facts = {render.spec.provider: model_facts(render.spec.model, render.dialect) for render in renders}
    own = campaign.brief["brief"]["provider"]
    others = tuple(Choice(name, known) for name, known in facts.items() if name != own)
    first = facts.get(own, next(iter(facts.values())))
    return Plan.thaw(campaign.id, campaign.brief, first, others).following(claims, now)
