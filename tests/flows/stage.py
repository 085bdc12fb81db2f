"""The stage of a campaign under test: real servers, a ledger of its own, and a run driven through the Prefect API."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import BlockDocumentUpdate
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import Artifact, FlowRun, State
from prefect.client.schemas.responses import SetStateStatus
from prefect.client.schemas.sorting import ArtifactSort
from prefect.exceptions import ObjectNotFound, Pause
from prefect.flow_engine import run_flow
from prefect.states import Failed, Scheduled
from pydantic import SecretStr

from blocks.bucket import ArchiveBucket
from blocks.ledger.block import LedgerDatabase
from blocks.ledger.ledger import Ledger
from blocks.provider import VideoProvider
from blocks.report_callback import CallbackSender
from deployments.sandbox.testing import Sandbox, running_sandbox
from flows.campaign import campaign
from tests.workprint import briefs
from workprint.brief import Brief
from workprint.render import Claim, Render
from workprint.spec import Kind

#: Native drafts at 480p and finals at 720p: the cheapest films that go the whole way.
MODEL = "doubao-seedance-1-5-pro-251215"
PROVIDER = "sandbox"
#: Seconds of a process's lease: what rescue waits for is over soon.
LEASE = 2.0
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
APPROVER = "ben@example.com"


#: For a brief whose gate is over at once: two seconds.
IMPATIENT = {"gate_timeout_hours": 2 / 3600}


def shot(name: str, **changes: Any) -> dict[str, Any]:
    """A shot whose prompt holds its name, so that a fault can be aimed at it."""
    return briefs.shot(name=name, subject=f"A steel watch named {name}", **changes)


def small(*shots: str, **changes: Any) -> Brief:
    """A brief of one small film a shot."""
    wanted = [shot(name) for name in shots or ("hero",)]
    values = {"ratios": ["16:9"], "durations": [4], "final": {"resolution": "720p"}, "shots": wanted}
    return briefs.brief(**{**values, **changes})


@dataclass(frozen=True)
class Stage:
    """Everything one test needs. Runs are named by the id of their Prefect flow run, which is the campaign's."""

    sandbox: Sandbox
    bucket: ArchiveBucket
    ledger: Ledger
    provider: VideoProvider
    deployment_id: UUID
    ledger_path: Path

    async def open(self, brief: Brief) -> str:
        """A new run of the campaign deployment, not yet started."""
        async with get_client() as client:
            parameters = {"brief": brief.model_dump(mode="json")}
            run = await client.create_flow_run_from_deployment(self.deployment_id, parameters=parameters)
        return str(run.id)

    async def perform(self, run_id: str) -> State:
        """Execute the run in this process, as Prefect's runner does in its own, until it ends or suspends."""
        async with get_client() as client:
            run = await client.read_flow_run(UUID(run_id))
        with suppress(Pause):  # what `prefect flow-run execute` does with it as well
            await run_flow(campaign, flow_run=run, return_type="state")
        return await self.state(run_id)

    async def to_gate(self, brief: Brief) -> str:
        """Start a run and perform it up to its gate."""
        run_id = await self.open(brief)
        state = await self.perform(run_id)
        assert state.is_paused(), state
        return run_id

    async def answer(self, run_id: str, decision: str, **values: Any) -> None:
        """Fill in the form of a suspended run through the API."""
        form = {"decision": decision, "variants": [], "prompt": "", "approver": APPROVER, "note": "looks right"}
        async with get_client() as client:
            result = await client.resume_flow_run(UUID(run_id), run_input={**form, **values})
        assert result.status is SetStateStatus.ACCEPT, result

    async def past_its_deadline(self, run_id: str) -> None:
        """Return once the run's gate should have been answered; its brief must not be patient."""
        async with asyncio.timeout(30):
            while run_id not in {gate.campaign_id for gate in await self.ledger.gates.overdue()}:  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    async def through(self, brief: Brief) -> tuple[str, State]:
        """Start a run, approve everything, and perform it to its end."""
        run_id = await self.to_gate(brief)
        await self.answer(run_id, "approve_all")
        return run_id, await self.perform(run_id)

    async def again(self, run_id: str, *, force: bool = True) -> State:
        """Start the run from the top once more, whatever it ended in, as Retry in the UI does.

        Prefect's second UI forces the state; the first one does not, and Prefect then forgets what it suspended for.
        """
        async with get_client() as client:
            await client.set_flow_run_state(UUID(run_id), Scheduled(name="AwaitingRetry"), force=force)
        return await self.perform(run_id)

    async def fail(self, run_id: str) -> None:
        """What the server does with a run whose gate timed out or whose process died."""
        async with get_client() as client:
            await client.set_flow_run_state(UUID(run_id), Failed(name="TimedOut"), force=True)

    async def run(self, run_id: str) -> FlowRun:
        """What Prefect knows of the run."""
        async with get_client() as client:
            return await client.read_flow_run(UUID(run_id))

    async def state(self, run_id: str) -> State:
        """The state the run is in."""
        state = (await self.run(run_id)).state
        assert state is not None
        return state

    async def form(self, run_id: str) -> str:
        """The text above the form of a suspended run."""
        keyset = (await self.state(run_id)).state_details.run_input_keyset
        assert keyset is not None
        async with get_client() as client:
            found = await client.read_flow_run_input(UUID(run_id), keyset["description"])
        return str(json.loads(found))

    async def artifact(self, run_id: str, key: str) -> Artifact:
        """The newest artifact of that key."""
        wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[UUID(run_id)]))
        async with get_client() as client:
            found = await client.read_artifacts(artifact_filter=wanted, sort=ArtifactSort.CREATED_DESC)
        return next(artifact for artifact in found if artifact.key == key)

    async def claim(self, run_id: str, shot: str, kind: Kind, take: int = 1) -> Claim:
        """What serves the film of a shot."""
        found = [c for c in await self.ledger.claims(run_id) if c.variant.startswith(f"{shot}-")]
        return next(c for c in found if (c.kind, c.take) == (kind, take))

    async def render(self, run_id: str, shot: str, kind: Kind, take: int = 1) -> Render:
        """The render that serves the film of a shot."""
        return (await self.claim(run_id, shot, kind, take)).render

    async def charges(self, shot: str = "", *, draft: bool | None = None) -> Sequence[dict[str, Any]]:
        """The lines of the provider's own bill; of one shot, of drafts or of finals only."""
        named = {task["id"] for task in await self.sandbox.tasks() if f"named {shot}" in task["prompt"]}
        bill = (await self.sandbox.bill())["charges"]
        return [line for line in bill if line["task_id"] in named and draft in {None, line["draft"]}]


