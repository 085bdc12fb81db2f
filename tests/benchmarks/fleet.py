"""Many renders in flight for a measurement: their ledger, and a provider that ends them by the clock.

`python -m tests.benchmarks.fleet LEDGER_URL COUNT ENDS_A_SECOND CALLBACKS` is the provider, and with CALLBACKS 1 also
the desk: what it would take in is committed to the inbox from there. It prints its URL and serves until its input ends.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from blocks.ledger import Ledger
from blocks.provider import VideoProvider
from tests.blocks.ledger.making import S, campaign, claim, spec, step
from workprint.callbacks import token_hash
from workprint.render import Render
from workprint.spec import Spec

HOLDER = "bench"
MODEL = "doubao-seedance-2-0-260128"
TASKS = "/api/v3/contents/generations/tasks"
#: Characters of a prompt; all differ.
_PROMPT = 400


def token(number: int) -> str:
    """The callback token of a render."""
    return f"token-of-the-benchmark-{number:06}"


async def launch(url: str, count: int, typical: float, age: float) -> None:
    """A ledger of so many queued renders, submitted `age` seconds ago, each with its own prompt, task and token.

    `typical`: seconds such a render takes, by the ledger's experience.
    """
    now = datetime.now(UTC) - timedelta(seconds=age + typical)
    async with await Ledger.open(url, clock=lambda: now) as ledger:
        await ledger.open_campaign(campaign())
        render = await _queued(ledger, -1)
        now += timedelta(seconds=typical)
        await ledger.change(step(render, S.SUCCEEDED, {"link": "https://cdn.example/before.mp4"}))
        await ledger.leases.beat(HOLDER, 24 * 3600)
        for start in range(0, count, 500):
            await asyncio.gather(*(_queued(ledger, number) for number in range(start, min(start + 500, count))))


def provider(url: str, **settings: Any) -> VideoProvider:
    """A block for the provider at `url`, at the default pace."""
    return VideoProvider(base_url=url, model=MODEL, api_key=SecretStr("sk-of-the-benchmark"), **settings)


@asynccontextmanager
async def serving(*arguments: object) -> AsyncIterator[str]:
    """The URL of a provider in a process of its own."""
    command = (sys.executable, "-m", "tests.benchmarks.fleet", *map(str, arguments))
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    process = await asyncio.create_subprocess_exec(*command, **pipes)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


async def _queued(ledger: Ledger, number: int) -> Render:
    render = (await claim(ledger, _spec(number), variant=f"film-{number}")).render
    facts = {"holder": HOLDER, "token_hash": token_hash(token(number))}
    sent = await ledger.change(step(render, S.SUBMITTING, facts))
    return await ledger.change(step(sent, S.QUEUED, {"task_id": f"task-{number}"}))


def _spec(number: int) -> Spec:
    words = f"Film number {number}. " + "A steel watch turns slowly in warm light. " * 10
    return spec(words[:_PROMPT], model=MODEL, provider="bench")


class _Provider:
    """Tasks run until it is their turn to end, one after the other, `ends` a second."""

    def __init__(self, ledger: Ledger, count: int, ends: float, *, calls: bool) -> None:
        self._ledger, self._count, self._ends, self._calls = ledger, count, ends, calls
        self._began = time.monotonic()
        self._requests = self._questions = 0
        self._ended: set[int] = set()

    async def run(self) -> None:
        """End task after task, and call back."""
        for number in range(self._count) if self._ends else ():
            await asyncio.sleep(max(self._began + number / self._ends - time.monotonic(), 0))
            self._end(number)
            if self._calls:
                await self._ledger.inbox.receive("bench", token(number), {}, b'{"status": "succeeded"}')

    async def many(self, request: Request) -> Response:
        """The filtered list."""
        return self._answer([self._task(name) for name in request.query_params.getlist("filter.task_ids")])

    async def one(self, request: Request) -> Response:
        """One task."""
        self._count_in(1)
        return JSONResponse(self._task(request.path_params["name"]))

    async def end(self, request: Request) -> Response:
        """End one task now."""
        self._end(int(request.path_params["number"]))
        return Response(status_code=204)

    async def counts(self, _: Request) -> Response:
        """What was asked so far, and how many tasks ended."""
        found = {"requests": self._requests, "questions": self._questions, "ended": len(self._ended)}
        return JSONResponse(found)

    def _answer(self, items: Sequence[dict[str, Any]]) -> Response:
        self._count_in(len(items))
        return JSONResponse({"items": items, "total": len(items)})

    def _count_in(self, questions: int) -> None:
        self._requests += 1
        self._questions += questions

    def _end(self, number: int) -> None:
        self._ended.add(number)

    def _task(self, name: str) -> dict[str, Any]:
        task = {"id": name, "model": MODEL, "created_at": 1_790_000_000}
        if int(name.removeprefix("task-")) not in self._ended:
            return {**task, "status": "running"}
        link = f"https://cdn.example/{name}.mp4?sig=1"
        return {**task, "status": "succeeded", "content": {"video_url": link}, "usage": {"completion_tokens": 90000}}


async def _main(url: str, count: str, ends: str, calls: str) -> None:
    async with AsyncExitStack() as stack:
        ledger = await stack.enter_async_context(await Ledger.open(url))
        tasks = _Provider(ledger, int(count), float(ends), calls=calls == "1")
        routes = [
            Route(TASKS, tasks.many),
            Route(f"{TASKS}/{{name}}", tasks.one),
            Route("/end/{number}", tasks.end, methods=["POST"]),
            Route("/counts", tasks.counts),
        ]
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off"))
        work = [asyncio.create_task(server.serve()), asyncio.create_task(tasks.run())]
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.01)
        print(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True
        work[1].cancel()
        await asyncio.gather(*work, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
