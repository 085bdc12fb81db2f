"""What is paid for comes home, earliest deadline first: the end of the link minus the time the transfer takes."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from tasks.archive import archive
from tasks.film import RenderFailed, landed
from tasks.house import House
from tasks.links import refreshed
from tasks.moderate import moderate
from tasks.rescue.team import ACTOR, Team, attempt
from tasks.submit import changed
from workprint import steps
from workprint.errors import WorkprintError
from workprint.plan import Plan
from workprint.render import Render
from workprint.rescue import Deed, Did, earliest_deadline_first, ends_soon, link_end, predict
from workprint.spec import Kind
from workprint.states import RenderState

#: Transfers at once: more would make each of them slower, and the first deadline is what counts.
AT_ONCE = 3
#: How the note of a warning begins: a render is warned about once.
WARNING = "warning: the link ends"


@task(name="bring home", cache_policy=NO_CACHE, persist_result=False)
async def bring_home(team: Team) -> tuple[Deed, ...]:
    """Every orphan that has succeeded and is not archived. Places are given in the order of the deadlines."""
    predicted = predict(await team.ledger.archive_seconds())
    renders = earliest_deadline_first(await team.take(RenderState.SUCCEEDED), predicted)
    places = asyncio.Semaphore(AT_ONCE)

    async def one(render: Render) -> Sequence[Deed]:
        async with places:
            return await attempt(render.id, partial(_one, team, render, predicted))

    done = await asyncio.gather(*(one(render) for render in renders))
    return tuple(deed for deeds in done for deed in deeds)


async def _one(team: Team, render: Render, predicted: timedelta) -> Sequence[Deed]:
    house = await team.house(render.spec.provider)
    warned = await _warned(house, render, predicted)
    try:
        after = await _brought(house, render)
    except RenderFailed as error:
        after = await house.ledger.get(render.id)
        if after.state is RenderState.SUCCEEDED:
            return (*warned, Deed(Did.TROUBLE, render.id, str(error)))
    except WorkprintError as error:
        after = await _given_up(house, render, error)
    return (*warned, _told(after))


async def _brought(house: House, render: Render) -> Render:
    """One render from its link to the bucket; a final by way of moderation, as its campaign would have done it."""
    film = await landed(house, render, ended_before=True)
    if film.landed is not None and render.kind is Kind.FINAL:
        campaign = await house.ledger.campaign(render.campaign_id)
        plan = Plan.thaw(campaign.id, campaign.brief, house.facts_in(campaign.brief))
        judged = await moderate.fn(house, film, render.variant)
        if judged is not None:
            await archive.fn(house, plan, judged, render.variant)
    return await house.ledger.get(render.id)


async def _given_up(house: House, render: Render, error: WorkprintError) -> Render:
    """Past the link's own end, and with no fresh one to be had, a film is lost; before that it is tried again."""
    if link_end(render) > datetime.now(UTC) or await refreshed(house, render) is not None:
        raise error
    return await changed(house, steps.link_dead(render, str(error), ACTOR))


async def _warned(house: House, render: Render, predicted: timedelta) -> Sequence[Deed]:
    """Say once, long before it happens, that a paid film is not safe yet."""
    if not ends_soon(render, predicted, datetime.now(UTC)):
        return ()
    if any(event.note.startswith(WARNING) for event in await house.ledger.events(render.id)):
        return ()
    note = f"{WARNING} {link_end(render).isoformat(timespec='seconds')} and the film is not archived"
    await house.ledger.record(render.id, source=ACTOR.source, actor=ACTOR.name, note=note, facts={})
    get_run_logger().warning("archive.margin %s %s", render.id, note)
    return (Deed(Did.WARNED, render.id, note),)


def _told(after: Render) -> Deed:
    match after.state:
        case RenderState.ARCHIVED:
            return Deed(Did.ARCHIVED, after.id, after.variant)
        case RenderState.LINK_EXPIRED:
            return Deed(Did.LINK_EXPIRED, after.id, after.failure_raw)
        case _:
            return Deed(Did.NOTICED, after.id, f"{RenderState.SUCCEEDED} -> {after.state}")
