"""From an order to a task at the provider, paid at most once (docs/design.md section 3, "Paying once")."""

import asyncio
import secrets
from datetime import UTC, datetime

from tasks.evidence import still_approved
from tasks.house import House
from tasks.recover import draft_task, looked_up, nobody_knows, settled
from tasks.retrying import Again, pause
from workprint import steps
from workprint.callbacks import token_hash
from workprint.errors import BudgetExceeded, StaleState
from workprint.failures import FailureKind
from workprint.fallback import may_switch
from workprint.orders import Order
from workprint.outcomes import Accepted, Refused, Unanswered
from workprint.recovery import Absent, Found, Unknown
from workprint.render import Asset, Change, Render, Source
from workprint.spec import Kind
from workprint.states import TERMINAL, RenderState

ACTOR = steps.Actor("campaign", Source.SUBMIT)
#: Seconds between looks at a render that another process is submitting right now.
LOOK = 0.5
#: Seconds between two readings of a provider's list for one unknown render.
LOOK_AGAIN = 2.0


async def claim(house: House, order: Order) -> Render:
    """The render that serves an order. One that failed in the model free of charge is ordered once more, on record."""
    render = await _claim(house, order, order.retry_of, order.note)
    if _outlived(order, render):
        # A process died between taking back the yes to this order and the order itself.
        render = await changed(house, steps.taken_back(render, "approved anew", ACTOR))
        render = await _claim(house, order, render.id, "approved anew")
    return await _claim(house, order, render.id) if await second_try(house, order, render) else render


async def submitted(house: House, render: Render) -> Render:
    """The render once it is past its submit. Raises `Again` to be called again, `OutcomeUnknown` for a person."""
    match render.state:
        case RenderState.PLANNED:
            return await _post(house, render)
        case RenderState.SUBMITTING:
            return await submitted(house, await _someone_elses(house, render))
        case RenderState.UNKNOWN:
            return await recovered(house, render, ACTOR)
        case _:
            return render


def _outlived(order: Order, render: Render) -> bool:
    """Whether an unsent order of this campaign still stands on another approval than the one that holds now."""
    unsent = render.state is RenderState.PLANNED and render.campaign_id == order.campaign_id
    return unsent and render.approval_id != order.approval_id


async def _claim(house: House, order: Order, retry_of: str | None, note: str = "") -> Render:
    claimed = await house.ledger.claim(
        campaign_id=order.campaign_id,
        variant=order.variant,
        spec=order.spec,
        dialect=house.provider.dialect,
        quote=order.quote,
        submitted_by=order.submitted_by,
        callback_url=order.callback_url,
        retry_of=retry_of,
        approval_id=order.approval_id,
        draft_render_id=order.draft_render_id,
        revision_id=order.revision_id,
        note=note,
    )
    return claimed.render


async def second_try(house: House, order: Order, render: Render) -> bool:
    """Whether a failed render is worth one more at its provider: the model's own failures and lost submits, once.

    What the provider refused goes to the next one instead, where there is one.
    """
    if render.state is not RenderState.FAILED or render.live:
        return False
    if render.failure_kind not in {FailureKind.UPSTREAM, FailureKind.NETWORK}:
        return False
    if order.replaceable and may_switch(render):
        return False
    return render.retry_of is None or (await house.ledger.get(render.retry_of)).spec.provider != render.spec.provider


async def _post(house: House, render: Render) -> Render:
    if render.kind is Kind.FINAL:
        await still_approved(house, render)
    draft_task_id = await draft_task(house.ledger, render)
    media = await house.media(render.spec)
    await house.provider.turn()
    # Unguessable, and new for every POST: whoever calls back with it was told it by us.
    token = secrets.token_urlsafe(32)
    try:
        render = await house.ledger.change(steps.submitting(render, ACTOR, house.holder, token_hash(token)))
    except StaleState:  # somebody else took it in the same moment: only the winner of this step may POST
        return await submitted(house, await house.ledger.get(render.id))
    except BudgetExceeded as refusal:
        await house.ledger.record(render.id, **steps.over_budget(refusal))
        raise
    answer = await house.provider.submit(
        render.spec,
        media,
        client_ref=render.client_ref,
        draft_task_id=draft_task_id,
        callback_url=house.provider.callback_address(house.provider_name, token),
    )
    match answer:
        case Accepted():
            return await _accepted(house, render, answer)
        case Refused():
            return await _refused(house, render, answer)
        case Unanswered():
            return await submitted(house, await changed(house, steps.unanswered(render, answer, ACTOR)))


async def _accepted(house: House, render: Render, answer: Accepted) -> Render:
    """The id is kept even when somebody meanwhile took us for dead and called the render unknown."""
    after = await changed(house, steps.accepted(render, answer, ACTOR))
    if after.state is RenderState.UNKNOWN:
        return await changed(house, steps.accepted(after, answer, ACTOR))
    if after.task_id is None and after.state in TERMINAL:
        # A person gave it up while the answer was on its way. Rescue asks what the task cost.
        note = f"the provider's answer came too late: task {answer.task_id} exists and may be charged"
        facts = {"task_id": answer.task_id}
        return await house.ledger.record(after.id, source=Source.SUBMIT, actor=ACTOR.name, note=note, facts=facts)
    return after


async def _refused(house: House, render: Render, answer: Refused) -> Render:
    after = await changed(house, steps.refused(render, answer, ACTOR))
    if after.state is RenderState.PLANNED:
        await pause(answer.failure.pause(render.attempts))
        raise Again(f"{answer.failure.kind}: {answer.failure.code}")
    return after


async def recovered(house: House, render: Render, actor: steps.Actor) -> Render:
    """An unknown render, looked for at the provider until its list can no longer lag: found, or proven absent.

    Returns the render as it stands then, whoever changed it. Raises `OutcomeUnknown` when a person has to decide.
    """
    while render.state is RenderState.UNKNOWN:
        sure = settled(house.provider, render)  # before the list is read: what it says counts from then on
        match await looked_up(house.ledger, house.provider, render):
            case Found(task, how):
                return await changed(house, steps.found(render, task, actor, how))
            case Absent(raw) if sure:
                return await changed(house, steps.absent(render, raw, actor))
            case Unknown(reason) if sure or not house.provider.language.recovery.lists:
                return await _still_unknown(house, render, reason)
            case _:
                await pause(LOOK_AGAIN)
                render = await house.ledger.get(render.id)
    return render


async def _still_unknown(house: House, render: Render, reason: str) -> Render:
    """Raise, unless somebody knew better in the meantime."""
    now = await house.ledger.get(render.id)
    if now.state is RenderState.UNKNOWN:
        raise nobody_knows(now, reason)
    return now


async def _someone_elses(house: House, render: Render) -> Render:
    """A render in `submitting`: another process is at it, or died at it. After the longest POST it is unknown."""
    longest = house.provider.connect_timeout + house.provider.read_timeout + LOOK
    while render.state is RenderState.SUBMITTING:
        if _age(render) > longest:
            answer = Unanswered("the process that submitted it is gone")
            return await changed(house, steps.unanswered(render, answer, ACTOR))
        await asyncio.sleep(LOOK)
        render = await house.ledger.get(render.id)
    return render


async def changed(house: House, change: Change, asset: Asset | None = None) -> Render:
    """The render after the change, or as somebody faster left it."""
    try:
        return await house.ledger.change(change, asset=asset)
    except StaleState:
        return await house.ledger.get(change.render_id)


def _age(render: Render) -> float:
    """Seconds since the POST."""
    return (datetime.now(UTC) - (render.submitted_at or render.updated_at)).total_seconds()
