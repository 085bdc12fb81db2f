"""The board and the result lines of a campaign, from what the ledger tells."""

from typing import TYPE_CHECKING

from workprint.board import Board
from workprint.campaigns import Campaign
from workprint.fallback import Choice
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
    """With the facts of the models that serve it. What nobody was asked for yet counts as the first of them."""
    renders = [claim.render for claim in claims]
    facts = {render.spec.provider: model_facts(render.spec.model, render.dialect) for render in renders}
    own = campaign.brief["brief"]["provider"]
    others = tuple(Choice(name, known) for name, known in facts.items() if name != own)
    first = facts.get(own, next(iter(facts.values())))
    return Plan.thaw(campaign.id, campaign.brief, first, others).following(claims)
