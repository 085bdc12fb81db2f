"""`workprint cancel RENDER_OR_RUN`: what can be stopped is stopped, and each render says what it costs."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from deployments.cli.console import OUT, say
from deployments.cli.decide import Who

if TYPE_CHECKING:
    from blocks.ledger import Ledger
    from deployments.cli.prefect_api import Run
    from workprint.cancelling import Cancelled
    from workprint.steps import Actor

#: Seconds a run's process has to end: Prefect gives it 30 before it is killed, and then calls the hook.
PATIENCE = 90.0


def cancel(
    render_or_run: str,
    /,
    *,
    who: Who,
    yes: Annotated[bool, Parameter(negative=(), help="Do not ask.")] = False,
) -> int:
    """Cancel one render, or a run with everything it still has at the provider, and tell what each of them costs.

    `confirmed`: cancelled and not charged. `requested`: the provider has not said yet; ask again. `too late`: it goes
    on and is charged. `not yet`: nobody knows the provider's task. `kept`: it serves another campaign. Exit code 1
    when an answer is still open.

    Parameters
    ----------
    render_or_run
        A render's id, or a flow run's id (it is the campaign's as well) or name.
    """
    from deployments.cli.loop import run_async

    return run_async(_cancel(render_or_run, who, yes=yes))


async def _cancel(wanted: str, who: str, *, yes: bool) -> int:
    from deployments.cli.failing import DONE, FAILED
    from deployments.cli.servers import open_ledger, server

    server()  # before anything imports Prefect, which reads its settings once
    from deployments.cli import keyboard
    from workprint.render import Source
    from workprint.steps import Actor

    async with await open_ledger() as ledger:
        work = _render if wanted.startswith("rnd_") else _run
        if not yes and not await keyboard.sure(f"Cancel {wanted}?"):
            say("Nothing was changed.")
            return FAILED
        found = await work(ledger, wanted, Actor(who, Source.PERSON))
    _show(found)
    return FAILED if any(one.pending for one in found) else DONE


async def _render(ledger: "Ledger", render_id: str, actor: "Actor") -> "tuple[Cancelled, ...]":
    from tasks.cancel import cancel_render
    from tasks.house import load_provider

    render = await ledger.get(render_id)
    async with await load_provider(render.spec.provider) as provider:
        return (await cancel_render(ledger, provider, render, render.campaign_id, actor),)


async def _run(ledger: "Ledger", name: str, actor: "Actor") -> "tuple[Cancelled, ...]":
    """The queue is emptied at once, before something in it starts; and again once the run's process has ended."""
    from deployments.cli.prefect_api import find_run, set_cancelling
    from tasks.cancel import cancel_campaign, end_campaign
    from tasks.house import provider_blocks
    from workprint.errors import NotFound

    run = await find_run(name)
    if not run.ended:
        await set_cancelling(run, f"cancelled by {actor.name}")
    try:
        await ledger.campaign(run.id)
    except NotFound:
        await _until_ended(run)
        return ()
    async with provider_blocks() as providers:
        await cancel_campaign(ledger, providers, run.id, actor)
        if not await _until_ended(run):
            return await cancel_campaign(ledger, providers, run.id, actor)
        return await end_campaign(ledger, providers, run.id, actor)


async def _until_ended(run: "Run") -> bool:
    """Whether the run has ended, after waiting for its process; says where it stands."""
    from deployments.cli.follow import snapshots

    try:
        async with asyncio.timeout(PATIENCE):
            async for now in snapshots(run.id):
                run = now.run
    except TimeoutError:
        say(f"The run {run.name} is still stopping; rescue cancels what it leaves behind.", "yellow")
        return False
    say(f"The run {run.name} is {run.state}.", "bold")
    return True


def _show(found: "Iterable[Cancelled]") -> None:
    from rich.markup import escape
    from rich.table import Table

    from workprint.cancelling import charge

    rows = [
        (f"{x.render.kind} {x.render.variant}", x.render.id, x.outcome.words, x.render.state, charge(x.render), x.why)
        for x in found
    ]
    if not rows:
        say("It had no renders: nothing was charged.")
        return
    table = Table(title="Cancelling", title_justify="left")
    for heading in ("film", "render", "cancel", "state", "charge", "why"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    OUT.print(table)
