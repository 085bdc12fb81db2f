"""One case from its brief to settled books: the run is executed, its gate answered, its fault met, and recovered."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State, StateType

from blocks.ledger.ledger import Ledger
from tests.torture.cases import Case
from tests.torture.films import DRAFT, FINAL, RATIO, SECONDS
from tests.torture.lanes import Zygote
from tests.torture.recover import PATIENCE, Rescuer, report_death, retry, state_of
from tests.torture.servers import Ground
from tests.workprint import briefs
from workprint.states import TERMINAL, RenderState

APPROVER = "ben@example.com"
ANSWER = {"decision": "approve_all", "variants": [], "prompt": "", "approver": APPROVER, "note": "looks right"}
#: Executions of one run, after which nothing will come of it any more.
MOST = 8


@dataclass(frozen=True, slots=True)
class Lane:
    """What a story is told with."""

    name: str
    database: str
    client: PrefectClient
    deployment: UUID
    zygote: Zygote
    ground: Ground
    ledger: Ledger
    rescuer: Rescuer
    honours: list[Any]


@dataclass(slots=True)
class Story:
    """One campaign while it runs."""

    lane: Lane
    case: Case
    run_id: str = ""
    answered: bool = False
    fired_at: float | None = None
    executions: int = 0
    deaths: int = 0
    state: str = ""
    #: A file where each process writes which modules it has.
    learn: str | None = None

    async def tell(self) -> None:
        """Until the run has ended and every render of it, or nothing more will come of it."""
        await self._aim()
        run = await self.lane.client.create_flow_run_from_deployment(
            self.lane.deployment, parameters={"brief": brief_of(self.case)}
        )
        self.run_id = str(run.id)
        while self.executions < MOST:
            await self._execute()
            state = await state_of(self.lane.client, self.run_id)
            self.state = state.name or ""
            if state.is_paused():
                await self.lane.client.resume_flow_run(run.id, run_input=ANSWER)
                self.answered = True
            elif await self._over(state):
                return

    async def _aim(self) -> None:
        if not self.case.faults:
            return
        aimed = [{**f, "match": {**f["match"], "prompt": f"{self.case.name} "}} for f in self.case.faults]
        sandbox = self.lane.ground.sandbox
        async with httpx.AsyncClient(base_url=sandbox.base_url, headers=sandbox.headers, trust_env=False) as client:
            (await client.post("/sandbox/faults", json=aimed)).raise_for_status()
        self.fired_at = time.monotonic()

    async def _execute(self) -> None:
        self.executions += 1
        kill = self._kill()
        name, pass_ = f"campaign-{self.case.number}", 1 + self.answered
        wanted = order(self.lane, self.run_id, name, kill=kill, learn=self.learn, **{"pass": pass_})
        status, cpu = await self.lane.zygote.run(wanted)
        self.lane.rescuer.cpu["campaigns"] += cpu
        if status < 0:
            self.deaths += 1
            self.fired_at = self.fired_at or time.monotonic()
            await report_death(self.lane.client, self.run_id, status)

    def _kill(self) -> str | None:
        """The point to die at, when this is the pass for it and nobody has died yet."""
        if self.case.kill is None or self.deaths:
            return None
        pass_, point = self.case.kill
        return point if pass_ == 1 + self.answered else None

    async def _over(self, state: State) -> bool:
        """Whether nothing more will come of it; else the run is scheduled again: by rescue, or by a person."""
        ended = state.type in {StateType.COMPLETED, StateType.FAILED}
        states = {claim.render.state for claim in await self.lane.ledger.claims(self.run_id)}
        if ended and states <= TERMINAL:
            return True
        if await self.lane.rescuer.until(self._scheduled, PATIENCE):
            return False
        if ended and states <= TERMINAL | {RenderState.UNKNOWN}:
            return True  # left to a person, and the books say so
        await retry(self.lane.client, self.run_id)
        return False

    async def _scheduled(self) -> bool:
        return (await state_of(self.lane.client, self.run_id)).is_scheduled()


def brief_of(case: Case) -> dict[str, Any]:
    """One small film, with a prompt and so a fingerprint of its own."""
    brief = briefs.brief(
        title=case.name,
        ratios=[RATIO],
        durations=[SECONDS],
        draft={"resolution": DRAFT},
        final={"resolution": FINAL},
        provider="sandbox",
        shots=[briefs.shot(name="hero", subject=f"A steel watch named {case.name} of Ulm")],
    )
    return brief.model_dump(mode="json")


def order(lane: Lane, run_id: str, name: str, **more: Any) -> dict[str, Any]:
    """What the zygote forks a child for."""
    folder = lane.ground.home / "runs"
    values: Mapping[str, Any] = {
        "run": run_id,
        "lane": lane.name,
        "honours": lane.honours,
        "kill": None,
        "pass": 1,
        "report": str(folder / f"{name}.points"),
        "log": str(folder / f"{name}.log"),
    }
    return {**values, **more}


def log_of(ground: Ground, case: Case) -> str:
    """The last words of its processes."""
    path = Path(ground.home) / "runs" / f"campaign-{case.number}.log"
    return path.read_text()[-3000:] if path.exists() else ""
