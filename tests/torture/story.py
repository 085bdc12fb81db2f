"""One case from its brief to settled books: the run is executed, its gate answered, its fault met, and recovered."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State, StateType

from blocks.ledger.ledger import Ledger
from tests.torture import people
from tests.torture.cases import Case
from tests.torture.films import DRAFT, FINAL, RATIO, SECONDS, Shape
from tests.torture.injection import Injection
from tests.torture.lanes import Zygote
from tests.torture.recover import PATIENCE, Rescuer, report_death, retry, state_of
from tests.torture.servers import Ground
from tests.workprint import briefs
from workprint.errors import NotFound
from workprint.states import TERMINAL, RenderState

#: Executions of one run, after which nothing will come of it any more.
MOST = 8
#: Hours until a gate is closed that shall be answered and closed in the same moment.
_AT_ONCE = 0.0001


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
    ledger_url: str
    rescuer: Rescuer
    honours: list[Any]
    #: Where its blocks lead, by the names of the wires.
    addresses: Mapping[str, str]


@dataclass(slots=True)
class Story:
    """One campaign while it runs."""

    lane: Lane
    case: Case
    injection: Injection
    run_id: str = ""
    answered: bool = False
    executions: int = 0
    #: How often nobody but a person started it again.
    retries: int = 0
    state: str = ""
    #: A file where each process writes which modules it has.
    learn: str | None = None

    async def tell(self) -> None:
        """Until the run has ended and every render of it, or nothing more will come of it."""
        run = await self.lane.client.create_flow_run_from_deployment(
            self.lane.deployment, parameters={"brief": brief_of(self.case)}
        )
        self.run_id = str(run.id)
        while self.executions < MOST:
            await self._execute()
            state = await state_of(self.lane.client, self.run_id)
            self.state = state.name or ""
            if state.is_paused():
                await self._answer()
            elif await self._over(state):
                return

    async def _answer(self) -> None:
        """The gate is answered: by one person, or by two at once."""
        words = self.case.people or ("reject" if self.case.shape is Shape.REJECTED else "approve")
        came = await people.answer(self.lane, self.run_id, words)
        if came > 1:
            self.injection.second_came = True
            self.injection.strikes()
        self.answered = True

    async def _execute(self) -> None:
        """One process executes the run, or two."""
        self.executions += 1
        pass_ = 1 + self.answered
        self.injection.arm(pass_)
        workers = [self._work(pass_, self.injection.kill(pass_))]
        if self.case.workers and self.case.workers[0] == pass_ and not self.injection.second_came:
            self.injection.second_came = True
            self.injection.strikes()
            workers.append(self._work(pass_, None, after=self.case.workers[1]))
        await asyncio.gather(*workers)
        self.injection.counted(pass_)

    async def _work(self, pass_: int, kill: str | None, after: float = 0.0) -> None:
        await asyncio.sleep(after)
        through = self.injection.through
        wanted = order(self.lane, self.run_id, f"campaign-{self.case.number}", kill=kill, learn=self.learn)
        status, cpu = await self.lane.zygote.run({**wanted, "pass": pass_, "through": through})
        self.lane.rescuer.cpu["campaigns"] += cpu
        if status < 0:
            self.injection.died()
        if status and not (status < 0 and self.case.silent):
            await report_death(self.lane.client, self.run_id, status)

    async def _over(self, state: State) -> bool:
        """Whether nothing more will come of it; else the run is scheduled again: by rescue, or by a person."""
        ended = state.type in {StateType.COMPLETED, StateType.FAILED} and await self._closed()
        states = {claim.render.state for claim in await self.lane.ledger.claims(self.run_id)}
        if ended and states <= TERMINAL:
            return True
        if await self.lane.rescuer.until(self._scheduled, PATIENCE):
            return False
        if ended and states <= TERMINAL | {RenderState.UNKNOWN}:
            return True  # left to a person, and the books say so
        self.retries += 1
        await retry(self.lane.client, self.run_id)
        return False

    async def _closed(self) -> bool:
        """Whether the ledger knows the campaign, and that it has ended."""
        try:
            return (await self.lane.ledger.campaign(self.run_id)).closed_at is not None
        except NotFound:
            return False

    async def _scheduled(self) -> bool:
        return (await state_of(self.lane.client, self.run_id)).is_scheduled()


def brief_of(case: Case) -> dict[str, Any]:
    """One small film, with a prompt and so a fingerprint of its own."""
    direct = case.shape is Shape.DIRECT
    brief = briefs.brief(
        title=case.name,
        ratios=[RATIO],
        durations=[SECONDS],
        approvers=people.APPROVERS,
        gate_timeout_hours=_AT_ONCE if people.DEADLINE in case.people else 72,
        draft={"enabled": not direct, "resolution": DRAFT},
        final={"resolution": DRAFT if direct else FINAL},
        provider="sandbox",
        cost_centre=f"centre-{case.number % 3}",
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
        "through": {},
        "report": str(folder / f"{name}.points"),
        "log": str(folder / f"{name}.log"),
    }
    return {**values, **more}


def log_of(ground: Ground, case: Case) -> str:
    """The last words of its processes."""
    path = Path(ground.home) / "runs" / f"campaign-{case.number}.log"
    return path.read_text()[-3000:] if path.exists() else ""
