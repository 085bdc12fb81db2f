"""From an order to a task at the provider, paid at most once (docs/design.md section 3, "Paying once")."""

import asyncio
from datetime import UTC, datetime

from tasks.house import House
from tasks.retrying import Again, pause
from workprint import steps
from workprint.errors import OutcomeUnknown, StaleState
from workprint.failures import FailureKind
from workprint.orders import Order
from workprint.outcomes import Accepted, NotThere, Observation, Refused, Unanswered
from workprint.render import Asset, Change, Render, Source
from workprint.states import RenderState

ACTOR = steps.Actor("campaign", Source.SUBMIT)
#: Seconds between looks at a render that another process is submitting right now.
LOOK = 0.5
#: Seconds a provider's list may lag behind its submit before "not in the list" proves anything.
LIST_LAG = 10.0


async def claim(house: House, order: Order) -> Render:
    """The render that serves an order. One that failed in the model free of charge is ordered once more, on record."""
    render = await _claim(house, order, None)
    if render.state is RenderState.FAILED and not render.live and second_try(render):
        return await _claim(house, order, render.id)
    return render


async def submitted(house: House, render: Render) -> Render:
    """The render once it is past its submit. Raises `Again` to be called again, `OutcomeUnknown` for a person."""
    match render.state:
        case RenderState.PLANNED:
            return await _post(house, render)
        case RenderState.SUBMITTING:
            return await submitted(house, await _someone_elses(house, render))
        case RenderState.UNKNOWN:
            return await _recover(house, render)
        case _:
            return render


async def _claim(house: House, order: Order, retry_of: str | None) -> Render:
    claimed = await house.ledger.claim(
        campaign_id=order.campaign_id,
        variant=order.variant,
        spec=order.spec,
        dialect=house.facts.dialect,
        quote=order.quote,
        submitted_by=order.submitted_by,
        callback_url=order.callback_url,
        retry_of=retry_of,
        approval_id=order.approval_id,
        draft_render_id=order.draft_render_id,
    )
    return claimed.render


def second_try(render: Render) -> bool:
    """Whether a failed render is worth one more: the model's own failures and lost submits, once."""
    return render.retry_of is None and render.failure_kind in {FailureKind.UPSTREAM, FailureKind.NETWORK}


async def _post(house: House, render: Render) -> Render:
    draft_task_id = await _draft_task(house, render)
    media = await house.media(render.spec)
    await house.provider.turn()
    try:
        render = await house.ledger.change(steps.submitting(render, ACTOR))
    except StaleState:  # somebody else took it in the same moment: only the winner of this step may POST
        return await submitted(house, await house.ledger.get(render.id))
    answer = await house.provider.submit(render.spec, media, client_ref=render.client_ref, draft_task_id=draft_task_id)
    match answer:
        case Accepted():
            return await _accepted(house, render, answer)
        case Refused():
            return await _refused(house, render, answer)
        case Unanswered():
            return await _recover(house, await changed(house, steps.unanswered(render, answer, ACTOR)))


async def _accepted(house: House, render: Render, answer: Accepted) -> Render:
    """The id is kept even when somebody meanwhile took us for dead and called the render unknown."""
    after = await changed(house, steps.accepted(render, answer, ACTOR))
    if after.state is RenderState.UNKNOWN:
        return await changed(house, steps.accepted(after, answer, ACTOR))
    return after


async def _refused(house: House, render: Render, answer: Refused) -> Render:
    after = await changed(house, steps.refused(render, answer, ACTOR))
    if after.state is RenderState.PLANNED:
        await pause(answer.failure.pause(render.attempts))
        raise Again(f"{answer.failure.kind}: {answer.failure.code}")
    return after


async def _recover(house: House, render: Render) -> Render:
    """Ask the provider's list for our client reference. Only a list read to its end proves absence, after a while."""
    since = render.submitted_at or render.created_at
    match await house.provider.recover(render.client_ref, since):
        case Observation() as seen:
            return await changed(house, steps.found(render, seen, ACTOR))
        case NotThere(raw) if _age(render) > LIST_LAG + house.provider.read_timeout:
            return await changed(house, steps.absent(render, raw, ACTOR))
        case NotThere():
            await pause(LOOK)
            return await submitted(house, await house.ledger.get(render.id))
        case _:
            raise OutcomeUnknown(
                f"render {render.id} ({render.variant}): nobody can say whether the provider took it",
                fix=f"look it up with `workprint trace {render.id}`; it is not submitted again",
            )


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


async def _draft_task(house: House, render: Render) -> str | None:
    if not render.spec.native or render.draft_render_id is None:
        return None
    return (await house.ledger.get(render.draft_render_id)).task_id


async def changed(house: House, change: Change, asset: Asset | None = None) -> Render:
    """The render after the change, or as somebody faster left it."""
    try:
        return await house.ledger.change(change, asset=asset)
    except StaleState:
        return await house.ledger.get(change.render_id)


def _age(render: Render) -> float:
    """Seconds since the POST."""
    return (datetime.now(UTC) - (render.submitted_at or render.updated_at)).total_seconds()
