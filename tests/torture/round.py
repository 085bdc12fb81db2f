"""One round: servers, lanes, the dry run that enumerates the points, the cases, and the books."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.deployments.runner import RunnerDeployment

from blocks.ledger.ledger import Ledger
from tests.benchmarks.machine import tree_cpu
from tests.torture.books import Findings, compare
from tests.torture.cases import DATABASES, Case
from tests.torture.lanes import Zygote, save_lane, zygote
from tests.torture.recover import Rescuer
from tests.torture.servers import Ground
from tests.torture.story import Lane, Story, log_of, order
from tests.torture.table import Outcome
from workprint.errors import NotFound

#: Campaigns at the same time, over each database.
WIDTH = 3
#: Numbers of the runs that are no case.
_DRY = -1
#: Points that come when they come: signs of life, and every question about a task but the first.
_BY_THE_CLOCK = re.compile(r"commit _beat |provider GET task #(?!1 )")


@dataclass(frozen=True, slots=True)
class Round:
    """Servers with everything registered."""

    ground: Ground
    lanes: dict[str, Lane]

    async def points(self) -> list[tuple[int, str]]:
        """Every point that a campaign without trouble passes, with its pass of the run, in order."""
        lane = self.lanes[DATABASES[0]]
        story = Story(lane, Case(_DRY, "none", "none", lane.database))
        await story.tell()
        lines = (self.ground.home / "runs" / f"campaign-{_DRY}.points").read_text().splitlines()
        return _passes(lines)

    async def run(self, cases: Sequence[Case], say: Callable[[str], None]) -> list[Outcome]:
        """All of them, several at the same time, and their books at the end."""
        queues = {database: [case for case in cases if case.database == database] for database in DATABASES}
        told: list[tuple[Story, float, str]] = []
        workers = (self._work(self.lanes[db], queues[db], told, say) for db in DATABASES for _ in range(WIDTH))
        await asyncio.gather(*workers)
        return await self._books(told)

    def cpu(self) -> dict[str, float]:
        """CPU seconds used so far, by whom."""
        used = {name: tree_cpu(pid) for name, pid in self.ground.pids.items()}
        for what in ("campaigns", "rescue"):
            used[what] = sum(lane.rescuer.cpu[what] for lane in self.lanes.values())
        return {**used, "driver": time.process_time()}

    async def _work(
        self, lane: Lane, queue: list[Case], told: list[tuple[Story, float, str]], say: Callable[[str], None]
    ) -> None:
        while queue:
            story, began, trouble = Story(lane, queue.pop(0)), time.monotonic(), ""
            try:
                async with asyncio.timeout(120):
                    await story.tell()
            except Exception as error:  # noqa: BLE001  # one case must not stop the others; it is told as trouble
                trouble = f"harness: {type(error).__name__}: {error}"
            ended = time.monotonic()
            told.append((story, ended - (story.fired_at or began), trouble))
            say(f"{len(told)} {story.case.what}: {story.state}, {story.executions} executions, {ended - began:.1f} s")

    async def _books(self, told: Sequence[tuple[Story, float, str]]) -> list[Outcome]:
        tasks = await self.ground.sandbox.tasks()
        fired = await _fired(self.ground)
        return [await self._outcome(*one, tasks, fired) for one in told]

    async def _outcome(
        self,
        story: Story,
        seconds: float,
        trouble: str,
        tasks: Sequence[Mapping[str, Any]],
        hits: Mapping[tuple[str, str], int],
    ) -> Outcome:
        ours = [task for task in tasks if f"{story.case.name} " in task["prompt"]]
        findings, fired = Findings(), story.deaths > 0
        try:
            findings = await asyncio.to_thread(compare, await story.lane.ledger.find(story.run_id), ours)
        except NotFound as error:
            trouble = trouble or str(error)
        if story.case.faults:
            fired = all(hits[(fault["fault"], story.case.name)] for fault in story.case.faults)
        if trouble:
            trouble += "\n" + log_of(self.ground, story.case)
        return Outcome(story.case, story.run_id, story.state, fired, seconds, story.executions, findings, trouble)


async def _fired(ground: Ground) -> Mapping[tuple[str, str], int]:
    """How many tasks each fault has hit, by its name and the campaign it was aimed at."""
    sandbox = ground.sandbox
    async with httpx.AsyncClient(base_url=sandbox.base_url, headers=sandbox.headers, trust_env=False) as client:
        found = (await client.get("/sandbox/faults")).raise_for_status().json()
    return {(fault["fault"], fault["match"]["prompt"].strip()): fault["fired"] for fault in found}


def _passes(lines: Sequence[str]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    number = 0
    for line in lines:
        if line.startswith("pass "):
            number = int(line.split()[1])
        elif not _BY_THE_CLOCK.match(line):
            found.append((number, line))
    return found


@asynccontextmanager
async def opened(ground: Ground) -> AsyncIterator[Round]:
    """Register everything and warm the zygote up."""
    (ground.home / "runs").mkdir()
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(get_client())
        forker = await stack.enter_async_context(zygote(ground))
        campaign = await RunnerDeployment.from_entrypoint("flows.campaign.campaign", "campaign").aapply()
        rescue = await RunnerDeployment.from_entrypoint("flows.rescue.rescue", "rescue").aapply()
        urls = {
            "sqlite": f"sqlite:///{ground.home}/ledger.db",
            "postgresql": await ground.postgres.create_database(),
        }
        lanes: dict[str, Lane] = {}
        for database, url in urls.items():
            bucket = await save_lane(client, ground, database, url)
            ledger = await stack.enter_async_context(await Ledger.open(url))
            honours = [[list(bucket._place.identity), asdict(await bucket.probe())]]
            rescuer = Rescuer(client, _rescue(lanes, database, rescue))
            lanes[database] = Lane(database, database, client, campaign, forker, ground, ledger, rescuer, honours)
            working = asyncio.create_task(rescuer.work())
            stack.callback(working.cancel)
        await _learn(forker, ground, lanes[DATABASES[0]])
        yield Round(ground, lanes)


async def _learn(forker: Zygote, ground: Ground, lane: Lane) -> None:
    """One run shows what a child imports late."""
    s3 = {
        "endpoint_url": ground.s3.endpoint_url,
        "access_key": ground.s3.access_key,
        "secret_key": ground.s3.secret_key,
    }
    learnt = ground.home / "modules"
    await Story(lane, Case(_DRY - 1, "none", "none", lane.database), learn=str(learnt)).tell()
    forker.warm(sorted(set(learnt.read_text().split())), [s3], str(ground.home / "films"))


def _rescue(lanes: Mapping[str, Lane], name: str, deployment: UUID) -> Callable[[], Any]:
    """One pass of rescue: a run of its own, in a child of its own."""

    async def run_pass() -> None:
        lane = lanes[name]
        run = await lane.client.create_flow_run_from_deployment(deployment)
        _, cpu = await lane.zygote.run(order(lane, str(run.id), f"rescue-{lane.name}", flow="rescue"))
        lane.rescuer.cpu["rescue"] += cpu

    return run_pass
