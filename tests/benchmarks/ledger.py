"""How many renders a second the ledger takes through their whole life, on SQLite and on PostgreSQL.

A life is a claim, four changes of state, and the last one with its film: six commits asked for, six events kept. Both
databases sync every commit to the disk, as they do in production. `python -m tests.benchmarks.ledger`.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from blocks.ledger import Ledger
from tests.benchmarks.databases import databases
from tests.blocks.ledger.making import archive, campaign, claim, spec

#: Renders a second through their whole life, on two cores.
TARGET = 300
_LIVES = 1500
_WARM_UP = 100


async def measure() -> dict[str, Any]:
    """Renders per second and milliseconds of our own CPU per render, for each database; prints them."""
    figures: dict[str, Any] = {"target_per_second": TARGET, "lives": _LIVES}
    async for name, url in databases():
        figures[name] = await _lives_per_second(url)
    print(json.dumps(figures, indent=2))
    return figures


async def _lives_per_second(url: str) -> dict[str, float]:
    async with _opened(url) as ledger:
        await _live(ledger, "warm-up", _WARM_UP)
        wall, cpu = time.perf_counter(), time.process_time()
        await _live(ledger, "lives", _LIVES)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        alone = time.perf_counter()
        await _live(ledger, "alone", 1)
        alone = time.perf_counter() - alone
    return {
        "renders_per_second": round(_LIVES / wall, 1),
        "own_cpu_ms_per_render": round(cpu / _LIVES * 1000, 2),
        "one_caller_alone_ms_per_commit": round(alone / 6 * 1000, 2),
    }


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Ledger]:
    async with await Ledger.open(url) as ledger:
        await ledger.open_campaign(campaign())
        yield ledger


async def _live(ledger: Ledger, name: str, count: int) -> None:
    await asyncio.gather(*(_life(ledger, f"{name}-{n}") for n in range(count)))


async def _life(ledger: Ledger, name: str) -> None:
    await archive(ledger, (await claim(ledger, spec(name), variant=name)).render)


if __name__ == "__main__":
    asyncio.run(measure())
