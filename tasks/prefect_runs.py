"""Flow runs as the Prefect server knows them: many states in one question, and a run started again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import SetStateStatus
from prefect.states import Cancelled, Crashed, Scheduled
from prefect.utilities.urls import url_for

#: Ids in one question.
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class RunState:
    """Where a flow run stands. `since` is aware."""

    id: str
    type: StateType
    name: str
    since: datetime


async def states_of(run_ids: Collection[str]) -> dict[str, RunState]:
    """The states of those runs that the server knows, by id."""
    wanted = [UUID(run_id) for run_id in run_ids if _is_uuid(run_id)]
    found: list[FlowRun] = []
    async with get_client() as client:
        for start in range(0, len(wanted), _AT_ONCE):
            ids = FlowRunFilterId(any_=wanted[start : start + _AT_ONCE])
            found += await client.read_flow_runs(flow_run_filter=FlowRunFilter(id=ids))
    return {str(run.id): _state(run) for run in found if run.state is not None}


def page_of(run_id: str) -> str:
    """The run's page in the Prefect UI; empty where nobody knows the UI's address."""
    return url_for("flow-run", obj_id=run_id) or ""


async def start_again(run_id: str, why: str) -> None:
    """Set a run back to scheduled, whatever it ended in: a worker takes it, and it starts from the top."""
    async with get_client() as client:
        await client.set_flow_run_state(UUID(run_id), Scheduled(name="AwaitingRetry", message=why), force=True)


async def resumed(run_id: str, form: Mapping[str, Any]) -> bool:
    """Answer the form of a suspended run. False when it does not wait: of two answers at once Prefect takes one."""
    async with get_client() as client:
        answer = await client.resume_flow_run(UUID(run_id), run_input=dict(form))
    return answer.status is SetStateStatus.ACCEPT


async def call_crashed(run_id: str, why: str) -> None:
    """Say of a run that its process is gone."""
    async with get_client() as client:
        await client.set_flow_run_state(UUID(run_id), Crashed(message=why), force=True)


async def call_cancelled(run_id: str, why: str) -> None:
    """End a wish to cancel that no worker is left to fulfil."""
    async with get_client() as client:
        await client.set_flow_run_state(UUID(run_id), Cancelled(message=why), force=True)


def _state(run: FlowRun) -> RunState:
    assert run.state is not None  # noqa: S101  # the caller left out those without
    return RunState(str(run.id), run.state.type, run.state.name or "", run.state.timestamp)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
