"""From a provider's callback at the desk to the end of the wait, on SQLite and on PostgreSQL.

The desk and the provider are processes of their own; no question of the watcher's own would have come for most of an
hour. Time runs from the first byte of the callback to the moment the waiting run goes on, the new state committed.
`python -m tests.benchmarks.nudge` runs it alone.
"""

import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from blocks.ledger import Ledger
from tasks.watcher import Watcher
from tests.benchmarks.fleet import HOLDER, launch, provider, serving, token
from tests.servers.postgres import find_binaries, postgres_server
from workprint.render import Render
from workprint.states import IN_FLIGHT

#: Seconds in which a waiting run notices.
MOST = 1.0
COUNT = 400
#: Callbacks a second, at random moments.
_A_SECOND = 20.0
_HOUR = 3600.0


async def measure(count: int = COUNT) -> dict[str, Any]:
    """Seconds from callback to noticed end, p50 and p99, for each database; prints them."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="workprint-bench-") as folder:
        found["sqlite"] = await _seconds(f"sqlite:///{Path(folder)}/ledger.db", count)
    if binaries := find_binaries():
        with postgres_server(binaries, fsync=True) as server:
            found["postgresql"] = await _seconds(await server.create_database(), count)
    print(json.dumps(found, indent=2))
    return found


async def _seconds(url: str, count: int) -> dict[str, float]:
    await launch(url, count, _HOUR, 0.0)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(url, count, 0, 0))
        desk = await stack.enter_async_context(_desk(url))
        ledger = await stack.enter_async_context(await Ledger.open(url))
        block = await stack.enter_async_context(provider(server, callback_base_url=desk))
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        watcher = Watcher(ledger, block, HOLDER)
        stack.push_async_callback(watcher.close)
        renders = await ledger.in_state(*IN_FLIGHT)
        took = await asyncio.gather(*(_one(watcher, http, server, desk, render) for render in renders))
    cut = statistics.quantiles(took, n=100)
    return {"callbacks": len(took), **{name: round(cut[at], 3) for name, at in (("p50", 49), ("p99", 98))}}


async def _one(watcher: Watcher, http: httpx.AsyncClient, server: str, desk: str, render: Render) -> float:
    number = int((render.task_id or "").removeprefix("task-"))
    waiting = asyncio.create_task(watcher.wait(render))
    await asyncio.sleep(2.0 + random.random() * COUNT / _A_SECOND)  # noqa: S311 - a moment, not a secret
    (await http.post(f"{server}/end/{number}")).raise_for_status()
    began = time.perf_counter()
    body = {"id": render.task_id, "status": "succeeded"}
    (await http.post(f"{desk}/callbacks/bench/{token(number)}", json=body)).raise_for_status()
    await waiting
    return time.perf_counter() - began


@asynccontextmanager
async def _desk(url: str) -> AsyncIterator[str]:
    """The URL of a desk in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deployments.desk", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "WORKPRINT_LEDGER_URL": url},
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().split()[-1]
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(measure())
