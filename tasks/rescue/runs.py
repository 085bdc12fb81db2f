"""Campaign runs whose process died are started again, once; so are ended ones whose render moved on since."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TERMINAL_STATES, StateType

from tasks.prefect_runs import RunState, call_crashed, start_again, states_of
from tasks.rescue.team import Team, attempt
from workprint.campaigns import Campaign
from workprint.rescue import Deed, Did
from workprint.states import TERMINAL

#: How often a run is started again after a death. A second death needs a person.
ONCE = 1
#: A run this young in its state may not have said yet that it lives.
GRACE = timedelta(seconds=60)
_DEAD = frozenset({StateType.CRASHED, StateType.FAILED})


@task(name="wake runs", cache_policy=NO_CACHE, persist_result=False)
async def wake_runs(team: Team, moved: Collection[str]) -> tuple[Deed, ...]:
    """`moved`: renders that this pass brought further; where one has ended, its campaigns have something to do again."""
    lost = await team.ledger.runs.lost()
    ended = [render.id for render in await team.ledger.renders(moved) if render.state in TERMINAL]
    served = await team.ledger.served_by(ended) - {campaign.id for campaign in lost}
    states = await states_of([*(campaign.id for campaign in lost), *served])
    found: list[Deed] = []
    for campaign in lost:
        found += await attempt(campaign.id, partial(_woken, team, campaign, states.get(campaign.id)))
    for campaign_id in sorted(served):
        found += await attempt(campaign_id, partial(_goes_on, states.get(campaign_id)))
    return tuple(found)


async def _woken(team: Team, campaign: Campaign, state: RunState | None) -> Sequence[Deed]:
    if state is None or not _died(state, team.pulse.seconds):
        return ()
    if not await team.ledger.runs.take_rescue(campaign.id, ONCE):
        return ()
    if state.type is StateType.RUNNING:
        await call_crashed(state.id, "no sign of life: its lease in the ledger has run out")
    await start_again(state.id, "rescue: the process of this run died")
    return (Deed(Did.RUN_SCHEDULED, campaign.id, f"{campaign.title}: was {state.name}"),)


def _died(state: RunState, lease: float) -> bool:
    """Crashed or failed with its campaign still open; or running without a sign of life."""
    if state.type is StateType.RUNNING:
        return datetime.now(UTC) - state.since > max(GRACE, timedelta(seconds=2 * lease))
    return state.type in _DEAD


async def _goes_on(state: RunState | None) -> Sequence[Deed]:
    """A run that ended without this render hears of it by starting again; nobody's wish to cancel is overruled."""
    if state is None or state.type not in TERMINAL_STATES or state.type is StateType.CANCELLED:
        return ()
    await start_again(state.id, "rescue: a render of this campaign moved on")
    return (Deed(Did.RUN_SCHEDULED, state.id, f"was {state.name}; a render of it moved on"),)
