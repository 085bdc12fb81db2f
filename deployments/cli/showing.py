"""The demo's campaign: start it, show it, answer at the gate, and put the films where one can open them."""

import asyncio
import getpass
import shutil
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from deployments.cli import keyboard
from deployments.cli.console import interactive, say
from deployments.cli.failing import DONE, FAILED
from deployments.cli.follow import Snapshot, screen, snapshots
from deployments.cli.gate import answer, form_values
from deployments.cli.links import own_link
from deployments.cli.prefect_api import Run, start_campaign
from deployments.cli.results import results
from deployments.cli.run import how_to_answer
from deployments.cli.servers import Server, open_ledger
from workprint.brief import Brief
from workprint.errors import InputError
from workprint.reading import brief_json
from workprint.render import Place
from workprint.report import Line

if TYPE_CHECKING:
    from blocks.ledger import Ledger

#: Who approves when nobody is there.
NOBODY = "demo"


async def show(here: Server, brief: Brief) -> int:
    """Run one brief from drafts to films; returns the exit code."""
    run = await start_campaign(brief_json(brief), title="demo")
    say(f"2. The campaign {run.id}: {brief.title}", "bold")
    say(f"  in the browser   {here.run_url(run.id)}")
    async with await open_ledger() as ledger:
        run = await _to_the_end(here, ledger, run)
        say("4. The result", "bold")
        lines = await results(ledger, run)
    await _keep_films(here, lines)
    _next_commands(lines, run)
    return DONE if run.delivered else FAILED


async def _to_the_end(here: Server, ledger: "Ledger", run: Run) -> Run:
    answered = False
    with closing(screen()) as view:
        async for now in snapshots(run.id, ledger):
            view.show(now)
            if now.run.waiting and not answered:
                view.close()
                await _at_the_gate(here, ledger, now)
            answered, run = now.run.waiting, now.run
    return run


async def _at_the_gate(here: Server, ledger: "Ledger", now: Snapshot) -> None:
    say("3. The gate", "bold")
    await how_to_answer(here, now.run)
    if not interactive():
        say(f"There is no terminal: approving everything as '{NOBODY}'.", "bold")
        form = form_values("approve_all", who=NOBODY, note="the demo without a terminal approves by itself")
        await answer(ledger, now.run, form)
        return
    approvers = now.board.plan.brief.approvers if now.board else ()
    name = next((a for a in approvers if a != NOBODY), getpass.getuser())
    say(f"  screening room   {await own_link(ledger, now.run.id, name)}", "bold")
    asking = asyncio.create_task(_ask(ledger, now.run, name))
    elsewhere = asyncio.create_task(_answered_elsewhere(now.run))
    try:
        await asyncio.wait({asking, elsewhere}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            say("\nAnswered in the browser.", "bold")
        else:
            await asking
    finally:
        asking.cancel()
        elsewhere.cancel()
        await asyncio.gather(asking, elsewhere, return_exceptions=True)


async def _answered_elsewhere(run: Run) -> None:
    async for now in snapshots(run.id):
        if not now.run.waiting:
            return


async def _ask(ledger: "Ledger", run: Run, name: str) -> None:
    while True:
        yes = (await keyboard.line("Approve all drafts here, or answer in the browser? [y/n]: ")).lower()
        if yes not in {"y", "yes", "n", "no"}:
            continue
        who = await keyboard.filled("Your name", name)
        if yes.startswith("y"):
            form = form_values("approve_all", who=who, note=await keyboard.filled("Note", "looks good"))
        else:
            form = form_values("reject", who=who, note=await keyboard.filled("Reason", "not what we want"))
        try:
            await answer(ledger, run, form)
        except InputError as error:
            say(error.diagnostics(), "red")
        else:
            return


async def _keep_films(here: Server, lines: Sequence[Line]) -> None:
    """The delivered films beside the stack's data: the S3 server stops with the demo."""
    from blocks.bucket import ArchiveBucket

    bucket: ArchiveBucket = await ArchiveBucket.aload("archive")
    here.home.demo.mkdir(parents=True, exist_ok=True)
    for line in lines:
        if line.asset is not None and line.asset.place is Place.DELIVERY:
            target = here.home.demo / f"{line.variant}.mp4"
            target.unlink(missing_ok=True)
            await bucket.read_back(line.asset.key, line.asset.sha256, target)
            say(f"  film             {target}")
            say(f"  SHA-256          {line.asset.sha256}")


def _next_commands(lines: Sequence[Line], run: Run) -> None:
    say("Next:", "bold")
    some = next((line.final.id for line in lines if line.final), run.id)
    if not shutil.which("workprint"):
        say("  . .venv/bin/activate                                once per terminal, to have the command")
    say(f"  workprint trace {some}      the whole life of a render (also --json)")
    say("  workprint up                                        keep the stack running")
    say("  workprint quote BRIEF, workprint run BRIEF          with a brief of your own")
