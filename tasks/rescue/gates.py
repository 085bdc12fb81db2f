"""Gates that nobody answered in time: the answer is no, on record, and the run goes on to its end."""

from collections.abc import Sequence
from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import StateType

from tasks.board import board_of
from tasks.decide import decide
from tasks.house import House
from tasks.prefect_runs import RunState, start_again, states_of
from tasks.rescue.team import Team, attempt
from workprint.approval import Answer
from workprint.campaigns import Campaign
from workprint.plan import Plan
from workprint.rescue import Deed, Did

#: Who answers when the deadline does.
DEADLINE = "deadline"
#: A run that waits, or that Prefect gave up because it waited too long. Any other one has been answered.
_UNANSWERED = frozenset({StateType.PAUSED, StateType.FAILED, StateType.CRASHED})


@task(name="close gates", cache_policy=NO_CACHE, persist_result=False)
async def close_gates(team: Team) -> tuple[Deed, ...]:
    """Deny every gate past its deadline, and set its run back to scheduled: it reads the denial and reports."""
    overdue = await team.ledger.runs.overdue_gates()
    states = await states_of([campaign.id for campaign in overdue])
    found: list[Deed] = []
    for campaign in overdue:
        state = states.get(campaign.id)
        if state is not None and state.type in _UNANSWERED:
            found += await attempt(campaign.id, partial(_denied, team, campaign, state))
    return tuple(found)


async def _denied(team: Team, campaign: Campaign, state: RunState) -> Sequence[Deed]:
    house = await team.house(str(campaign.brief["brief"]["provider"]))
    if not await _rejected(house, campaign, await team.plan(campaign)):
        return ()
    await start_again(state.id, "rescue closed the gate: nobody answered in time")
    return (Deed(Did.GATE_CLOSED, campaign.id, f"{campaign.title}: open until {campaign.gate_deadline}"),)


async def _rejected(house: House, campaign: Campaign, plan: Plan) -> bool:
    """One rejection a waiting variant. Whoever answered in the same moment stands: rows are never replaced."""
    board = await board_of(house, plan)
    names = tuple(variant.name for variant in board.waiting)
    if not names:
        return False
    note = f"nobody answered until {campaign.gate_deadline} · 审批超时"
    await decide.fn(house, board, Answer("reject", names, "", DEADLINE, note))
    return True
