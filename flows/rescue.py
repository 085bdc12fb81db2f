"""Rescue: what runs left behind is finished. Scheduled every minute; two at once do nothing twice."""

from collections.abc import Sequence
from datetime import UTC, datetime

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks.rescue.archive import bring_home
from tasks.rescue.charges import settle
from tasks.rescue.gates import close_gates
from tasks.rescue.inflight import look_after
from tasks.rescue.runs import wake_runs
from tasks.rescue.team import Team, gathered
from tasks.rescue.telling import remind, tell_due
from tasks.rescue.unknowns import reconcile
from workprint.rescue import Deed, Did, markdown, summary

#: After these a campaign of the render has something to do again.
_MOVED = frozenset({Did.ABSENT, Did.NOTICED, Did.ARCHIVED, Did.LINK_EXPIRED})


@flow(name="rescue", flow_run_name="rescue", persist_result=False)
async def rescue() -> State:
    """One pass: unknown submits, renders nobody watches, films not yet safe, gates past their time, dead runs."""
    async with gathered() as team:
        deeds = await one_pass(team)
    if deeds:
        await acreate_markdown_artifact(markdown(deeds, datetime.now(UTC)), key="rescue", description=summary(deeds))
    return Completed(name="Rescued" if deeds else "Nothing to do", message=summary(deeds))


async def one_pass(team: Team) -> Sequence[Deed]:
    """In the order of a render's life, so that what is found in one step goes on in the next."""
    deeds = [*await reconcile(team), *await look_after(team), *await settle(team), *await bring_home(team)]
    moved = {deed.subject for deed in deeds if deed.did in _MOVED}
    deeds += [*await close_gates(team), *await wake_runs(team, moved)]
    return [*deeds, *await remind(team), *await tell_due(team)]
