"""One watcher with 10,000 renders in flight: memory, CPU, and the questions that callbacks save.

The provider (and the desk) is a process of its own, and so is the watcher that is measured. All renders are past their
usual time, so that each is asked about as often as any ever is: without callbacks the provider's pace is the limit. A
thousand end in the minute that is measured. `python -m tests.benchmarks.watcher` runs it alone.
"""

import asyncio
import gc
import json
import os
import shutil
import sys
import tempfile
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from blocks.ledger import Ledger
from tasks.watcher import Watcher
from tests.benchmarks.fleet import HOLDER, launch, provider, serving
from tests.benchmarks.machine import own_cpu

COUNT = 10_000
#: KiB of memory a render in flight may take.
MOST_KIB = 8.0
#: Seconds such renders usually take, and since when these were submitted.
_TYPICAL, _AGE = 150.0, 300.0
_ENDS_A_SECOND = 1000 / 60
#: Seconds until every render was asked about (traced), and several times; and then the minute that counts.
_TRACED, _WARM_UP, _MEASURED = 45.0, 75.0, 60.0


async def measure(count: int = COUNT) -> dict[str, Any]:
    """Figures of each of three runs: `memory` (traced), `polls` without callbacks, `callbacks` with them."""
    with tempfile.TemporaryDirectory(prefix="workprint-bench-") as folder:
        template = Path(folder) / "template.db"
        await launch(f"sqlite:///{template}", count, _TYPICAL, _AGE)
        found = {mode: await _run(mode, template, count) for mode in ("memory", "polls", "callbacks")}
    polls, callbacks = found["polls"], found["callbacks"]
    found["saved"] = {
        name: round(1 - callbacks[name] / polls[name], 3) for name in ("requests_a_minute", "questions_a_minute")
    }
    print(json.dumps(found, indent=2))
    return found


async def _run(mode: str, template: Path, count: int) -> Any:
    database = template.with_name(f"{mode}.db")
    shutil.copy(template, database)
    url = f"sqlite:///{database}"
    ends = 0 if mode == "memory" else _ENDS_A_SECOND
    async with serving(url, count, ends, int(mode == "callbacks")) as server:
        command = (sys.executable, "-m", "tests.benchmarks.watcher", mode, url, server)
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the watcher of the run {mode} ended with {process.returncode}")
    return json.loads(out)


async def _watch(mode: str, url: str, server: str) -> dict[str, Any]:
    settings = {"callback_base_url": "https://desk.example"} if mode == "callbacks" else {}
    async with await Ledger.open(url) as ledger, provider(server, **settings) as block:
        await block.check("task-0")  # what a first request loads belongs to nobody
        watcher = Watcher(ledger, block, HOLDER)
        if mode == "memory":
            tracemalloc.start()
        before = _memory(mode)
        ids = list((await ledger.looks.moved(datetime.min.replace(tzinfo=UTC))).keys())
        waiting: list[asyncio.Task[Any]] = []
        for start in range(0, len(ids), 100):  # as they come in life: never all at once
            waiting += [
                asyncio.create_task(watcher.wait(one)) for one in await ledger.renders(ids[start : start + 100])
            ]
            await asyncio.sleep(0)
        try:
            return await _figures(mode, server, watcher, len(waiting), before)
        finally:
            await watcher.close()
            await asyncio.gather(*waiting, return_exceptions=True)


async def _figures(mode: str, server: str, watcher: Watcher, count: int, before: int) -> dict[str, Any]:
    await asyncio.sleep(_TRACED if mode == "memory" else _WARM_UP)
    in_flight = len(watcher.progress())
    found: dict[str, Any] = {"in_flight": in_flight, "kib_a_render": round((_memory(mode) - before) / count / 1024, 2)}
    if mode == "memory":
        return found
    first, cpu, clock = await _counts(server), own_cpu(), time.monotonic()
    await asyncio.sleep(_MEASURED)
    last, minutes = await _counts(server), (time.monotonic() - clock) / 60
    return {
        **found,
        "cpu_seconds_a_minute": round((own_cpu() - cpu) / minutes, 2),
        "ended": last["ended"] - first["ended"],
        "noticed": in_flight - len(watcher.progress()),
        **{f"{name}_a_minute": round((last[name] - first[name]) / minutes) for name in ("requests", "questions")},
    }


def _memory(mode: str) -> int:
    """Bytes: what Python's allocators gave out when traced, else the resident set of the process."""
    gc.collect()
    if mode == "memory":
        return tracemalloc.get_traced_memory()[0]
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def _counts(server: str) -> dict[str, int]:
    async with httpx.AsyncClient(base_url=server, trust_env=False) as client:
        found: dict[str, int] = (await client.get("/counts")).json()
        return found


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(asyncio.run(_watch(*sys.argv[1:]))))
    else:
        asyncio.run(measure())
