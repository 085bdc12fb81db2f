"""The screening room: 200 guests look at drafts in a whole stack, once alone and once while others are rendered.

Everything runs on this machine: Prefect, worker, S3, the sandbox that renders, the desk, and the load, whose own share
of a core is said. A round is so many guests who come by their links within some seconds, look at the page, play its
films and report what they watched, look again after about twenty seconds, and comment now and then. In the last round
all come within one second. `python -m tests.benchmarks.room`.
"""

import asyncio
import json
import random
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from pydantic import SecretStr

from tests.benchmarks.guests import Connection, Guest, Log
from tests.benchmarks.machine import machine, tree_cpu
from tests.system.briefs import write_brief
from tests.system.stack import RunningStack, running_stack
from tests.system.waiting import until
from workprint.room_links import RoomLinks
from workprint.tickets import Ticket

GUESTS = 200
#: Milliseconds, of 95 in 100 answers.
MOST = 300.0
#: Seconds of a round, and in which its guests arrive.
SECONDS, ARRIVAL, CROWD = 75.0, 10.0, 1.0
_HEALTH_PAUSE = 0.25
#: What the guests look at: six drafts.
_SHOTS, _RATIOS = 3, ("16:9", "9:16")
#: What is rendered meanwhile: 180 drafts, and when they are through the same again.
_OTHER_SHOTS, _OTHER_RATIOS = 45, ("16:9", "9:16", "1:1", "4:3")


async def measure(guests: int = GUESTS, seconds: float = SECONDS) -> dict[str, Any]:
    """Milliseconds by kind of request, errors, and what was rendered meanwhile, for each round; prints them."""
    found: dict[str, Any] = {"guests": guests}
    with tempfile.TemporaryDirectory(prefix="workprint-bench-") as folder, running_stack(Path(folder)) as stack:
        run_id = stack.start(_brief(Path(folder), "A teapot that everybody wants to see", _SHOTS, _RATIOS))
        await stack.prefect.until_state(run_id, "Suspended")
        links = await _links(stack, run_id, guests)
        found["alone"] = await _round(stack, run_id, links, ARRIVAL, seconds)
        async with _rendering(stack, Path(folder)) as rendered:
            for name, arrival, lasts in (("rendering", ARRIVAL, seconds), ("crowd", CROWD, 0.0)):
                before = await rendered()
                found[name] = await _round(stack, run_id, links, arrival, lasts)
                found[name]["drafts_rendered"] = await rendered() - before
    print(json.dumps(found, indent=2))
    return found


async def _round(stack: RunningStack, run_id: str, links: list[str], arrival: float, seconds: float) -> dict[str, Any]:
    """All guests come, and look until the time is over; at least once."""
    log, health = Log(), Log()
    watch = asyncio.create_task(_healthy(stack.state.desk_url, health))
    began, own, desk = time.perf_counter(), time.process_time(), tree_cpu(stack.state.pids["desk"])
    visits = [_visit(stack.state.desk_url, link, run_id, log, arrival, began + seconds) for link in links]
    await asyncio.gather(*visits)
    lasted = time.perf_counter() - began
    own, desk = time.process_time() - own, tree_cpu(stack.state.pids["desk"]) - desk
    watch.cancel()
    if not log.took["film"] or (seconds and not log.took["watched"]):
        raise RuntimeError(f"the guests saw no films: {dict(log.errors)}")
    every = [took for kind in log.took.values() for took in kind]
    return {
        "all": _figures(every),
        **{kind: _figures(took) for kind, took in sorted(log.took.items())},
        "healthz": _figures(health.took["healthz"]),
        "errors": dict(log.errors + health.errors),
        "seconds": round(lasted, 1),
        "requests_a_second": round(len(every) / lasted),
        "cpu": {"load": round(own / lasted, 2), "desk": round(desk / lasted, 2)},
        "desk_cpu_ms_a_request": round(desk / len(every) * 1000, 2),
        "machine": machine(),
    }


async def _visit(desk_url: str, link: str, run_id: str, log: Log, arrival: float, end: float) -> None:
    connection = Connection(desk_url, log)
    guest = Guest(link, run_id, connection)
    await asyncio.sleep(random.uniform(0, arrival))  # noqa: S311 - a moment, not a secret
    await guest.enter()
    page = await guest.look()
    while time.perf_counter() < end:
        await guest.stay(page)
        page = await guest.look()
    connection.close()


async def _healthy(desk_url: str, log: Log) -> None:
    """How long the desk takes for an answer that costs it next to nothing."""
    connection = Connection(desk_url, log)
    while True:
        await connection.ask("healthz", "/healthz")
        await asyncio.sleep(_HEALTH_PAUSE)


def _figures(took: list[float]) -> dict[str, float]:
    shares = quantiles(took, n=100) if len(took) > 1 else took * 99
    cut = {name: round(shares[at] * 1000, 1) for name, at in (("p50", 49), ("p95", 94), ("p99", 98))}
    return {"count": len(took), **cut, "max": round(max(took) * 1000, 1)}


async def _links(stack: RunningStack, run_id: str, guests: int) -> list[str]:
    """A personal link for each."""
    links = RoomLinks(stack.state.desk_url, SecretStr(stack.home.secrets().room_key))
    now = datetime.now(UTC)
    given = [
        Ticket(f"tkt_bench_{n:03}", run_id, f"Guest {n:03}", (), "bench", now, now + timedelta(days=1))
        for n in range(guests)
    ]
    async with await stack.ledger() as ledger:
        return [links.personal(ticket) for ticket in await asyncio.gather(*map(ledger.room.issue, given))]


@asynccontextmanager
async def _rendering(stack: RunningStack, folder: Path) -> AsyncIterator[Any]:
    """Campaigns that render drafts, one after the other; entered once the first has a film. Gives their number."""
    runs: list[str] = []

    async def campaigns() -> None:
        while True:
            brief = _brief(folder, f"A kettle, number {len(runs)}", _OTHER_SHOTS, _OTHER_RATIOS)
            runs.append(await asyncio.to_thread(stack.start, brief))
            await stack.prefect.until_state(runs[-1], "Suspended")

    async with await stack.ledger() as ledger:

        async def rendered() -> int:
            return sum([len(await ledger.films(run)) for run in runs])

        going = asyncio.create_task(campaigns())
        try:
            await until(rendered, "a draft of the other campaign", every=0.5)
            yield rendered
        finally:
            going.cancel()
            with suppress(asyncio.CancelledError):
                await going


def _brief(folder: Path, subject: str, shots: int, ratios: Sequence[str]) -> Path:
    """So many shots, each in every shape."""
    same = {"input_type": "text_to_video", "subject": subject, "camera": {"motion": "push_in", "speed": "slow"}}
    told = [{**same, "name": f"shot-{n:02}", "action": f"steam rises, number {n}", "seed": n} for n in range(shots)]
    budget = {"amount": "10000", "currency": "CNY"}
    return write_brief(folder, subject, project="bench", approvers=[], ratios=list(ratios), budget=budget, shots=told)


if __name__ == "__main__":
    asyncio.run(measure())
