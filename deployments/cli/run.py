"""`workprint run BRIEF`."""

import asyncio
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from deployments.cli.console import say

if TYPE_CHECKING:
    from deployments.cli.prefect_api import Run
    from deployments.cli.servers import Server
    from workprint.brief import Brief


def run(
    brief: Path,
    /,
    *,
    follow: Annotated[bool, Parameter(help="Stay and show the progress; Ctrl-C leaves, the run goes on.")] = True,
    model: Annotated[str | None, Parameter(help="Check against this model; the provider block's is used.")] = None,
) -> int:
    """Start a campaign through its Prefect deployment and follow it to its end.

    Exit code 0: everything that was approved is delivered, or a person rejected it. 1: it failed, or was delivered
    in part.

    Parameters
    ----------
    brief
        A YAML or JSON file. Its relative paths mean its own folder.
    """
    from deployments.cli.briefs import load, staged
    from deployments.cli.loop import run_async
    from deployments.cli.servers import server

    checked = load(brief, model).brief
    here = server()
    return run_async(_run(here, staged(checked, here.home) if here.embedded else checked, follow=follow))


async def _run(here: "Server", brief: "Brief", *, follow: bool) -> int:
    from deployments.cli.prefect_api import start_campaign
    from workprint.reading import brief_json

    run = await start_campaign(brief_json(brief), title=brief.project)
    say(f"Campaign {run.id} ({run.name}): {here.run_url(run.id)}", "bold")
    if not follow:
        say(f"Look at it with: workprint trace {run.id}")
        return 0
    try:
        return await _follow(here, run)
    except asyncio.CancelledError:
        say(f"\nLeft; the run goes on: {here.run_url(run.id)}")
        raise


async def _follow(here: "Server", run: "Run") -> int:
    from deployments.cli.follow import screen, snapshots
    from deployments.cli.results import results
    from deployments.cli.servers import open_ledger

    waited = False
    async with await open_ledger() as ledger:
        with closing(screen()) as view:
            async for now in snapshots(run.id, ledger):
                view.show(now)
                if now.run.waiting and not waited:
                    view.close()
                    await how_to_answer(here, now.run)
                waited, run = now.run.waiting, now.run
        await results(ledger, run)
    return 0 if run.delivered else 1


async def how_to_answer(here: "Server", run: "Run") -> None:
    """Where the person looks and what the person types."""
    from deployments.cli.prefect_api import contact_sheet

    say("The drafts are ready and the run waits for a person.", "bold")
    say(f"  in the browser   {here.run_url(run.id)}  (⋮, Resume)")
    if sheet := await contact_sheet(run.id):
        say(f"  contact sheet    {sheet}")
    say(f"  at a terminal    workprint approve {run.id} --as NAME --note WHY")
    say(f"                   workprint reject {run.id} --as NAME --reason WHY")
    say(f"  for others       workprint link {run.id} --for NAME    a personal link into the screening room")
