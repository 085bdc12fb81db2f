"""Callbacks per second, taken in and committed, against a bare Starlette application that writes the same row.

The bare side (`tests.benchmarks.bare_desk`) inserts and commits once per request over a pool of the same size: no look
at whose token it is, no judgement, no group commit. Both run under uvicorn in a process of their own, both databases
sync every commit to the disk, and one load generator calls both over kept connections, in turns.
`python -m tests.benchmarks.callbacks`.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from blocks.ledger import Ledger
from tests.benchmarks.databases import databases
from tests.blocks.ledger.making import S, campaign, claim, spec, step
from workprint.callbacks import token_hash

#: Of the bare application's callbacks per second.
LEAST_RATIO = 0.6
#: Milliseconds.
MOST_ANSWER = 50.0
CONNECTIONS, CALLS, ROUNDS, RENDERS = 48, 2400, 5, 100
#: For the time of one answer: a provider at its ordinary pace, about a hundred callbacks a second.
FEW, FEW_CALLS, PAUSE = 4, 800, 0.04
_PAD = "x" * 1200


async def measure() -> dict[str, Any]:
    """Calls per second of both sides, their median ratio, and milliseconds of an answer; prints them."""
    found: dict[str, Any] = {"connections": CONNECTIONS, "calls": CALLS, "rounds": ROUNDS}
    async for name, url in databases():
        found[name] = await _compared(url)
    print(json.dumps(found, indent=2))
    return found


async def _compared(url: str) -> dict[str, Any]:
    tokens = await _tokens(url)
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(_server(url, "deployments.desk", "--port", "0"))
        bare = await stack.enter_async_context(_server(url, "tests.benchmarks.bare_desk"))
        for port in (desk, bare):
            await _rate(port, tokens, CALLS // 4)
        rounds = [(await _rate(desk, tokens, CALLS), await _rate(bare, tokens, CALLS)) for _ in range(ROUNDS)]
        answers = sorted(await _load(desk, tokens, FEW, FEW_CALLS, PAUSE))
    shares = quantiles(answers, n=100)
    return {
        "ratio": round(median(ours / theirs for ours, theirs in rounds), 2),
        "ratios": [round(ours / theirs, 2) for ours, theirs in rounds],
        "desk_per_second": round(median(ours for ours, _ in rounds)),
        "bare_per_second": round(median(theirs for _, theirs in rounds)),
        "answer_ms_p50": round(shares[49] * 1000, 1),
        "answer_ms_p99": round(shares[98] * 1000, 1),
    }


async def _tokens(url: str) -> list[str]:
    """Tokens of renders that are queued at the provider."""
    tokens = [f"benchmark-token-number-{n:020}" for n in range(RENDERS)]
    async with await Ledger.open(url) as ledger:
        await ledger.open_campaign(campaign())
        for token in tokens:
            render = (await claim(ledger, spec(token), variant=token)).render
            sent = await ledger.change(step(render, S.SUBMITTING, {"token_hash": token_hash(token)}))
            await ledger.change(step(sent, S.QUEUED, {"task_id": f"task-{token}"}))
    return tokens


async def _rate(port: int, tokens: list[str], calls: int) -> float:
    began = time.perf_counter()
    await _load(port, tokens, CONNECTIONS, calls)
    return calls / (time.perf_counter() - began)


async def _load(port: int, tokens: list[str], connections: int, calls: int, pause: float = 0.0) -> list[float]:
    """Make the calls over so many kept connections, with a pause after each; seconds of each answer."""
    share = calls // connections
    found = await asyncio.gather(*(_caller(port, tokens, number, share, pause) for number in range(connections)))
    return [seconds for each in found for seconds in each]


async def _caller(port: int, tokens: list[str], number: int, calls: int, pause: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took = []
    for call in range(calls):
        request = _request(tokens[(number * calls + call) % len(tokens)])
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"a callback was not taken: {head[:60]!r}")
        await reader.readexactly(2)
        took.append(time.perf_counter() - began)
        await asyncio.sleep(pause)
    writer.close()
    await writer.wait_closed()
    return took


def _request(token: str) -> bytes:
    """What Ark sends at the end of a task, as large as it is there; no two are the same."""
    body = json.dumps({"id": "cgt-2026", "status": "succeeded", "at": time.time_ns(), "content": {"video_url": _PAD}})
    lines = (
        f"POST /callbacks/sandbox/{token} HTTP/1.1",
        "Host: desk.example.com",
        "User-Agent: ark-callback/1.0",
        "Accept: */*",
        "Content-Type: application/json",
        "X-Request-Id: 02f6c1d2b0a94d6f8d1c",
        f"Content-Length: {len(body)}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


@asynccontextmanager
async def _server(url: str, *module: str) -> AsyncIterator[int]:
    """A process that serves; its port."""
    with tempfile.TemporaryDirectory(prefix="workprint-bench-") as home:
        env = {**os.environ, "WORKPRINT_LEDGER_URL": url, "WORKPRINT_HOME": str(Path(home))}
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", *module, stdout=PIPE, env=env)
        assert process.stdout is not None
        try:
            yield int((await process.stdout.readline()).rpartition(b":")[2])
        finally:
            process.terminate()
            await process.communicate()


if __name__ == "__main__":
    asyncio.run(measure())
