"""The board of a campaign from what the ledger tells of it: no provider block is asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from workprint.board import Board
from workprint.campaigns import Campaign
from workprint.evidence import Offer
from workprint.fallback import Choice
from workprint.models import ModelFacts, model_facts
from workprint.plan import Plan
from workprint.render import Approval, Claim


def board_of(
    campaign: Campaign,
    claims: Sequence[Claim],
    approvals: Sequence[Approval],
    now: datetime,
    offers: Sequence[Offer] = (),
) -> Board | None:
    """The board of a campaign; None before its first render or offer: the model is written there."""
    facts = _facts(claims, offers)
    if not facts:
        return None
    return Board(_plan(campaign, facts).following(claims, now), tuple(claims), tuple(approvals))


def _facts(claims: Sequence[Claim], offers: Sequence[Offer]) -> dict[str, ModelFacts]:
    """What the models that serve it, or may, can do and cost, by provider block."""
    offered = {offer.provider: model_facts(offer.model, offer.dialect) for offer in offers}
    renders = [claim.render for claim in claims]
    return offered | {render.spec.provider: model_facts(render.spec.model, render.dialect) for render in renders}


def _plan(campaign: Campaign, facts: Mapping[str, ModelFacts]) -> Plan:
    """What nobody was asked for yet counts as the first of the models that are known."""
    own = campaign.brief["brief"]["provider"]
    others = tuple(Choice(name, known) for name, known in facts.items() if name != own)
    first = facts.get(own, next(iter(facts.values())))
    return Plan.thaw(campaign.id, campaign.brief, first, others)
