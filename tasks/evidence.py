"""Before a final is paid, everything its approval binds is looked at once more."""

import json
from decimal import Decimal
from typing import Any

from tasks.house import House
from workprint import steps
from workprint.deciding import disagreements, standing
from workprint.errors import ArchiveError, EditedSinceApproval, InputError
from workprint.evidence import Evidence, Offer, amount_text, changed, in_words, model_version
from workprint.plan import Plan
from workprint.render import Approval, Decision, Render, Source

ACTOR = steps.Actor("approval", Source.SUBMIT)


async def still_approved(house: House, render: Render) -> None:
    """Return when nothing changed since a person said yes to this final.

    Else the yes is withdrawn and the render cancelled before it was sent; `EditedSinceApproval` names what changed.
    """
    approval = await house.ledger.approval(render.approval_id or "")
    if approval is None:
        raise EditedSinceApproval(f"final {render.id} has no approval", fix="approve its draft")
    fields = await edited(house, render, approval)
    if fields:
        raise await _withdrawn(house, render, approval, fields)


async def edited(house: House, render: Render, approval: Approval) -> tuple[str, ...]:
    """Names of the bound fields that are no longer what they were; empty when all of them still hold."""
    if found := disagreements(approval):
        return found
    bound = json.loads(approval.evidence or "{}")
    now = await _today(house, render, approval, bound)
    return (*changed(bound, now), *await _draft(house, approval), *await _taken_back(house, approval))


async def _today(house: House, render: Render, approval: Approval, bound: dict[str, Any]) -> dict[str, Any]:
    """The evidence as it would be written now: by the ledger's brief, today's prices, the project's policy."""
    campaign = await house.ledger.campaign(approval.campaign_id)
    gate = await house.ledger.gates.get(approval.gate_id or "")
    policy = await house.policy_of(campaign.project)
    said = {one["vote"] for one in bound["approvers"]}
    theirs = [vote for vote in await house.ledger.gates.votes(campaign.id) if vote.id in said]
    terms = policy.terms(Decimal(gate.amount), gate.currency)
    brief = Plan.thaw(campaign.id, campaign.brief, house.facts_in(campaign.brief)).brief_hash
    offer = _offer(render, approval, brief, await _round(house, approval))
    return Evidence.of(offer, policy, terms, theirs, approval.at).to_json()


async def _round(house: House, approval: Approval) -> int:
    """How often a yes to this take was withdrawn."""
    wanted = (approval.variant, approval.take, Decision.WITHDRAWN)
    every = await house.ledger.approvals(approval.campaign_id)
    return sum((one.variant, one.take, one.decision) == wanted for one in every)


def _offer(render: Render, approval: Approval, brief: str, round_: int) -> Offer:
    """What this very order would buy. The draft's bytes are read by themselves."""
    spec = render.spec
    return Offer(
        campaign=approval.campaign_id,
        variant=render.variant,
        take=spec.take,
        brief=brief,
        draft_render_id=render.draft_render_id,
        draft=approval.draft_sha256,
        final=spec.content(),
        fingerprint=spec.fingerprint,
        provider=spec.provider,
        dialect=render.dialect,
        model=spec.model,
        version=model_version(spec.model),
        max_amount=_price(render),
        currency=render.charge_currency,
        round=round_,
    )


def _price(render: Render) -> str:
    """What this film costs at most by today's list; empty when the list does not know it any more.

    The order's own quote was held against the approval when it was claimed (`blocks.ledger.claiming`).
    """
    try:
        return amount_text(steps.model_facts_of(render).price(render.spec).amount)
    except InputError:
        return ""


async def _draft(house: House, approval: Approval) -> tuple[str, ...]:
    """The draft is read back from the bucket: what a person saw is what is there."""
    if approval.draft_render_id is None or approval.draft_sha256 is None:
        return ()
    film = (await house.ledger.films(approval.campaign_id)).get(approval.draft_render_id)
    if film is None or film.sha256 != approval.draft_sha256:
        return ("draft",)
    try:
        await house.draft_file(approval.draft_render_id, film.key, approval.draft_sha256)
    except ArchiveError:
        return ("draft",)
    return ()


async def _taken_back(house: House, approval: Approval) -> tuple[str, ...]:
    every = await house.ledger.approvals(approval.campaign_id)
    return () if approval.id in {one.id for one in standing(every)} else ("row",)


async def _withdrawn(house: House, render: Render, approval: Approval, fields: tuple[str, ...]) -> EditedSinceApproval:
    """The yes no longer counts, and the order is taken back: nothing was sent. The gate asks again."""
    note = f"edited since approval · 审批后有改动: {in_words(fields)}"
    await house.ledger.gates.withdraw(approval, note)
    await house.ledger.change(steps.taken_back(render, note, ACTOR))
    return EditedSinceApproval(f"{render.variant}: {note}", fix="decide once more: the gate asks again")
