"""What production does after a fault: the worker reports the death, rescue runs, and at last a person presses Retry."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import TERMINAL_STATES, State, StateType
from prefect.states import Crashed, Scheduled

#: Seconds between two passes of rescue while somebody waits for it. In production it is a minute.
EVERY = 1.5
#: Seconds after which a person notices that rescue has done what it does, and presses Retry.
PATIENCE = 10.0


class Rescuer:
    """Rescue over one ledger: passes are made while somebody waits, and one at a time."""

    def __init__(self, client: PrefectClient, run_pass: Callable[[], Awaitable[None]]) -> None:
        self._client = client
        self.run_pass = run_pass
        self._waiting = 0
        self._wanted = asyncio.Event()
        #: Done at the end of the pass that runs now or comes next.
        self._passed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        #: Seconds of CPU that the children used, by what they did.
        self.cpu: dict[str, float] = defaultdict(float)

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            await self._wanted.wait()
            await self.run_pass()
            passed, self._passed = self._passed, asyncio.get_running_loop().create_future()
            passed.set_result(None)
            await asyncio.sleep(EVERY)

    async def until(self, holds: Callable[[], Awaitable[bool]], patience: float) -> bool:
        """Whether it came to hold while rescue was at work, within so many seconds; looked at after each pass."""
        self._waiting += 1
        self._wanted.set()
        deadline = time.monotonic() + patience
        try:
            while not await holds():
                if time.monotonic() > deadline:
                    return False
                await asyncio.wait([self._passed], timeout=deadline - time.monotonic() + 1)
            return True
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._wanted.clear()


async def report_death(client: PrefectClient, run_id: str, status: int) -> None:
    """What Prefect's worker tells the server about a process that ended badly, unless its run has ended."""
    if (await state_of(client, run_id)).type in {*TERMINAL_STATES, StateType.PAUSED}:
        return
    message = f"Flow run infrastructure exited with non-zero status code {status}."
    await client.set_flow_run_state(UUID(run_id), Crashed(message=message), force=True)


async def retry(client: PrefectClient, run_id: str) -> None:
    """A person presses Retry."""
    await client.set_flow_run_state(UUID(run_id), Scheduled(name="AwaitingRetry"), force=True)


async def state_of(client: PrefectClient, run_id: str) -> State:
    """The state the run is in."""
    state = (await client.read_flow_run(UUID(run_id))).state
    assert state is not None
    return state
