"""One round: lanes over fresh ledgers, the runs that enumerate the points, the cases, and the books."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.deployments.runner import RunnerDeployment

from blocks.ledger.ledger import Ledger
from tests.benchmarks.machine import tree_cpu
from tests.torture.books import Findings, accounts, compare
from tests.torture.cases import DATABASES, PAIR, Case, Seen
from tests.torture.desks import desk
from tests.torture.films import Shape
from tests.torture.injection import Injection, injected
from tests.torture.lanes import Zygote, save_lane, zygote
from tests.torture.recover import Rescuer
from tests.torture.servers import Ground
from tests.torture.story import Lane, Story, log_of, order
from tests.torture.table import Outcome
from workprint.errors import NotFound

#: Campaigns at the same time, over each database.
WIDTH = 2 * (os.cpu_count() or 1)
#: How often a case is told again when its fault did not come.
AGAIN = 2
#: Numbers of the runs that are no case.
_DRY = -10
#: Points that come when they come: signs of life, and every question about a task but the first.
_BY_THE_CLOCK = re.compile(r"commit _beat |commit _handled |provider GET task #(?!1 )")


@dataclass(frozen=True, slots=True)
class Told:
    """A story that has ended, and how long that took from its fault on."""

    story: Story
    seconds: float
    trouble: str


@dataclass(frozen=True, slots=True)
class Round:
    """Servers with everything registered."""

    ground: Ground
    lanes: dict[str, Lane]

    async def seen(self) -> Seen:
        """Every point that campaigns without trouble pass, with its pass of the run, in order; and turns of wires."""
        full, direct = await asyncio.gather(
            self._watched(_DRY, "postgresql", Shape.FULL), self._watched(_DRY - 1, "sqlite", Shape.DIRECT)
        )
        desk = _lines(self.ground, f"desk-{_DRY}")
        points = {Shape.FULL: _passes(self.ground, _DRY), Shape.DIRECT: _passes(self.ground, _DRY - 1)}
        assert direct.desk is not None
        return Seen(points, [line for line in desk if not _BY_THE_CLOCK.match(line)], full.turns)

    async def _watched(self, number: int, database: str, shape: Shape) -> Injection:
        lane, case = self.lanes[database], Case(number, "none", "none", database, shape)
        async with injected(case, self.ground, lane, watched=True) as injection:
            await Story(lane, case, injection).tell()
        return injection

    async def run(self, cases: Sequence[Case], say: Callable[[str], None]) -> list[Outcome]:
        """All of them, several at the same time, and their books at the end."""
        queues = {database: [case for case in cases if case.database == database] for database in DATABASES}
        told: list[Told] = []
        workers = (self._work(self.lanes[db], queues[db], told, say) for db in DATABASES for _ in range(WIDTH))
        await asyncio.gather(*workers)
        return await self._books(told)

    def cpu(self) -> dict[str, float]:
        """CPU seconds used so far, by whom."""
        used = {name: tree_cpu(pid) for name, pid in self.ground.pids.items()}
        for what in ("campaigns", "rescue"):
            used[what] = sum(lane.rescuer.cpu[what] for lane in self.lanes.values())
        return {**used, "driver": time.process_time()}

    async def _work(self, lane: Lane, queue: list[Case], told: list[Told], say: Callable[[str], None]) -> None:
        while queue:
            case = queue.pop(0)
            one = await self._told(lane, case)
            if one.story.injection.missed and case.again < AGAIN and case.family != PAIR:
                queue.insert(0, replace(case, again=case.again + 1))
            told.append(one)
            story = one.story
            say(
                f"{len(told)} {story.case.what}: {story.state}, {story.executions} executions, {one.seconds:.1f} s"
                f"{', by hand' if story.retries else ''}{', TROUBLE' if one.trouble else ''}"
            )

    async def _told(self, lane: Lane, case: Case) -> Told:
        began, trouble, story = time.monotonic(), "", Story(lane, case, Injection(case))
        try:
            async with asyncio.timeout(180), injected(case, self.ground, lane) as injection:
                story = Story(lane, case, injection)
                await story.tell()
        except Exception as error:  # noqa: BLE001  # one case must not stop the others; it is told as trouble
            trouble = f"harness: {type(error).__name__}: {error}"
        return Told(story, time.monotonic() - (story.injection.struck_at or began), trouble)

    async def accounts(self) -> list[str]:
        """What does not balance in either ledger."""
        return [f"{name}: {line}" for name, lane in self.lanes.items() for line in await accounts(lane.ledger)]

    async def _books(self, told: Sequence[Told]) -> list[Outcome]:
        tasks = await self.ground.sandbox.tasks()
        fired = await _fired(self.ground)
        outcomes = [await self._outcome(one, tasks, fired) for one in told]
        last = {outcome.case.number: outcome.case.again for outcome in outcomes}
        return [o for o in outcomes if o.bad or o.case.again == last[o.case.number]]

    async def _outcome(
        self, told: Told, tasks: Sequence[Mapping[str, Any]], hits: Mapping[tuple[str, str], int]
    ) -> Outcome:
        story, trouble, findings = told.story, told.trouble, Findings()
        ours = [task for task in tasks if f"{story.case.name} " in task["prompt"]]
        try:
            findings = await compare(story.lane.ledger, story.run_id, ours)
        except NotFound as error:
            trouble = trouble or str(error)
        if trouble:
            trouble += "\n" + log_of(self.ground, story.case)
        fired = story.injection.fired(hits)
        return Outcome(
            *(story.case, story.run_id, story.state, fired, told.seconds),
            *(story.executions, story.retries, findings, trouble),
        )


async def _fired(ground: Ground) -> Mapping[tuple[str, str], int]:
    """How many tasks each fault has hit, by its name and the campaign it was aimed at."""
    sandbox = ground.sandbox
    async with httpx.AsyncClient(base_url=sandbox.base_url, headers=sandbox.headers, trust_env=False) as client:
        found = (await client.get("/sandbox/faults")).raise_for_status().json()
    return {(fault["fault"], fault["match"]["prompt"].strip()): fault["fired"] for fault in found}


def _lines(ground: Ground, name: str) -> list[str]:
    return (ground.home / "runs" / f"{name}.points").read_text().splitlines()


def _passes(ground: Ground, number: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    pass_ = 0
    for line in _lines(ground, f"campaign-{number}"):
        if line.startswith("pass "):
            pass_ = int(line.split()[1])
        elif not _BY_THE_CLOCK.match(line):
            found.append((pass_, line))
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
        lanes: dict[str, Lane] = {}
        for database in DATABASES:
            rescuer = Rescuer(client, _rescue(lanes, database, rescue))
            lanes[database] = await _lane(database, client, campaign, forker, ground, rescuer, stack)
            working = asyncio.create_task(rescuer.work())
            stack.callback(working.cancel)
        await _learn(forker, ground, lanes[DATABASES[0]])
        yield Round(ground, lanes)


async def _lane(
    database: str,
    client: PrefectClient,
    campaign: UUID,
    forker: Zygote,
    ground: Ground,
    rescuer: Rescuer,
    stack: AsyncExitStack,
) -> Lane:
    """A fresh ledger with its desk, and the blocks that lead there."""
    url = f"sqlite:///{ground.home}/ledger.db"
    if database == "postgresql":
        url = await ground.postgres.create_database()
    ledger = await stack.enter_async_context(await Ledger.open(url))
    own = desk(forker, ground.home / "runs", f"desk-{database}", url, died=lambda: None)
    here = await stack.enter_async_context(own)
    bucket = await save_lane(client, ground, database, url, here.url)
    honours = [[list(bucket._place.identity), asdict(await bucket.probe())]]
    addresses = {
        "provider": ground.sandbox.base_url,
        "download": ground.sandbox.base_url,
        "s3": ground.s3.endpoint_url,
        "ledger": url,
        "prefect": ground.api_url,
        "desk": here.url,
    }
    return Lane(
        *(database, database, client, campaign, forker, ground, ledger, url),
        *(rescuer, honours, addresses),
    )


async def _learn(forker: Zygote, ground: Ground, lane: Lane) -> None:
    """One run shows what a child imports late."""
    s3 = {
        "endpoint_url": ground.s3.endpoint_url,
        "access_key": ground.s3.access_key,
        "secret_key": ground.s3.secret_key,
    }
    learnt = ground.home / "modules"
    case = Case(_DRY - 2, "none", "none", lane.database)
    await Story(lane, case, Injection(case), learn=str(learnt)).tell()
    forker.warm(sorted(set(learnt.read_text().split())), [s3], str(ground.home / "films"))


def _rescue(lanes: Mapping[str, Lane], name: str, deployment: UUID) -> Callable[[], Any]:
    """One pass of rescue: a run of its own, in a child of its own."""

    async def run_pass() -> None:
        lane = lanes[name]
        run = await lane.client.create_flow_run_from_deployment(deployment)
        _, cpu = await lane.zygote.run(order(lane, str(run.id), f"rescue-{lane.name}", flow="rescue"))
        lane.rescuer.cpu["rescue"] += cpu

    return run_pass
