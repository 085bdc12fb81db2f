"""Writing down what the person decided, before anything follows from it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
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
    rows = [_row(board, films, by_name[name], what, answer) for name, what in chosen.items()]
    approved = [by_name[name] for name, what in chosen.items() if what is Decision.APPROVED]
    await house.ledger.approve(
        [*rows, *(row for variant in approved for row in _instead(board, films, variant, answer))]
    )


def _instead(board: Board, films: Mapping[str, Asset], variant: Variant, answer: Answer) -> Iterator[Approval]:
    """A yes to a film without a draft is one to every block of the list, each over its own film and price."""
    if board.plan.brief.draft.enabled:
        return
    for choice in board.plan.fallbacks:
        there = replace(board, plan=board.plan.instead(variant, choice))
        row = _row(there, films, variant, Decision.APPROVED, answer)
        yield replace(row, id=_name(there.plan.campaign_id, variant.name, variant.take, choice.provider))


def _row(board: Board, films: Mapping[str, Asset], variant: Variant, decision: Decision, answer: Answer) -> Approval:
    plan, approved = board.plan, decision is Decision.APPROVED
    render = board.render(variant, Kind.DRAFT)
    draft = films[render.id] if render else None
    final = plan.final(variant)
    return Approval(
        id=_name(plan.campaign_id, variant.name, variant.take),
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


def _name(*parts: object) -> str:
    """The same answer about the same thing has the same id."""
    return "apr_" + canonical_sha256(parts)[:32]
