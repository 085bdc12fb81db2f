"""`workprint approve | reject | revise RUN`: the gate's form, filled in at the terminal."""

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from deployments.cli.console import say

if TYPE_CHECKING:
    from workprint.deciding import Cast

Who = Annotated[str, Parameter(name="--as", help="Your name; it goes on record.")]
Which = Annotated[str, Parameter(name="--variants", help="Names with commas between them.")]


def approve(
    run: str,
    /,
    *,
    who: Who,
    note: Annotated[str, Parameter(help="Why; it goes on record.")],
    variants: Annotated[str, Parameter(help="Names with commas between them; the rest is rejected.")] = "all",
) -> None:
    """Approve drafts of a run that waits at its gate; their finals are rendered and paid.

    Parameters
    ----------
    run
        The flow run's id (it is the campaign's as well) or its name.
    """
    names = [] if variants == "all" else _names(variants)
    _answer(run, decision="approve_some" if variants != "all" else "approve_all", variants=names, who=who, note=note)


def reject(
    run: str,
    /,
    *,
    who: Who,
    reason: Annotated[str, Parameter(help="Why; it goes on record.")],
    variants: Annotated[str, Parameter(help="Names with commas between them, to reject only these.")] = "all",
) -> None:
    """Reject the drafts of a run that waits at its gate; nothing more is spent on them.

    Parameters
    ----------
    run
        The flow run's id (it is the campaign's as well) or its name.
    """
    names = [] if variants == "all" else _names(variants)
    _answer(run, decision="reject", variants=names, who=who, note=reason)


def revise(
    run: str,
    /,
    *,
    variants: Which,
    prompt: Annotated[str, Parameter(help="What the next take should show.")],
    who: Who,
    note: Annotated[str, Parameter(help="Why; it goes on record.")],
) -> None:
    """Ask for another take of some drafts with another prompt; the run comes back to its gate with them.

    Parameters
    ----------
    run
        The flow run's id (it is the campaign's as well) or its name.
    """
    _answer(run, decision="revise", variants=_names(variants), who=who, note=note, prompt=prompt)


def _names(words: str) -> list[str]:
    return [name.strip() for name in words.split(",") if name.strip()]


def _answer(run: str, *, decision: str, variants: list[str], who: str, note: str, prompt: str = "") -> None:
    from deployments.cli.gate import form_values
    from deployments.cli.loop import run_async
    from deployments.cli.servers import server

    here = server()
    form = form_values(decision, variants=variants, prompt=prompt, who=who, note=note)
    run_id, outcome = run_async(_send(run, form))
    for name, missing in outcome.missing.items():
        say(f"  {name}: {missing}")
    if outcome.missing and not outcome.settled:
        say(f"Your answer is on record; the run waits for the others: {here.run_url(run_id)}")
        return
    say(f"The answer is on record; the run goes on in a few seconds: {here.run_url(run_id)}")


async def _send(name: str, form: dict[str, Any]) -> "tuple[str, Cast]":
    from deployments.cli.gate import answer
    from deployments.cli.prefect_api import find_run
    from deployments.cli.servers import open_ledger

    run = await find_run(name)
    async with await open_ledger() as ledger:
        return run.id, await answer(ledger, run, form)
