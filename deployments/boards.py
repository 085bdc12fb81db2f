"""The board and the result lines of a campaign, from what the ledger tells: no provider block is asked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workprint.board import Board
from workprint.boards import board_of
from workprint.evidence import Offer
from workprint.report import Line, lines

if TYPE_CHECKING:
    from blocks.ledger import Trace


def board_in(trace: "Trace", campaign_id: str, offers: Sequence[Offer] = ()) -> Board | None:
    """The board of one campaign of a trace, as it stands now; None before its first render, as `board_of`.

    `offers`: those of its open gate, which also name the models of films without a draft.
    """
    campaign = next((c for c in trace.campaigns if c.id == campaign_id), None)
    if campaign is None:
        return None
    claims = [claim for claim in trace.claims if claim.campaign_id == campaign_id]
    approvals = [a for a in trace.approvals if a.campaign_id == campaign_id]
    return board_of(campaign, claims, approvals, datetime.now(UTC), offers)


def result_lines(trace: "Trace", board: Board) -> tuple[Line, ...]:
    """One line per variant, as in the run's own report."""
    return lines(board, {asset.render_id: asset for asset in trace.assets})
