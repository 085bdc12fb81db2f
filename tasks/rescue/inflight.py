"""Renders at the provider that no living process watches: asked about once a pass, many in one request."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
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

#: Seconds between two questions about a task that the provider says it does not know.
PAUSE = 1.0


@task(name="look after", cache_policy=NO_CACHE, persist_result=False)
async def look_after(team: Team) -> tuple[Deed, ...]:
    """One question about every orphan in flight; callbacks that came for orphans are answered by it."""
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
            return steps.observed(render, answer, house.facts, ACTOR)
        case NotThere(raw) if await _really_gone(house, render):
            return steps.gone(render, raw, ACTOR)
        case _:
            return None


async def _really_gone(house: House, render: Render) -> bool:
    """Asked as often as the watcher would before it believes it: fewer is flapping."""
    for _ in range(steps.GONE_AFTER - 1):
        await asyncio.sleep(PAUSE)
        if not isinstance(await house.provider.check(render.task_id or ""), NotThere):
            return False
    return True


async def _answered(team: Team, nudges: Sequence[Nudge]) -> None:
    """Nudges of renders that were looked at just now, or have ended; those of unknown ones wait for `reconcile`."""
    known = {render.id: render for render in await team.ledger.renders({nudge.render_id for nudge in nudges})}
    over = [n for n in nudges if n.render_id in known and known[n.render_id].task_id is not None]
    await team.ledger.inbox.handled(over, "asked by rescue")
