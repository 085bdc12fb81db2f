"""Writing down what the person decided, before anything follows from it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.house import House
from workprint.approval import Answer, decisions
from workprint.board import Board
from workprint.render import Approval, Asset, Decision
from workprint.spec import Kind, canonical_sha256
from workprint.variants import Variant


@task(
    name="decide", task_run_name="{answer.decision} by {answer.approver}", cache_policy=NO_CACHE, persist_result=False
)
async def decide(house: House, board: Board, answer: Answer) -> None:
    """One approval row per variant the answer speaks of, in one transaction. Written twice, they stand once."""
    by_name = {variant.name: variant for variant in board.waiting}
    films = await house.ledger.films(board.plan.campaign_id)
    chosen = decisions(answer, list(by_name))
    await house.ledger.approve([_row(board, films, by_name[name], what, answer) for name, what in chosen.items()])


def _row(board: Board, films: Mapping[str, Asset], variant: Variant, decision: Decision, answer: Answer) -> Approval:
    plan, approved = board.plan, decision is Decision.APPROVED
    render = board.render(variant, Kind.DRAFT)
    draft = films[render.id] if render else None
    final = plan.final(variant)
    return Approval(
        id="apr_" + canonical_sha256([plan.campaign_id, variant.name, variant.take])[:32],
        campaign_id=plan.campaign_id,
        variant=variant.name,
        take=variant.take,
        decision=decision,
        actor=answer.approver,
        note=answer.note,
        at=datetime.now(UTC),
        covers=plan.coverage(variant, draft),
        draft_render_id=render.id if render else None,
        draft_sha256=draft.sha256 if draft else None,
        final_fingerprint=final.fingerprint if approved else None,
        max_amount=plan.price(final) if approved else None,
        currency=plan.facts.currency,
        prompt=answer.prompt if decision is Decision.REVISE else "",
    )
