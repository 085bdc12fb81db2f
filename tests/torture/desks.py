"""The desk, and its death: `python -m deployments.desk` in a child of the zygote, killed at a point, started again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import httpx

from tests.servers.prefect import _free_port
from tests.torture.lanes import Zygote

#: Seconds until somebody (systemd, Kubernetes) starts a dead desk again.
RESTART = 0.5
#: Seconds after an answer at which `later` is.
LATER = 0.1


@dataclass(slots=True)
class Desk:
    """One desk over one ledger. `deaths` counts those of its own point."""

    zygote: Zygote
    order: dict[str, Any]
    port: int
    deaths: int = 0

    @property
    def url(self) -> str:
        """What a provider block calls its `callback_base_url`."""
        return f"http://127.0.0.1:{self.port}"

    async def run(self, died: Callable[[], None]) -> None:
        """Until cancelled: a desk that ends is started again, without a point to die at."""
        while True:
            kill = None if self.deaths else self.order["kill"]
            status, _ = await self.zygote.run({**self.order, "desk": self.port, "kill": kill})
            if status == -signal.SIGKILL:
                self.deaths += 1
                died()
            await asyncio.sleep(RESTART)

    async def ready(self) -> None:
        """Return once it answers."""
        async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    (await client.get(f"{self.url}/healthz")).raise_for_status()
                except httpx.HTTPError:
                    await asyncio.sleep(0.05)
                else:
                    return


@asynccontextmanager
async def desk(
    zygote: Zygote, home: Path, name: str, ledger_url: str, *, kill: str | None = None, died: Callable[[], None]
) -> AsyncIterator[Desk]:
    """A desk that answers. What it passes is written to `NAME.points`."""
    order = {
        "ledger": ledger_url,
        "kill": kill,
        "report": str(home / f"{name}.points"),
        "log": str(home / f"{name}.log"),
    }
    made = Desk(zygote, order, _free_port())
    running = asyncio.create_task(made.run(died))
    try:
        await made.ready()
        yield made
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def serve(order: dict[str, Any], report: int) -> NoReturn:
    """In a child of the zygote: the desk's own main, with its points armed."""
    from deployments.desk.__main__ import main
    from tests.torture import points

    os.environ["WORKPRINT_LEDGER_URL"] = order["ledger"]
    armed = points.Points(report, order["kill"])
    points._arm_ledger(armed)
    _arm_reception(armed)
    raise SystemExit(main(["--port", str(order["desk"])]))


def _arm_reception(points: Any) -> None:
    """Before a callback is read, when its answer is known, and a moment after that."""
    from deployments.desk.reception import Reception

    receive = Reception.receive

    async def received(self: Any, request: Any) -> Any:
        passage = points.enter("callback")
        points.at(passage, "before")
        answer = await receive(self, request)
        points.at(passage, "after")
        asyncio.get_running_loop().call_later(LATER, points.at, passage, "later")
        return answer

    Reception.receive = received  # type: ignore[method-assign]
