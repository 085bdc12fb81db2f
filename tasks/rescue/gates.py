"""Gates that nobody answered in time, and gates that were decided while nobody could wake their run."""

from collections.abc import Sequence
from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import StateType

from tasks.prefect_runs import RunState, start_again, states_of
from tasks.rescue.team import Team, attempt
from tasks.voting import wake
from workprint.campaigns import Campaign
from workprint.gates import Cause, Gate
from workprint.rescue import Deed, Did

#: A run that waits, or that Prefect gave up because it waited too long. Any other one has been answered.
_UNANSWERED = frozenset({StateType.PAUSED, StateType.FAILED, StateType.CRASHED})


@task(name="close gates", cache_policy=NO_CACHE, persist_result=False)
async def close_gates(team: Team) -> tuple[Deed, ...]:
    """Close every gate past its deadline, and set its run back to scheduled: it reads what the ledger says.

    A gate whose drafts the provider forgets is asked again, about finals from prompt and seed; any other is denied.
    """
    overdue, unheard = await team.ledger.gates.overdue(), await team.ledger.gates.unheard()
    states = await states_of([*(gate.campaign_id for gate in overdue), *(campaign.id for campaign in unheard)])
    found: list[Deed] = []
    for gate in overdue:
        if state := _waiting(states, gate.campaign_id):
            found += await attempt(gate.campaign_id, partial(_closed, team, gate, state))
    for campaign in unheard:
        state = states.get(campaign.id)
        if state is not None and state.type is StateType.PAUSED:
            found += await attempt(campaign.id, partial(_woken, campaign, state))
    return tuple(found)


def _waiting(states: dict[str, RunState], campaign_id: str) -> RunState | None:
    state = states.get(campaign_id)
    return state if state is not None and state.type in _UNANSWERED else None


async def _closed(team: Team, gate: Gate, state: RunState) -> Sequence[Deed]:
    """Whoever answered in the same moment stands: rows are never replaced."""
    campaign = await team.ledger.campaign(gate.campaign_id)
    if gate.cause is Cause.DRAFT:
        if not await team.ledger.gates.lapse(gate.id):
            return ()
        why = "the provider no longer keeps the drafts: asked again"
    else:
        if not await team.ledger.gates.expire(gate.id, f"nobody answered until {gate.deadline} · 审批超时"):
            return ()
        why = "nobody answered in time"
    await start_again(state.id, f"rescue closed the gate: {why}")
    return (Deed(Did.GATE_CLOSED, campaign.id, f"{campaign.title}: open until {gate.deadline}: {why}"),)


async def _woken(campaign: Campaign, state: RunState) -> Sequence[Deed]:
    """The decision stands in the ledger: the run goes on with it. Of several who wake it, Prefect lets one through."""
    if not await wake(state.id, "rescue", "the gate was decided"):
        return ()
    return (Deed(Did.RUN_SCHEDULED, campaign.id, f"{campaign.title}: its gate was decided"),)
