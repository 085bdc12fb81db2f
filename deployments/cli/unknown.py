"""`workprint unknown list | adopt | give-up`: what nobody can know goes to a person."""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from deployments.cli.console import say
from deployments.cli.decide import Who

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blocks.ledger import Ledger
    from blocks.provider import VideoProvider
    from workprint.recovery import Recovered
    from workprint.render import Render

Reason = Annotated[str, Parameter(help="Why; it goes on record.")]


def list_unknown(
    *,
    ask: Annotated[bool, Parameter(negative=(), help="Ask the providers now which tasks could be it.")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative=(), help="One JSON object.")] = False,
) -> None:
    """List the renders whose submit had no answer, and what each may cost a second time. Nothing is changed."""
    from deployments.cli.loop import run_async
    from deployments.cli.unknown_view import as_text, show

    renders, answers = run_async(_listed(ask=ask))
    if as_json:
        print(as_text(renders, answers))
    else:
        show(renders, answers)


def adopt(render: str, task_id: str, /, *, who: Who) -> None:
    """Say that a provider's task is this render: it is watched, archived and charged like any other.

    Refused when the provider does not know the task, when it is another render's, or when it was asked for something
    else. The campaign goes on.

    Parameters
    ----------
    render
        The unknown render's id.
    task_id
        The task's id at the provider.
    """
    from deployments.cli.loop import run_async

    run_async(_adopt(render, task_id, who))


def give_up(
    render: str,
    /,
    *,
    who: Who,
    reason: Reason,
    new_take: Annotated[bool, Parameter(negative=(), help="Order it once more, as a new take.")] = False,
    yes: Annotated[bool, Parameter(negative=(), help="Do not ask.")] = False,
) -> int:
    """Give up a render nobody can account for. Its highest price stays reserved: the provider may still charge it.

    Parameters
    ----------
    render
        The unknown render's id.
    """
    from deployments.cli.loop import run_async

    return run_async(_give_up(render, who, reason, new_take=new_take, yes=yes))


async def _listed(*, ask: bool) -> "tuple[tuple[Render, ...], Mapping[str, Recovered]]":
    from deployments.cli.servers import open_ledger
    from workprint.states import RenderState

    async with await open_ledger() as ledger:
        renders = await ledger.in_state(RenderState.UNKNOWN)
        return renders, await _answers(ledger, renders) if ask else {}


async def _answers(ledger: "Ledger", renders: "tuple[Render, ...]") -> "Mapping[str, Recovered]":
    """What the providers say of each render, by its id."""
    from deployments.cli.servers import server

    server()
    from tasks.recover import looked_up
    from workprint.errors import InputError
    from workprint.recovery import Unknown

    answers: dict[str, Recovered] = {}
    for render in renders:
        try:
            async with await _provider(render) as provider:
                answers[render.id] = await looked_up(ledger, provider, render)
        except InputError as error:
            answers[render.id] = Unknown(str(error))
    return answers


async def _adopt(render_id: str, task_id: str, who: str) -> None:
    from deployments.cli.servers import open_ledger, server

    server()  # before anything imports Prefect, which reads its settings once
    from deployments.cli.go_on import go_on
    from tasks.unknown import adopt as adopted
    from tasks.unknown import in_question

    async with await open_ledger() as ledger:
        render = await in_question(ledger, render_id)
        async with await _provider(render) as provider:
            render = await adopted(ledger, provider, render, task_id, who)
        say(f"Render {render.id} ({render.variant}) is {render.state} as task {render.task_id}.", "bold")
        await go_on(ledger, render)


async def _give_up(render_id: str, who: str, reason: str, *, new_take: bool, yes: bool) -> int:
    from deployments.cli.failing import DONE, FAILED
    from deployments.cli.keyboard import sure
    from deployments.cli.servers import open_ledger, server
    from workprint.errors import StackError

    with suppress(StackError):  # giving up needs no server; if there is one, Prefect must hear of it first
        server()
    from deployments.cli.go_on import go_on
    from tasks.unknown import give_up as given_up
    from tasks.unknown import in_question

    async with await open_ledger() as ledger:
        render = await in_question(ledger, render_id)
        _warn(render, new_take=new_take)
        if not yes and not await sure("Give it up?"):
            say("Nothing was changed.")
            return FAILED
        render = await given_up(ledger, render, who, reason, new_take=new_take)
        say(f"Render {render.id} ({render.variant}) is given up, on record with your name and reason.", "bold")
        await go_on(ledger, render)
        return DONE


def _warn(render: "Render", *, new_take: bool) -> None:
    from workprint.unknowns import double_cost

    cost = double_cost(render)
    say(f"The provider may have taken render {render.id}, and may charge up to {cost} for it: that stays reserved.")
    say(f"A new take is ordered: together it may cost {cost} twice." if new_take else "No new take is ordered.")


async def _provider(render: "Render") -> "VideoProvider":
    """The provider block of a render, from the Prefect server."""
    from deployments.cli.prefect_api import check_answers
    from tasks.house import load_provider

    await check_answers()
    return await load_provider(render.spec.provider)
