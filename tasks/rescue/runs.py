"""Campaign runs whose process died are started again, once; so are ended ones whose render moved on since."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TERMINAL_STATES, StateType

from tasks import telling
from tasks.cancel import end_campaign
from tasks.prefect_runs import RunState, call_cancelled, call_crashed, start_again, states_of
from tasks.rescue.team import ACTOR, Team, attempt
from workprint.campaigns import Campaign
from workprint.rescue import Deed, Did
from workprint.states import TERMINAL

#: How often a run is started again after a death. A second death needs a person.
ONCE = 1
#: A running run may not have said yet that it lives, and of a crashed one a worker may speak twice, seconds apart: so
#: many leases must have passed since its state began.
RUNNING_FOR, CRASHED_FOR = 2.0, 0.5
_DEAD = frozenset({StateType.CRASHED, StateType.FAILED})
_CANCELLED = frozenset({StateType.CANCELLED, StateType.CANCELLING})
#: Prefect's worker gives a run 30 s to end and then runs the hooks: so long it is not our turn.
_HOOK = timedelta(seconds=90)


@task(name="wake runs", cache_policy=NO_CACHE, persist_result=False)
async def wake_runs(team: Team, moved: Collection[str]) -> tuple[Deed, ...]:
    """`moved`: renders that this pass brought further; where one has ended, its campaigns have more to do."""
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
    if state is not None and state.type in _CANCELLED:
        return await _cancelled(team, campaign, state)
    if state is None or not _died(state, team.pulse.seconds):
        return ()
    if not await team.ledger.runs.take_rescue(campaign.id, ONCE):
        return ()
    if state.type is StateType.RUNNING:
        await call_crashed(state.id, "no sign of life: its lease in the ledger has run out")
    await start_again(state.id, "rescue: the process of this run died")
    return (Deed(Did.RUN_SCHEDULED, campaign.id, f"{campaign.title}: was {state.name}"),)


async def _cancelled(team: Team, campaign: Campaign, state: RunState) -> Sequence[Deed]:
    """What the run's own hook could not do: a suspended run has no process, and a dead one runs no hook."""
    if state.type is StateType.CANCELLING and datetime.now(UTC) - state.since < _HOOK:
        return ()  # its worker may still be at it
    found = await end_campaign(team.ledger, team.provider, campaign.id, ACTOR)
    if state.type is StateType.CANCELLING:
        await call_cancelled(state.id, "rescue: nobody was left to cancel it")
    if not any(one.pending for one in found):
        await telling.closed(team.ledger, campaign.id)
    told = ", ".join(f"{one.render.variant} {one.outcome}" for one in found)
    return (Deed(Did.CANCELLED, campaign.id, f"{campaign.title}: {told or 'nothing was ordered'}"),)


def _died(state: RunState, lease: float) -> bool:
    """Crashed or failed with its campaign still open; or running without a sign of life."""
    if state.type is not StateType.RUNNING and state.type not in _DEAD:
        return False
    leases = RUNNING_FOR if state.type is StateType.RUNNING else CRASHED_FOR
    return datetime.now(UTC) - state.since > timedelta(seconds=leases * lease)


async def _goes_on(state: RunState | None) -> Sequence[Deed]:
    """A run that ended without this render hears of it by starting again; nobody's wish to cancel is overruled."""
    if state is None or state.type not in TERMINAL_STATES or state.type is StateType.CANCELLED:
        return ()
    await start_again(state.id, "rescue: a render of this campaign moved on")
    return (Deed(Did.RUN_SCHEDULED, state.id, f"was {state.name}; a render of it moved on"),)