@asynccontextmanager
async def set_up(deployment_id: UUID, archive: ArchiveBucket, home: Path) -> AsyncIterator[Stage]:
    """A sandbox, an empty ledger and a prefix of the bucket in `home`, saved as the blocks that flows load by name."""
    database = LedgerDatabase(url=SecretStr(f"sqlite:///{home}/ledger.db"), lease_seconds=LEASE)
    bucket = archive.model_copy(update={"prefix": f"{home.name}/"})
    async with running_sandbox(home / "sandbox", latency=0.1) as sandbox, await database.open() as ledger:
        provider = VideoProvider(
            base_url=sandbox.base_url,
            api_key=SecretStr(sandbox.key),
            model=MODEL,
            read_timeout=2.0,
            list_lag=1.0,
            gone_after=1.0,
            allow_private_network=True,
        )
        callback = CallbackSender(secret=SecretStr(SECRET), allow_private_network=True)
        blocks = {PROVIDER: provider, "archive": bucket, "ledger": database, "callback": callback}
        # One after the other: Prefect on SQLite answers all but one of several writers with 503, try again later.
        for name, block in blocks.items():
            await save(name, block)
        yield Stage(sandbox, bucket, ledger, provider, deployment_id, home / "ledger.db")


async def save(name: str, block: Block) -> None:
    """Save a block, in place of the one of that name."""
    async with get_client() as client:
        try:
            kept = await client.read_block_document_by_name(name, type(block).get_block_type_slug())
        except ObjectNotFound:
            await block._save(name, client=client)
            return
        # Only the values: registering the type and its schema again takes the server a second.
        schema_id, type_id = kept.block_schema_id, kept.block_type_id
        wanted = block._to_block_document(name, schema_id, type_id, include_secrets=True)
        update = BlockDocumentUpdate(block_schema_id=schema_id, data=wanted.data, merge_existing_data=False)
        await client.update_block_document(kept.id, update)
