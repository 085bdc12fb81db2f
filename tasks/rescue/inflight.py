"""Renders at the provider that no living process watches: asked about once a pass, many in one request."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.house import House
from tasks.rescue.team import ACTOR, Team, attempt
from tasks.submit import changed
from workprint import steps
from workprint.callbacks import Nudge
from workprint.outcomes import Checked, NotThere, Observation
from workprint.render import Change, Render
from workprint.rescue import Deed, Did
from workprint.states import IN_FLIGHT

#: Callbacks whose token is nobody's are kept so long: evidence of an attack, but not for ever.
STRANGERS = timedelta(days=7)
#: Note of the event that a provider said 404 to a task it had accepted.
DENIED = "the provider says it does not know the task"


@task(name="look after", cache_policy=NO_CACHE, persist_result=False)
async def look_after(team: Team) -> tuple[Deed, ...]:
    """One question about every orphan in flight; callbacks that came for orphans are answered by it."""
    await team.ledger.inbox.forget_strangers(datetime.now(UTC) - STRANGERS)
    nudges = await team.ledger.inbox.stray_nudges()
    by_provider: dict[str, list[Render]] = defaultdict(list)
    for render in await team.take(*IN_FLIGHT):
        by_provider[render.spec.provider].append(render)
    done = await asyncio.gather(
        *(attempt(name, partial(_asked, team, name, renders)) for name, renders in by_provider.items())
    )
    await _answered(team, nudges)
    return tuple(deed for deeds in done for deed in deeds)


async def _asked(team: Team, provider: str, renders: Sequence[Render]) -> Sequence[Deed]:
    house = await team.house(provider)
    answers = await house.provider.check_many([render.task_id or "" for render in renders])
    done = await asyncio.gather(*(_heard(house, render, answers[render.task_id or ""]) for render in renders))
    return [deed for deed in done if deed is not None]


async def _heard(house: House, render: Render, answer: Checked) -> Deed | None:
    change = await _change(house, render, answer)
    if change is None:
        return None
    after = await changed(house, change)
    return Deed(Did.NOTICED, render.id, f"{render.state} -> {after.state}")


async def _change(house: House, render: Render, answer: Checked) -> Change | None:
    match answer:
        case Observation():
            return steps.observed(render, answer, steps.model_facts_of(render), ACTOR)
        case NotThere(raw) if await _gone_for_long(house, render):
            return steps.gone(render, raw, ACTOR)
        case _:
            return None


async def _gone_for_long(house: House, render: Render) -> bool:
    """Whether the provider has denied the task since `gone_after` seconds; a first denial is put on record.

    Passes have no memory of their own. An answer in between is a step, after which denials count anew.
    """
    events = await house.ledger.events(render.id)
    last_step = max(event.seq for event in events if event.before is not event.after)
    denied = [event.at for event in events if event.seq > last_step and event.note == DENIED]
    if not denied:
        await house.ledger.record(render.id, source=ACTOR.source, actor=ACTOR.name, note=DENIED, facts={})
        return False
    return datetime.now(UTC) - denied[0] > timedelta(seconds=house.provider.gone_after)


async def _answered(team: Team, nudges: Sequence[Nudge]) -> None:
    """Nudges of renders that were looked at just now, or have ended; those of unknown ones wait for `reconcile`."""
    known = {render.id: render for render in await team.ledger.renders({nudge.render_id for nudge in nudges})}
    over = [n for n in nudges if n.render_id in known and known[n.render_id].task_id is not None]
    await team.ledger.inbox.handled(over, "asked by rescue")
