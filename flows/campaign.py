"""One campaign: a brief becomes drafts, a person chooses, the chosen become films in the bucket.

The story reads from top to bottom, and may be started from the top again at any moment: every step asks the ledger.
"""

import asyncio
from typing import Any

from prefect import Flow, flow, get_run_logger
from prefect.client.schemas.objects import FlowRun, State
from prefect.logging.loggers import flow_run_logger
from prefect.runtime import flow_run

from flows.gate import ask
from tasks import telling
from tasks.archive import archive
from tasks.board import board_of
from tasks.cancel import cancel_run
from tasks.fallback import switch
from tasks.film import Film, film
from tasks.house import House, open_house
from tasks.moderate import Judged, moderate
from tasks.progress import shown
from tasks.report import refused, report
from tasks.retrying import ended, unseen
from tasks.validate import announce, validate
from workprint.board import Board
from workprint.brief import Brief
from workprint.cancelling import charge
from workprint.errors import InputError, OverBudget
from workprint.orders import Order
from workprint.plan import Plan
from workprint.render import Source
from workprint.steps import Actor

#: Who cancels, when Prefect was told to: its API does not say which person.
CANCELLER = Actor("cancelled run", Source.PERSON)


async def cancelled(flow: Flow[..., Any], flow_run: FlowRun, state: State) -> None:  # noqa: ARG001  # Prefect's words
    """Prefect's hook for a cancelled run, called once its process is gone: what is queued is cancelled as well.

    A run that waits at its gate, or whose process died, has nobody to call it: rescue does the same a minute later.
    """
    log = flow_run_logger(flow_run, flow)
    for one in await cancel_run(str(flow_run.id), CANCELLER):
        log.info("cancel.%s %s %s: %s", one.outcome, one.render.id, one.render.variant, charge(one.render))


@flow(name="campaign", flow_run_name="{brief.title}", persist_result=False, on_cancellation=[cancelled])
async def campaign(brief: Brief) -> State:
    """Validate, quote, draft, ask a person, render the approved, moderate, archive, report."""
    try:
        return await story(brief)
    except (InputError, OverBudget) as refusal:
        return await refused(campaign_id(), refusal)


async def story(brief: Brief) -> State:
    """The story itself. Raises `InputError` or `OverBudget` before anything is spent."""
    async with open_house(brief.provider, brief.fallbacks) as house:
        plan = await validate(house, brief, campaign_id())
        await house.ledger.runs.hold(plan.campaign_id, house.holder)
        await announce(plan)
        async with shown(house, plan):
            await made(house, plan)
        return await report(house, plan)


async def made(house: House, plan: Plan) -> None:
    """Drafts, decisions and finals, until nothing waits for a person.

    A yes to something that changed before it was paid is taken back, and asked for again.
    """
    waiting = True
    while waiting:
        board = await drafted_and_decided(house, plan)
        orders = [board.final_order(*chosen) for chosen in board.approved]
        await asyncio.gather(*(finished(house, plan, order) for order in orders))
        waiting = bool((await board_of(house, plan)).waiting)


async def drafted_and_decided(house: House, plan: Plan) -> Board:
    """Rounds of drafts and answers until nothing waits for a person: `revise` makes a new take and comes back."""
    while True:
        board = await board_of(house, plan)
        await telling.decided(house, board)
        orders = [board.draft_order(variant) for variant in board.to_draft]
        await asyncio.gather(*(filmed(house, plan, order) for order in orders))
        board = await board_of(house, plan)
        if not board.waiting:
            return board
        await ask(house, board)


async def filmed(house: House, plan: Plan, order: Order) -> State[Film]:
    """One film, by the first provider of the brief that takes it; its failure is on record and does not sink the
    others.
    """
    while True:
        state: State[Film] = await ended(film(house, order, return_state=True))
        if state.is_completed() or not order.replaceable:
            return state
        switched: State[Order | None] = await ended(switch(house, unseen(plan), order, return_state=True))
        following = await switched.aresult() if switched.is_completed() else None
        if following is None:
            return state
        order = following


async def finished(house: House, plan: Plan, order: Order) -> None:
    """One final from order to delivery, or to quarantine; its failure does not sink the others."""
    landed = await filmed(house, plan, order)
    if not landed.is_completed():
        return
    judged: State[Judged | None] = await ended(
        moderate(house, await landed.aresult(), order.variant, return_state=True)
    )
    if not judged.is_completed():
        get_run_logger().error("final.not_judged %s: it stays in quarantine", order.variant)
    elif (verdict := await judged.aresult()) is not None:
        await ended(archive(house, unseen(plan), verdict, order.variant, return_state=True))


def campaign_id() -> str:
    """The campaign is named after its run, so that either finds the other."""
    return str(flow_run.id)
