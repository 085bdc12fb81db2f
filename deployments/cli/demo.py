"""`workprint demo`."""

from typing import TYPE_CHECKING

from deployments.cli.console import say
from deployments.stack.home import Home
from deployments.stack.state import running

if TYPE_CHECKING:
    from workprint.brief import Brief


def demo() -> int:
    """Show the whole job, end to end, on this machine: brief, drafts, your approval, finals, moderation, S3.

    It starts the stack (or uses the one that runs), gives the sample brief to the campaign deployment, and waits at the
    gate for an answer from the Prefect UI or from your keyboard. Without a terminal it approves as `demo`. At the end
    the stack is stopped and the films lie in the home's `demo` folder.
    """
    from importlib.resources import as_file, files

    from deployments.cli.briefs import load
    from deployments.cli.loop import run_async

    with as_file(files("deployments") / "samples") as samples:
        brief = load(samples / "showcase.yaml").brief
        return run_async(_demo(Home.find(), brief))


async def _demo(home: Home, brief: "Brief") -> int:
    from deployments.cli.up import progress, where

    if state := running(home):
        say(f"Using the stack that runs in {home.root}.", "bold")
        where(home, state)
        return await _show(brief)
    from deployments.stack.supervisor import stack

    say("1. The stack: Prefect server, S3 server, sandbox provider, desk, worker.", "bold")
    async with stack(home, progress) as here:
        where(home, here.state)
        return await here.guard(_show(brief))


async def _show(brief: "Brief") -> int:
    from deployments.cli.briefs import staged
    from deployments.cli.servers import server
    from deployments.cli.showing import show

    here = server()
    return await show(here, staged(brief, here.home))
