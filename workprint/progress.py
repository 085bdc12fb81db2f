"""How far a campaign is, as one number and one line."""

from collections import Counter
from collections.abc import Mapping

from workprint.board import Board
from workprint.render import Decision, Render
from workprint.spec import Kind
from workprint.states import TERMINAL, RenderState
from workprint.variants import Variant

#: Share of one render that is behind it in each state; the rest of `processing` comes from the provider's own figure.
_SHARE = {
    RenderState.PLANNED: 0.0,
    RenderState.SUBMITTING: 0.05,
    RenderState.UNKNOWN: 0.05,
    RenderState.QUEUED: 0.1,
    RenderState.PROCESSING: 0.2,
    RenderState.SUCCEEDED: 0.8,
}
_PROCESSING_SPAN = 0.6


def percent(board: Board, reported: Mapping[str, float | None]) -> float:
    """0.0 to 100.0. `reported` is what the provider says of renders in flight, by render id, 0.0 to 1.0."""
    every = [_variant(board, variant, reported) for variant in board.current]
    return round(100 * sum(every) / len(every), 1)


def story(board: Board) -> str:
    """Counts by kind and state: `draft: 2 processing, 1 archived; final: none yet`."""
    return "; ".join(f"{kind}: {_counts(board, kind)}" for kind in Kind)


def _counts(board: Board, kind: Kind) -> str:
    counted = Counter(claim.render.state for claim in board.claims if claim.kind is kind)
    return ", ".join(f"{number} {state}" for state, number in counted.items()) or "none yet"


def _variant(board: Board, variant: Variant, reported: Mapping[str, float | None]) -> float:
    """A draft is a quarter of the way, a final the rest; a rejected or failed variant has arrived."""
    draft, final = board.render(variant, Kind.DRAFT), board.render(variant, Kind.FINAL)
    if board.decision(variant) is Decision.REJECTED or _dead(draft) or _dead(final):
        return 1.0
    if not board.plan.brief.draft.enabled:
        return _render(final, reported)
    return 0.25 * _render(draft, reported) + 0.75 * _render(final, reported)


def _dead(render: Render | None) -> bool:
    return render is not None and render.state in TERMINAL and render.state is not RenderState.ARCHIVED


def _render(render: Render | None, reported: Mapping[str, float | None]) -> float:
    if render is None:
        return 0.0
    if render.state is RenderState.ARCHIVED:
        return 1.0
    extra = (reported.get(render.id) or 0.0) if render.state is RenderState.PROCESSING else 0.0
    return _SHARE.get(render.state, 0.0) + _PROCESSING_SPAN * extra
