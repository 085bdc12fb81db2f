"""What a forked child does: arm its points, execute the run as Prefect's runner does in its own process, and end."""

import asyncio
import faulthandler
import importlib
import os
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID


def execute(order: dict[str, Any]) -> NoReturn:
    """Run the flow of an order and leave the process; 0 when the engine came to an end, whatever that was."""
    code = 1
    try:
        _own_streams(order["log"])
        faulthandler.register(signal.SIGUSR1)
        report = os.open(order["report"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(report, f"pass {order['pass']}\n".encode())
        _arm(order, report)
        asyncio.run(_perform(order["run"], order.get("flow", "campaign")))
        _learn(order.get("learn"))
        code = 0
    except BaseException:  # noqa: BLE001  # the last word of a process, for the driver to show
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _own_streams(log: str) -> None:
    target = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(target, 1)
    os.dup2(target, 2)


def _arm(order: dict[str, Any], report: int) -> None:
    from blocks.bucket import probe
    from blocks.bucket.values import Honours
    from tests.torture import points, spared

    spared.arm()
    _lane(order["lane"])
    for identity, values in order["honours"]:
        probe._KNOWN[tuple(identity)] = Honours(**values)
    points.arm(points.Points(report, order["kill"]))


def _lane(lane: str) -> None:
    """Every lane has block documents of its own, under the usual names with its own ending."""
    from prefect.blocks.core import Block

    load: Any = Block.aload.__func__  # type: ignore[attr-defined]

    async def aload(cls: Any, name: str, *arguments: Any, **named: Any) -> Any:
        return await load(cls, f"{name}-{lane}", *arguments, **named)

    Block.aload = classmethod(aload)  # type: ignore[assignment, method-assign]


async def _perform(run_id: str, name: str) -> None:
    from prefect.client.orchestration import get_client
    from prefect.exceptions import Abort, Pause
    from prefect.flow_engine import run_flow

    flow: Any = getattr(importlib.import_module(f"flows.{name}"), name)
    async with get_client() as client:
        run = await client.read_flow_run(UUID(run_id))
    with suppress(Pause, Abort):  # what `prefect flow-run execute` does with them as well
        execution: Any = run_flow(flow, flow_run=run, return_type="state")
        await execution


def _learn(path: str | None) -> None:
    """Tell which modules this process has, so that the next ones find them imported."""
    if path:
        with Path(path).open("a") as file:
            file.write("".join(f"{name}\n" for name in sorted(sys.modules)))
