"""A scheduled batch: one campaign run a brief, and one only, however often its slot is fired."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.deployments.runner import RunnerDeployment
from prefect.flow_engine import run_flow
from prefect.states import Scheduled

from flows.batch import batch
from tests.flows.stage import Stage, small

pytestmark = pytest.mark.flow

#: In the past, so that a run of it is due at once.
SLOT = datetime(2026, 1, 5, 6, tzinfo=UTC)


@pytest.fixture(scope="session")
async def batch_deployment(campaign_deployment: UUID) -> UUID:
    """The deployment `batch/batch`, beside the one it starts runs of."""
    return await RunnerDeployment.from_entrypoint("flows.batch.batch", "batch").aapply()


async def fire(deployment: UUID, slot: datetime, **parameters: Any) -> State[list[str]]:
    """Fire a slot of the schedule: a run that was due then, executed in this process."""
    async with get_client() as client:
        run = await client.create_flow_run_from_deployment(
            deployment, parameters=parameters, state=Scheduled(scheduled_time=slot)
        )
        run = await client.read_flow_run(run.id)
    return await run_flow(batch, flow_run=run, return_type="state")  # type: ignore[misc, return-value]


async def started(deployment: UUID, slot: datetime, **parameters: Any) -> list[str]:
    """Ids of the campaign runs that a slot led to."""
    return await (await fire(deployment, slot, **parameters)).aresult()


async def test_a_slot_fired_twice_starts_nothing_twice(stage: Stage, batch_deployment: UUID) -> None:
    """The second firing of a slot is answered with the runs of the first, and the next slot starts new ones."""
    briefs = [small(title="monday").model_dump(mode="json"), small(title="thursday").model_dump(mode="json")]
    first = await started(batch_deployment, SLOT, briefs=briefs)
    assert 2 == len(set(first))
    assert first == await started(batch_deployment, SLOT, briefs=briefs)
    assert not set(first) & set(await started(batch_deployment, SLOT + timedelta(days=1), briefs=briefs))


async def test_a_started_run_holds_its_brief(stage: Stage, batch_deployment: UUID) -> None:
    """A campaign run that a batch started belongs to the campaign deployment, waits for a worker, and has the brief."""
    brief = small(title="tuesday")
    (run_id,) = await started(batch_deployment, SLOT + timedelta(days=2), briefs=[brief.model_dump(mode="json")])
    run = await stage.run(run_id)
    assert (stage.deployment_id, brief.model_dump(mode="json")) == (run.deployment_id, run.parameters["brief"])
    assert run.state is not None
    assert run.state.is_scheduled()


async def test_briefs_are_read_from_the_bucket(stage: Stage, batch_deployment: UUID) -> None:
    """Every YAML or JSON file below the prefix becomes a run, in the order of the keys, and other files do not."""
    for name, title in (("b.json", "second"), ("a.yaml", "first")):
        await stage.bucket.put(f"briefs/{name}", small(title=title).model_dump_json().encode(), "text/plain")
    await stage.bucket.put("briefs/readme.txt", b"not a brief", "text/plain")
    runs = await started(batch_deployment, SLOT + timedelta(days=3), prefix="briefs/")
    assert ["first", "second"] == [(await stage.run(run_id)).parameters["brief"]["title"] for run_id in runs]


async def test_one_bad_file_starts_nothing(stage: Stage, batch_deployment: UUID) -> None:
    """A batch with a bad brief fails with the file's name and starts none of the others."""
    await stage.bucket.put("bad/a.yaml", small(title="good").model_dump_json().encode(), "text/plain")
    await stage.bucket.put("bad/b.yaml", b"title: only a title", "text/plain")
    state = await fire(batch_deployment, SLOT + timedelta(days=4), prefix="bad/")
    assert state.is_failed()
    assert "bad/b.yaml" in (state.message or "")
    async with get_client() as client:
        assert "good" not in [run.parameters.get("brief", {}).get("title") for run in await client.read_flow_runs()]
