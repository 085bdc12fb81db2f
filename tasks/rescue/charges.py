"""Charges that nobody knew when their render ended: the provider is asked until it forgets the task."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.house import House
from tasks.rescue.team import ACTOR, Team, attempt
from workprint import steps
from workprint.bills import charge_learnt
from workprint.outcomes import Checked, Observation
from workprint.render import Render
from workprint.rescue import Deed, Did

#: Providers forget their tasks after a week (Ark: 7 days).
MEMORY = timedelta(days=7)
#: Renders in one pass: one question for each provider.
AT_ONCE = 50


@task(name="settle", cache_policy=NO_CACHE, persist_result=False)
async def settle(team: Team) -> tuple[Deed, ...]:
    """Ask what became of tasks that failed here and may have been charged there."""
    by_provider: dict[str, list[Render]] = defaultdict(list)
    for render in await team.ledger.money.doubtful(datetime.now(UTC) - MEMORY, AT_ONCE):
        by_provider[render.spec.provider].append(render)
    found: list[Deed] = []
    for name, renders in by_provider.items():
        found += await attempt(name, partial(_asked, team, name, renders))
    return tuple(found)


async def _asked(team: Team, provider: str, renders: Sequence[Render]) -> Sequence[Deed]:
    house = await team.house(provider)
    answers = await house.provider.check_many([render.task_id or "" for render in renders])
    found = [await _learnt(house, render, answers[render.task_id or ""]) for render in renders]
    return [deed for deed in found if deed is not None]


async def _learnt(house: House, render: Render, answer: Checked) -> Deed | None:
    if not isinstance(answer, Observation):
        return None
    facts = charge_learnt(render, answer, steps.model_facts_of(render))
    if facts is None:
        return None
    note = f"the provider says: {facts['charge_state']}, {facts['charge_amount']} {facts['charge_currency']}"
    await house.ledger.record(render.id, source=ACTOR.source, actor=ACTOR.name, note=note, facts=facts)
    return Deed(Did.SETTLED, render.id, note)
