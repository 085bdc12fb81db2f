"""`workprint up`."""

from deployments.cli.console import say
from deployments.stack.home import Home
from deployments.stack.state import StackState, running


def up() -> None:
    """Start Prefect, the S3 server, the sandbox provider, the desk and a worker, and keep them up until Ctrl-C.

    A second `up` in the same home finds the first and says where it is.
    """
    from deployments.cli.loop import run_async

    home = Home.find()
    if state := running(home):
        say(f"The stack of {home.root} is up already (process {state.pid}).")
        where(home, state)
        return
    run_async(_up(home))


async def _up(home: Home) -> None:
    from deployments.stack.supervisor import stack

    async with stack(home, progress) as here:
        where(home, here.state)
        say("Ctrl-C stops everything.", "bold")
        await here.watch()


def progress(what: str, state: str) -> None:
    """One line a step of the stack."""
    say(f"  {what:<22} {state}", "dim")


def where(home: Home, state: StackState) -> None:
    """Where the parts of the stack are."""
    say(f"  Prefect UI   {state.prefect_ui}", "bold")
    say(f"  S3           {state.s3_url}")
    say(f"  sandbox      {state.sandbox_url}")
    say(f"  desk         {state.desk_url}  (callbacks; screening room; /healthz, /metrics)")
    say(f"  home, logs   {home.root}, {home.logs}")
