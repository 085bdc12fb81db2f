"""An order that its provider refused before it took it is given to the next block of the brief's list.

Nothing is remembered here: what was refused, and who serves the film now, stands in the ledger (docs/decisions/0005).
"""

from dataclasses import replace

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from tasks import submit
from tasks.board import board_of
from tasks.house import House
from workprint.board import Board
from workprint.errors import ApprovalMissing
from workprint.fallback import Choice, Switch, in_chinese, may_switch, tells_of_switch
from workprint.orders import Order
from workprint.plan import Plan
from workprint.render import Render, Source
from workprint.spec import Kind
from workprint.variants import Variant

ACTOR = "fallback"


@task(name="fallback", task_run_name="fallback for {order.label}", cache_policy=NO_CACHE, persist_result=False)
async def switch(house: House, plan: Plan, order: Order) -> Order | None:
    """The same film ordered from the next block that fits the budget, and claimed; None: the failure stays.

    Safe to run again at any point. Whoever comes after another process has switched is given the order it made.
    """
    async with house.switching:
        board = await board_of(house, plan)
        wanted = (order.variant, order.spec.take)
        variant = next((v for v in board.current if (v.name, v.take) == wanted), None)
        standing = board.render(variant, order.kind) if variant else None
        if variant is None or standing is None:
            return None
        if standing.spec.provider != order.spec.provider:
            return _ordered(board, variant, order.kind)
        return await _taken_over(house, board, variant, standing) if may_switch(standing) else None


async def told(house: House, board: Board) -> tuple[str, ...]:
    """What the report says of a campaign's switches, made and not made: a line each, in both languages."""
    if not board.plan.fallbacks:
        return ()
    lines: list[str] = []
    for claim in board.claims:
        for render in filter(may_switch, await _in_turn(house, claim.render)):
            notes = [event.note for event in await house.ledger.events(render.id) if tells_of_switch(event.note)]
            lines += [f"- {render.variant} ({render.kind}, {render.id}): {note} · {in_chinese(note)}" for note in notes]
    return tuple(lines)


async def _in_turn(house: House, render: Render) -> tuple[Render, ...]:
    """The render after all those whose place it took."""
    if render.retry_of is None:
        return (render,)
    return (*await _in_turn(house, await house.ledger.get(render.retry_of)), render)


async def _taken_over(house: House, board: Board, variant: Variant, refused: Render) -> Order | None:
    """Of the blocks after the one that refused, the first with which the campaign stays within its budget."""
    for choice in board.plan.after(refused.spec.provider):
        order = await _fitting(house, board, variant, refused, choice)
        if order is not None:
            await submit.claim(house.at(choice.provider), order)
            return order
    return None


async def _fitting(house: House, board: Board, variant: Variant, refused: Render, choice: Choice) -> Order | None:
    """The order at this block; None when the campaign could then cost too much. Either is on record first."""
    there = replace(board, plan=board.plan.instead(variant, choice))
    order, plan = _ordered(there, variant, refused.kind), there.plan
    wanted = Switch(refused, order.spec, plan.price(refused.spec), plan.price(order.spec))
    needed = (order.spec,) if refused.kind is Kind.FINAL else (order.spec, plan.final(variant))
    worst_case, budget = board.worst_case(needed), plan.brief.budget
    if worst_case > budget.amount:
        await _record(house, refused, wanted.too_dear(worst_case, budget))
        return None
    await _record(house, refused, wanted.made())
    return replace(order, retry_of=refused.id, note=wanted.in_place())


def _ordered(board: Board, variant: Variant, kind: Kind) -> Order:
    """The order of a variant at the block that serves it on this board."""
    if kind is Kind.DRAFT:
        return board.draft_order(variant)
    approval = board.approval(variant)
    if approval is None:
        raise ApprovalMissing(f"nobody has approved a final of {variant.name} take {variant.take}")
    return board.final_order(variant, approval)


async def _record(house: House, refused: Render, note: str) -> None:
    """Once: a run that starts again from the top decides the same again."""
    get_run_logger().warning("fallback.%s %s", refused.id, note)
    if all(event.note != note for event in await house.ledger.events(refused.id)):
        await house.ledger.record(refused.id, source=Source.SUBMIT, actor=ACTOR, note=note, facts={})
