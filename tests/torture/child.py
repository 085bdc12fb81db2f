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
from urllib.parse import urlsplit
from uuid import UUID


def execute(order: dict[str, Any]) -> NoReturn:
    """Do what is ordered and leave the process; 0 when the engine came to an end, whatever that was."""
    code = 1
    try:
        _own_streams(order["log"])
        faulthandler.register(signal.SIGUSR1)
        report = os.open(order["report"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if "desk" in order:
            _serve_desk(order, report)
        os.write(report, f"pass {order['pass']}\n".encode())
        _arm(order, report)
        asyncio.run(_perform(order))
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


def _serve_desk(order: dict[str, Any], report: int) -> NoReturn:
    from tests.torture.desks import serve

    serve(order, report)


def _arm(order: dict[str, Any], report: int) -> None:
    from blocks.bucket import probe
    from blocks.bucket.values import Honours
    from tests.torture import points, spared

    spared.arm()
    _blocks(order["lane"], order["through"])
    if "download" in order["through"]:
        _lead_downloads(urlsplit(order["through"]["download"]).port)
    for (endpoint, bucket), values in order["honours"]:
        probe._KNOWN[order["through"].get("s3", endpoint), bucket] = Honours(**values)
    points.arm(points.Points(report, order["kill"]))


def _blocks(lane: str, through: dict[str, str]) -> None:
    """Every lane has block documents of its own, under the usual names with its own ending; wires lie in between."""
    from prefect.blocks.core import Block

    load: Any = Block.aload.__func__  # type: ignore[attr-defined]

    async def aload(cls: Any, name: str, *arguments: Any, **named: Any) -> Any:
        return _led(await load(cls, f"{name}-{lane}", *arguments, **named), through)

    Block.aload = classmethod(aload)  # type: ignore[assignment, method-assign]


def _led(block: Any, through: dict[str, str]) -> Any:
    """The block with the addresses of this campaign's wires, and of a desk of its own."""
    from pydantic import SecretStr

    match type(block).__name__:
        case "VideoProvider":
            block.base_url = through.get("provider", block.base_url)
            block.callback_base_url = through.get("desk", block.callback_base_url)
        case "LedgerDatabase":
            block.url = SecretStr(through["ledger"]) if "ledger" in through else block.url
        case "ArchiveBucket" if "s3" in through:
            parameters = block.credentials.aws_client_parameters
            led = parameters.model_copy(update={"endpoint_url": through["s3"]})
            block.credentials = block.credentials.model_copy(update={"aws_client_parameters": led})
    return block


def _lead_downloads(port: int | None) -> None:
    """Result links are the provider's: they lead to it by its own port, and here by the wire's."""
    from blocks.bucket import link

    reach = link._Pinned._reach

    def led(self: Any, address: str) -> None:
        self.port = port
        reach(self, address)

    link._Pinned._reach = led  # type: ignore[method-assign]


async def _perform(order: dict[str, Any]) -> None:
    from prefect.client.orchestration import get_client
    from prefect.exceptions import Abort, Pause
    from prefect.flow_engine import run_flow
    from prefect.settings import PREFECT_API_REQUEST_TIMEOUT, PREFECT_API_URL, temporary_settings

    name = order.get("flow", "campaign")
    flow: Any = getattr(importlib.import_module(f"flows.{name}"), name)
    led = order["through"].get("prefect")
    settings = {PREFECT_API_URL: led, PREFECT_API_REQUEST_TIMEOUT: 5.0} if led else {}
    with temporary_settings(settings):
        async with get_client() as client:
            run = await client.read_flow_run(UUID(order["run"]))
        with suppress(Pause, Abort):  # what `prefect flow-run execute` does with them as well
            execution: Any = run_flow(flow, flow_run=run, return_type="state")
            await execution


def _learn(path: str | None) -> None:
    """Tell which modules this process has, so that the next ones find them imported."""
    if path:
        with Path(path).open("a") as file:
            file.write("".join(f"{name}\n" for name in sorted(sys.modules)))
