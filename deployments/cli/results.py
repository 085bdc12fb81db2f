"""The table at the end of a campaign."""

from datetime import timedelta
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from deployments.boards import board_in, result_lines
from deployments.cli.console import OUT, say
from deployments.cli.prefect_api import Run
from deployments.cli.trace_view import findings
from workprint.errors import NotFound
from workprint.quotes import money
from workprint.report import Line, bought_by

if TYPE_CHECKING:
    from blocks.ledger import Ledger, Trace

_STYLES = {"delivered": "green", "rejected": "yellow"}


async def results(ledger: "Ledger", run: Run) -> tuple[Line, ...]:
    """Show variant, status, costs, key, hash and the time the provider's link had left; then what went wrong.

    Returns the lines; none when the run ended before its first render.
    """
    trace = await _known(ledger, run)
    board = board_in(trace, run.id) if trace else None
    if trace is None or board is None:
        say(f"{run.state}: {run.message}", "red")
        return ()
    found = result_lines(trace, board)
    OUT.print(_table(found, run, board.plan.facts.currency))
    for line in found:
        for why in filter(None, (line.why(), findings(line.final) if line.final else "")):
            say(f"  {line.variant}: {why}", "red")
        for render in line.bought:
            say(f"  {line.variant}: {bought_by(render)}")
    if not run.delivered:
        say(f"  {run.state}: {run.message}", "red")
    return found


async def _known(ledger: "Ledger", run: Run) -> "Trace | None":
    """None for a run whose brief was refused: it never became a campaign."""
    try:
        return await ledger.find(run.id)
    except NotFound:
        return None


def _table(found: tuple[Line, ...], run: Run, currency: str) -> Table:
    table = Table(title=escape(f"{run.name}: {run.state}"), title_justify="left")
    for heading in ("variant", "status", f"draft {currency}", f"final {currency}", "S3 key", "SHA-256", "link left"):
        table.add_column(heading, overflow="fold")
    for line in found:
        table.add_row(*_cells(line))
    return table


def _cells(line: Line) -> tuple[str, ...]:
    style, asset = _STYLES.get(line.status, "red"), line.asset
    left = asset.link_seconds_left if asset else None
    return (
        line.variant,
        f"[{style}]{line.status}[/]",
        money(line.draft_cost),
        money(line.final_cost),
        asset.key if asset else "-",
        f"{asset.sha256[:12]}…" if asset else "-",
        str(timedelta(seconds=round(left))) if left is not None else "-",
    )
