"""Following a campaign: what the run and the ledger say, once a second, on a screen or as lines."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rich.live import Live
from rich.markup import escape
from rich.table import Table

from deployments.boards import board_in
from deployments.cli.console import OUT, interactive, say
from deployments.cli.prefect_api import Run, read_run
from workprint.board import Board
from workprint.errors import NotFound
from workprint.render import Claim, Render
from workprint.spec import Kind

if TYPE_CHECKING:
    from blocks.ledger import Ledger

#: Seconds between two looks.
EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A campaign at one moment. `seconds` since we began to look; `board` is None before the first render."""

    run: Run
    board: Board | None
    seconds: float


async def snapshots(run_id: str, ledger: "Ledger | None" = None) -> AsyncIterator[Snapshot]:
    """What stands now, once a second; the last one is the end of the run. Without a ledger: the run alone."""
    started = time.monotonic()
    while True:
        run = await read_run(run_id)
        yield Snapshot(run, await _board(run_id, ledger) if ledger else None, time.monotonic() - started)
        if run.ended:
            return
        await asyncio.sleep(EVERY)


async def _board(run_id: str, ledger: "Ledger") -> Board | None:
    try:
        return board_in(await ledger.find(run_id), run_id)
    except NotFound:
        return None


class Screen(Protocol):
    """Where progress is shown."""

    def show(self, now: Snapshot) -> None:
        """Show this moment."""
        ...

    def close(self) -> None:
        """Leave what stands, and give the terminal back; `show` may open it again."""
        ...


def screen() -> Screen:
    """A table that redraws itself in front of a person; lines into a pipe or a log."""
    return LiveScreen() if interactive() else LineScreen()


class LineScreen:
    """One line for every change."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def show(self, now: Snapshot) -> None:
        """Say what is new."""
        self._say(now, "run", now.run.state)
        for claim in now.board.claims if now.board else ():
            self._say(now, f"{claim.kind:<5} {_name(claim)}", _words(claim.render))

    def close(self) -> None:
        """Nothing to give back."""

    def _say(self, now: Snapshot, what: str, state: str) -> None:
        if self._said.get(what) != state:
            self._said[what] = state
            say(f"  {now.seconds:5.0f} s  {what:<34} {state}")


class LiveScreen:
    """A table of every variant, redrawn in place."""

    def __init__(self) -> None:
        self._live: Live | None = None

    def show(self, now: Snapshot) -> None:
        """Redraw."""
        if self._live is None:
            self._live = Live(console=OUT, auto_refresh=False)
            self._live.start()
        self._live.update(_table(now), refresh=True)

    def close(self) -> None:
        """Stop redrawing."""
        if self._live is not None:
            self._live.stop()
            self._live = None


def _table(now: Snapshot) -> Table:
    table = Table(title=escape(f"{now.run.name}: {now.run.state}, {now.seconds:.0f} s"), title_justify="left")
    for heading in ("variant", "draft", "final"):
        table.add_column(heading)
    for variant in now.board.current if now.board else ():
        cells = [now.board.render(variant, kind) for kind in (Kind.DRAFT, Kind.FINAL)] if now.board else []
        table.add_row(variant.name, *(escape(_words(render)) if render else "" for render in cells))
    return table


def _name(claim: Claim) -> str:
    return claim.variant if claim.take == 1 else f"{claim.variant} take {claim.take}"


def _words(render: Render) -> str:
    failure = f": {render.failure.kind} {render.failure.code}".rstrip() if render.failure else ""
    verdict = f", moderation {render.moderation}" if render.moderation != "not_checked" else ""
    return f"{render.state}{failure}{verdict}"
