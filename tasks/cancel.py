"""Cancelling what a campaign still has at the provider, and telling what became of each render, with its charge.

May be called again at any moment, by several at once (the run's hook, rescue, a person): every step is a
compare-and-set, and what was settled stays settled.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from blocks.ledger.block import LedgerDatabase
from blocks.ledger.ledger import Ledger
from blocks.provider import VideoProvider
from tasks import telling
from tasks.house import LEDGER, Providers, provider_blocks
from workprint.cancelling import (
    WITHOUT_TASK,
    Cancelled,
    Outcome,
    cancel_confirmed,
    cancel_requested,
    cancel_settled,
    charge,
    standing,
)
from workprint.errors import NotFound, StaleState
from workprint.models import ModelFacts, model_facts
from workprint.outcomes import Checked, NotThere, Observation, Unreadable
from workprint.render import CancelState, Change, Render
from workprint.states import TERMINAL, RenderState
from workprint.steps import Actor, observed

log = logging.getLogger(__name__)

#: The campaign's state in the ledger once nothing of it is left to cancel.
ENDED = "Cancelled"


async def cancel_run(campaign_id: str, actor: Actor) -> tuple[Cancelled, ...]:
    """`end_campaign` for whoever has nothing open yet; nothing for a run that never became a campaign."""
    database: LedgerDatabase = await LedgerDatabase.aload(LEDGER)
    async with await database.open() as ledger, provider_blocks() as providers:
        try:
            await ledger.campaign(campaign_id)
        except NotFound:
            return ()
        found = await end_campaign(ledger, providers, campaign_id, actor)
        if not any(one.pending for one in found):
            await telling.closed(ledger, campaign_id)
        return found


async def end_campaign(ledger: Ledger, providers: Providers, campaign_id: str, actor: Actor) -> tuple[Cancelled, ...]:
    """Cancel what can be cancelled, and close the campaign unless an answer is still pending: then call again later."""
    found = await cancel_campaign(ledger, providers, campaign_id, actor)
    if any(one.pending for one in found):
        return found
    if (await ledger.campaign(campaign_id)).closed_at is None:
        await ledger.close_campaign(campaign_id, ENDED)
    if any(one.outcome is Outcome.KEPT for one in found):
        # Two campaigns that share a render and are cancelled at once would each keep it for the other.
        return await cancel_campaign(ledger, providers, campaign_id, actor)
    return found


async def cancel_campaign(
    ledger: Ledger, providers: Providers, campaign_id: str, actor: Actor
) -> tuple[Cancelled, ...]:
    """What became of every render that serves the campaign, oldest first. Each is asked for at its own provider."""
    renders = {claim.render.id: claim.render for claim in await ledger.claims(campaign_id)}
    blocks = {name: await providers(name) for name in sorted({render.spec.provider for render in renders.values()})}
    wishes = (
        cancel_render(ledger, blocks[renders[id_].spec.provider], renders[id_], campaign_id, actor)
        for id_ in sorted(renders)
    )
    return tuple(await asyncio.gather(*wishes))


async def cancel_render(
    ledger: Ledger, provider: VideoProvider, render: Render, campaign_id: str, actor: Actor
) -> Cancelled:
    """Cancel one render for one campaign. It is kept while it serves another campaign that has not ended."""
    asked, ended = render.cancel_state is CancelState.REQUESTED, render.state in TERMINAL
    if (ended and not asked) or render.cancel_state is CancelState.TOO_LATE:
        return standing(render)
    if not ended and (others := await _others(ledger, render, campaign_id)):
        return Cancelled(render, Outcome.KEPT, f"it serves campaign {', '.join(others)}")
    try:
        if wished := render.state is RenderState.QUEUED and not asked:
            render = await ledger.amend(cancel_requested(render, actor))
        found = await _asked(ledger, provider, render, actor, mine=wished)
    except StaleState:  # it moved on in this very moment: a life is short, so this ends
        return await cancel_render(ledger, provider, await ledger.get(render.id), campaign_id, actor)
    log.info("cancel.%s %s %s", found.outcome, charge(found.render), found.render.log_context())
    return found


async def _others(ledger: Ledger, render: Render, campaign_id: str) -> list[str]:
    served = await ledger.served_by([render.id]) - {campaign_id}
    campaigns = [await ledger.campaign(other) for other in sorted(served)]
    return [campaign.id for campaign in campaigns if campaign.closed_at is None]


async def _asked(ledger: Ledger, provider: VideoProvider, render: Render, actor: Actor, *, mine: bool) -> Cancelled:
    facts = model_facts(render.spec.model, render.dialect)
    if render.state is RenderState.PLANNED:
        return standing(await ledger.change(cancel_confirmed(render, None, facts, actor)))
    if render.state in WITHOUT_TASK:
        return standing(render, "the provider's task is not known yet")
    if render.state is not RenderState.QUEUED:
        return standing(await ledger.amend(cancel_settled(render, actor)))
    answer = await _provider_says(provider, render, mine=mine)
    change = _change(render, answer, facts, actor)
    if change is None:
        return standing(render, _unsettled(answer))
    return standing(await ledger.change(change))


async def _provider_says(provider: VideoProvider, render: Render, *, mine: bool) -> Checked:
    """Only one of several who cancel may send the DELETE: on what is cancelled already it would destroy the record.

    Whoever finds the wish on record only looks, until the one who wrote it must have had an answer.
    """
    patience = timedelta(seconds=2 * (provider.connect_timeout + provider.read_timeout))
    if mine or datetime.now(UTC) - render.updated_at > patience:
        return await provider.cancel(render.task_id or "")
    return await provider.check(render.task_id or "")


def _change(render: Render, answer: Checked, facts: ModelFacts, actor: Actor) -> Change | None:
    """The step the provider's answer asks for; None when it does not say that the task has left the queue."""
    if not isinstance(answer, Observation):
        return None
    if answer.state is RenderState.CANCELLED:
        return cancel_confirmed(render, answer, facts, actor)
    return observed(render, answer, facts, actor)


def _unsettled(answer: Checked) -> str:
    match answer:
        case Unreadable(failure):
            return f"the provider's answer cannot be read: {failure.raw or failure.code or failure.kind}"
        case NotThere():
            return "the provider does not know the task at the moment"
        case Observation():
            return f"the provider still says {answer.code!r}"
