"""The Prefect API as the commands use it: start a run, find it, read it, answer its gate."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workprint.errors import InputError, NotFound, StackError
from workprint.problems import Problem

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

#: The deployment that runs one brief.
CAMPAIGN = "campaign/campaign"


@dataclass(frozen=True, slots=True)
class Run:
    """A flow run, as far as a person at the terminal cares."""

    id: str
    name: str
    #: Prefect's state type, e.g. RUNNING.
    type: str
    #: The state's name: the story, e.g. `Delivered in part`.
    state: str
    message: str

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.type in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

    @property
    def waiting(self) -> bool:
        """Whether it waits at its gate."""
        return self.type == "PAUSED"

    @property
    def delivered(self) -> bool:
        """Whether it ended as it should: everything delivered, or a person said no."""
        return self.type == "COMPLETED" and "in part" not in self.state.lower()


async def start_campaign(brief: dict[str, Any], *, title: str) -> Run:
    """Create the flow run of a brief (as JSON). Raises `StackError` when the deployment is not registered."""
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    async with get_client() as client:
        try:
            deployment = await client.read_deployment_by_name(CAMPAIGN)
        except ObjectNotFound:
            raise StackError(
                f"this Prefect server has no deployment {CAMPAIGN}",
                fix="`workprint up` registers it; on a server of yours: `prefect deploy --all` with our prefect.yaml",
            ) from None
        values = {"brief": brief}
        run = await client.create_flow_run_from_deployment(deployment.id, parameters=values, tags=[title, "cli"])
    return _run(run)


async def read_run(run_id: str) -> Run:
    """A flow run by id. Raises `NotFound`."""
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    async with get_client() as client:
        try:
            return _run(await client.read_flow_run(UUID(run_id)))
        except ObjectNotFound:
            raise NotFound(f"this Prefect server has no run {run_id}") from None


async def find_run(name_or_id: str) -> Run:
    """A flow run by its id (which is the campaign's) or by its name. Raises `NotFound`."""
    try:
        return await read_run(str(UUID(name_or_id)))
    except ValueError:
        return await _named(name_or_id)


async def _named(name: str) -> Run:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
    from prefect.client.schemas.sorting import FlowRunSort

    filter_ = FlowRunFilter(name=FlowRunFilterName(any_=[name]))
    async with get_client() as client:
        runs = await client.read_flow_runs(flow_run_filter=filter_, sort=FlowRunSort.START_TIME_DESC, limit=1)
    if not runs:
        raise NotFound(f"this Prefect server has no run named {name}", fix="give the run's name or its id")
    return _run(runs[0])


async def resume(run: Run, answer: dict[str, Any]) -> None:
    """Answer the gate of a waiting run. Raises `InputError` with Prefect's reason when the answer is refused."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.responses import SetStateStatus
    from prefect.exceptions import PrefectHTTPStatusError

    try:
        async with get_client() as client:
            result = await client.resume_flow_run(UUID(run.id), run_input=answer)
    except PrefectHTTPStatusError as error:
        if error.response.status_code != HTTPStatus.CONFLICT:
            raise
        # Two answers at once: the server keeps the first and has no better word for the second.
        problem = Problem(f"run {run.name}", "was answered by somebody else in the same moment", "look at the run")
        raise InputError([problem]) from error
    if result.status is SetStateStatus.ACCEPT:
        return
    reason = getattr(result.details, "reason", None) or "the answer was not taken"
    raise InputError(
        [Problem(f"run {run.name}", str(reason), f"the run is {run.state}; mend the answer and try again")]
    )


async def schedule_again(run: Run) -> None:
    """Let a run that has ended start from the top once more, whatever it ended in: every step asks the ledger first."""
    from prefect.client.orchestration import get_client
    from prefect.states import Scheduled

    async with get_client() as client:
        # Forced, as Prefect's second UI does it: a completed run would not be scheduled otherwise.
        await client.set_flow_run_state(UUID(run.id), Scheduled(name="AwaitingRetry"), force=True)


async def set_cancelling(run: Run, why: str) -> None:
    """Tell Prefect to stop a run that has not ended; one that has no process is cancelled at once."""
    from prefect.client.orchestration import get_client
    from prefect.states import Cancelling

    async with get_client() as client:
        await client.set_flow_run_state(UUID(run.id), Cancelling(message=why))


async def check_answers() -> None:
    """Return when the Prefect server answers. Raises `StackError` when it does not."""
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        trouble = await client.api_healthcheck()
        address = client.api_url
    if trouble is not None:
        raise StackError(
            f"the Prefect server at {address} does not answer ({type(trouble).__name__})",
            fix="start it, or set PREFECT_API_URL to one that runs",
        )


async def contact_sheet(run_id: str) -> str | None:
    """Where the newest contact sheet of a run can be seen: the picture in the artifact that holds the form's text."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
    from prefect.client.schemas.sorting import ArtifactSort

    filter_ = ArtifactFilter(key=ArtifactFilterKey(any_=[f"contact-sheet-{run_id}"]))
    async with get_client() as client:
        found = await client.read_artifacts(artifact_filter=filter_, sort=ArtifactSort.CREATED_DESC, limit=1)
    picture = re.search(r"!\[[^]]*\]\((\S+?)\)", str(found[0].data)) if found else None
    return picture.group(1) if picture else None


def _run(run: "FlowRun") -> Run:
    state = run.state
    if state is None:
        return Run(str(run.id), run.name, "SCHEDULED", "Scheduled", "")
    return Run(str(run.id), run.name, state.type.value, state.name or "", state.message or "")
