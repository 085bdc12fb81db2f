"""Before a final is paid, everything its approval binds is looked at once more."""

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

from tasks.house import House
from tasks.retrying import Again, pause
from workprint import steps
from workprint.deciding import Behind, disagreements
from workprint.errors import ArchiveError, BlockUnreadable, EditedSinceApproval, InputError, NotVerified
from workprint.evidence import Evidence, changed, in_words, offer
from workprint.plan import Plan
from workprint.policy import Policy
from workprint.render import Approval, Render, Source

#: Seconds before a bucket or a Prefect server that does not answer is asked again.
AGAIN_AFTER = 2.0
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
    behind = await house.ledger.gates.behind(approval)
    now = await _today(house, render, approval, behind)
    row = ("row",) if any(one.withdraws == approval.id for one in behind.withdrawals) else ()
    return (*changed(json.loads(approval.evidence or ""), now), *await _draft(house, approval), *row)


async def _today(house: House, render: Render, approval: Approval, behind: Behind) -> dict[str, Any]:
    """The evidence as it would be written now: by the ledger's brief, today's prices, the project's policy."""
    campaign = await house.ledger.campaign(approval.campaign_id)
    about = offer(
        campaign=campaign.id,
        variant=render.variant,
        brief=Plan.thaw(campaign.id, campaign.brief, house.facts_in(campaign.brief)).brief_hash,
        draft_render_id=render.draft_render_id,
        draft=approval.draft_sha256,
        final=render.spec,
        dialect=render.dialect,
        max_amount=_price(render),
        currency=render.charge_currency,
        round_=len(behind.withdrawals),
    )
    policy = await _policy(house, campaign.project)
    terms = policy.terms(behind.amount, behind.currency)
    return Evidence.of(about, policy, terms, behind.votes, approval.at).to_json()


def _price(render: Render) -> Decimal:
    """What this film costs at most by today's list; no number, and equal to none, when the list does not say."""
    try:
        return steps.model_facts_of(render).price(render.spec).amount
    except InputError:
        return Decimal("NaN")


async def _policy(house: House, project: str) -> Policy:
    """Raises `Again` while nobody can say which policy holds: that is no reason to take a yes back."""
    try:
        return await house.policy_of(project)
    except BlockUnreadable as error:
        await pause(AGAIN_AFTER)
        raise Again(str(error)) from error


async def _draft(house: House, approval: Approval) -> tuple[str, ...]:
    """The draft is read back from the bucket: what a person saw is what is there.

    Raises `Again` while the bucket does not answer: that is no reason to take a yes back.
    """
    if approval.draft_render_id is None or approval.draft_sha256 is None:
        return ()
    film = next(iter(reversed(await house.ledger.assets(approval.draft_render_id))), None)
    if film is None or film.sha256 != approval.draft_sha256:
        return ("draft",)
    try:
        await house.draft_file(approval.draft_render_id, film.key, approval.draft_sha256)
    except NotVerified:
        return ("draft",)
    except ArchiveError as error:
        return await _gone(house, film.key, error)
    return ()


async def _gone(house: House, key: str, error: ArchiveError) -> tuple[str, ...]:
    """A draft that could not be read is changed when it is not there; else nobody knows yet."""
    with suppress(ArchiveError):
        if await house.bucket.head(key) is None:
            return ("draft",)
    await pause(AGAIN_AFTER)
    raise Again(str(error)) from error


async def _withdrawn(house: House, render: Render, approval: Approval, fields: tuple[str, ...]) -> EditedSinceApproval:
    """The yes no longer counts, and the order is taken back: nothing was sent. The gate asks again."""
    note = f"edited since approval · 审批后有改动: {in_words(fields)}"
    await house.ledger.gates.withdraw(approval, note)
    await house.ledger.change(steps.taken_back(render, note, ACTOR))
    return EditedSinceApproval(f"{render.variant}: {note}", fix="decide once more: the gate asks again")
