"""Lost submits: found at the provider, proven absent, or left to a person."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.house import House
from tasks.recover import looked_up, settled
from tasks.rescue.team import ACTOR, Team, attempt
from tasks.submit import LOOK, changed
from workprint import steps
from workprint.outcomes import Unanswered
from workprint.recovery import Absent, Found, Unknown, posted_at
from workprint.render import Render
from workprint.rescue import Deed, Did
from workprint.states import RenderState


@task(name="reconcile", cache_policy=NO_CACHE, persist_result=False)
async def reconcile(team: Team) -> tuple[Deed, ...]:
    """Every submit whose process is gone and whose outcome nobody wrote down."""
    renders = await team.take(RenderState.SUBMITTING, RenderState.UNKNOWN)
    done = await asyncio.gather(*(attempt(render.id, partial(_settled, team, render)) for render in renders))
    return tuple(deed for deeds in done for deed in deeds)


async def _settled(team: Team, render: Render) -> Sequence[Deed]:
    house = await team.house(render.spec.provider)
    if render.state is RenderState.SUBMITTING:
        if _age(render) < _longest_post(house):
            return ()  # a POST may still be on its way, from a process that only lost its lease
        answer = Unanswered("the process that submitted it is gone")
        render = await changed(house, steps.unanswered(render, answer, ACTOR))
    return await _looked_for(house, render) if render.state is RenderState.UNKNOWN else ()


async def _looked_for(house: House, render: Render) -> Sequence[Deed]:
    sure = settled(house.provider, render)  # before the list is read: what it says counts from then on
    match await looked_up(house.ledger, house.provider, render):
        case Found(task, how):
            await changed(house, steps.found(render, task, ACTOR, how))
            return (Deed(Did.FOUND, render.id, f"task {task.task_id}: {how}"),)
        case Absent(raw) if sure:
            await changed(house, steps.absent(render, raw, ACTOR))
            return (Deed(Did.ABSENT, render.id, raw),)
        case Absent():
            return ()  # the list may lag: the next pass decides
        case Unknown(reason):
            return (Deed(Did.LEFT_TO_A_PERSON, render.id, f"{reason}; workprint unknown list"),)


def _longest_post(house: House) -> timedelta:
    return timedelta(seconds=house.provider.connect_timeout + house.provider.read_timeout + LOOK)


def _age(render: Render) -> timedelta:
    return datetime.now(UTC) - posted_at(render)
