"""Orchestration: sixty variants through Workprint, against a bare script that does the same work and nothing else.

Both sides talk to the same sandbox (rendering off: every task gets one small film after 2 s) and to the same embedded
S3 server, and draw and judge with the same functions. Rounds are interleaved, each in a process of its own; medians
count. Imports are not timed on either side. `python -m tests.benchmarks.campaign [variants] [rounds]`.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deployments.objectstore import ObjectStore
from deployments.sandbox.render.film import render
from deployments.sandbox.render.motion import Move
from deployments.sandbox.render.plan import FPS, Plan
from deployments.sandbox.testing import Sandbox, running_sandbox
from deployments.stack.home import Home
from deployments.stack.state import StackState
from deployments.stack.supervisor import stack
from tests.benchmarks.bare import BareOrder, order_json
from tests.benchmarks.machine import tree_cpu
from tests.benchmarks.quiet import FREE_PORTS, without_rescue
from workprint.spec import canonical_sha256

VARIANTS, ROUNDS = 60, 3
#: The targets: wall against the bare script, and milliseconds of CPU above it per variant.
MOST_WALL, MOST_CPU = 1.35, 100.0
#: Seconds from submit to result.
LATENCY = 2.0
#: A model whose finals may be small, so that calls and not pictures are measured.
MODEL, RESOLUTION, RATIO, SECONDS = "doubao-seedance-2-0-260128", "480p", "16:9", 4
_SIZE = (864, 496)
_TAKES = 2
_PROVIDER, _DEPLOYMENT = "bench", "bench"
Figures = dict[str, float]


async def measure(variants: int = VARIANTS, rounds: int = ROUNDS) -> dict[str, Any]:
    """Medians of both sides, their ratios, and what the servers used meanwhile. Seconds, CPU milliseconds a variant."""
    async with _bench(variants) as bench:
        await bench.workprint("warm-up", count=_TAKES)
        await bench.bare("warm-up", count=_TAKES)
        found = [(await bench.workprint(f"round {n}"), await bench.bare(f"round {n}")) for n in range(rounds)]
        bare_calls = await bench.bare("calls only", media=False)
        deployed = await bench.deployed()
    ours, bare = (_medians([pair[side] for pair in found]) for side in (0, 1))
    return {
        "variants": variants,
        "rounds": rounds,
        "wall_ratio": round(ours["wall"] / bare["wall"], 2),
        "wall_ratios": [round(mine["wall"] / other["wall"], 2) for mine, other in found],
        "cpu_above_ms_per_variant": round((ours["cpu"] - bare["cpu"]) / variants * 1000, 1),
        **{
            f"{server}_server_above_ms_per_variant": round((ours[server] - bare[server]) / variants * 1000, 1)
            for server in ("prefect", "s3")
        },
        "ours": ours,
        "bare": bare,
        "bare_without_media": bare_calls,
        "deployed_wall": round(deployed, 2),
        "deployed_wall_ratio": round(deployed / bare["wall"], 2),
    }


@dataclass(frozen=True)
class _Bench:
    """The servers, and one method for each thing that is timed."""

    home: Home
    state: StackState
    sandbox: Sandbox
    deployment_id: str
    variants: int

    async def workprint(self, title: str, *, count: int | None = None) -> Figures:
        order = {"brief": _brief(title, count or self.variants), "deployment_id": self.deployment_id}
        found = await self._watched("tests.benchmarks.campaign_flow", json.dumps(order))
        state, message = found.pop("state"), found.pop("message")
        if state != "Delivered":
            raise RuntimeError(f"the campaign ended {state}: {message}")
        return found

    async def bare(self, title: str, *, count: int | None = None, media: bool = True) -> Figures:
        order = replace(self._bare_order(count or self.variants), prefix=f"bare/{_key(title)}", media=media)
        return await self._watched("tests.benchmarks.bare", order_json(order))

    async def deployed(self) -> float:
        """Seconds from creating the run to its end as production has it: two process starts by the worker."""
        from prefect.client.orchestration import get_client

        from tests.benchmarks.campaign_flow import ANSWER

        brief = _brief("through the worker", self.variants)
        async with get_client() as client:
            deployment = await client.read_deployment_by_name("campaign/campaign")
            began = time.perf_counter()
            run = await client.create_flow_run_from_deployment(deployment.id, parameters={"brief": brief})
            await _until(client, run.id, "Suspended")
            await client.resume_flow_run(run.id, run_input=ANSWER)
            await _until(client, run.id, "Delivered")
        return time.perf_counter() - began

    def _bare_order(self, count: int) -> BareOrder:
        store = ObjectStore(self.home.s3, self.state.ports["s3"])
        width, height = _SIZE
        return BareOrder(
            provider_url=self.sandbox.base_url,
            provider_key=self.sandbox.key,
            s3_url=store.endpoint_url,
            access_key=store.access_key,
            secret_key=store.secret_key,
            bucket="workprint",
            prefix="bare",
            body={
                "model": MODEL, "resolution": RESOLUTION, "ratio": RATIO, "duration": SECONDS, "generate_audio": False,
            },
            prompts=[f"A steel watch turns slowly, number {number}." for number in range(count)],
            expected={
                "duration": SECONDS, "width": width, "height": height, "fps": FPS, "audio": False,
                "camera_static": False,
            },
        )  # fmt: skip

    async def _watched(self, module: str, order: str) -> dict[str, Any]:
        """Run a measured process, and say what the servers used while it ran."""
        before = self._servers()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate(order.encode())
        if process.returncode:
            raise RuntimeError(f"{module} ended with {process.returncode}")
        found: dict[str, Any] = json.loads(out.splitlines()[-1])
        after = self._servers()
        return {**found, **{name: after[name] - before[name] for name in after}}

    def _servers(self) -> Figures:
        return {name: tree_cpu(self.state.pids[name]) for name in ("prefect", "s3")}


@asynccontextmanager
async def _bench(variants: int) -> AsyncIterator[_Bench]:
    with tempfile.TemporaryDirectory(prefix="workprint-bench-") as name:
        home = Home(Path(name) / "home")
        film = _film(Path(name) / "film.mp4")
        settings = {"fixed": str(film), "latency": LATENCY, "rpm": 1_000_000}
        provider = running_sandbox(Path(name) / "provider", **settings)
        async with provider as sandbox, stack(home, lambda *_: None, FREE_PORTS) as up:
            await without_rescue()
            await _save_provider(sandbox)
            yield _Bench(home, up.state, sandbox, await _own_deployment(), variants)


def _film(path: Path) -> Path:
    """Four seconds of a slow push in, a few hundred KiB."""
    width, height = _SIZE
    move = Move("push in", "medium")
    render(
        Plan(width, height, SECONDS * FPS, move, 7, "A steel watch.", draft=False, watermark=False, sound=False), path
    )
    return path


async def _save_provider(sandbox: Sandbox) -> None:
    """A block without a pace of its own: the bare script has none either."""
    from pydantic import SecretStr

    from blocks.provider import VideoProvider

    block = VideoProvider(
        base_url=sandbox.base_url,
        api_key=SecretStr(sandbox.key),
        model=MODEL,
        max_in_flight=1000,
        requests_per_second=1000,
        allow_private_network=True,
    )
    await block._save(_PROVIDER, overwrite=True)


async def _own_deployment() -> str:
    """A deployment without a work pool: its runs wait for nobody but us."""
    from prefect.client.orchestration import get_client

    from flows.campaign import campaign

    async with get_client() as client:
        return str(await client.create_deployment(await client.create_flow(campaign), _DEPLOYMENT))


async def _until(client: Any, run_id: Any, name: str) -> None:
    while True:
        state = (await client.read_flow_run(run_id)).state
        if state is not None and state.name == name:
            return
        if state is not None and state.is_final():
            raise RuntimeError(f"the run ended {state.name}: {state.message}")
        await asyncio.sleep(0.1)


def _brief(title: str, variants: int) -> dict[str, Any]:
    """Two takes of half as many shots: all of one ratio and length, as the one film is."""
    subject = f"A steel watch, {_key(title)}"
    return {
        "title": f"Bench, {title}",
        "project": "bench",
        "requested_by": "bench",
        "provider": _PROVIDER,
        "budget": {"amount": "100000", "currency": "CNY"},
        "ratios": [RATIO],
        "durations": [SECONDS],
        "takes": _TAKES,
        "draft": {"resolution": RESOLUTION},
        "final": {"resolution": RESOLUTION, "fps": FPS},
        "shots": [
            {
                "name": f"shot-{number:02}",
                "input_type": "text_to_video",
                "subject": subject,
                "action": f"turns slowly, number {number}",
                "camera": {"motion": "push_in", "speed": "medium"},
            }
            for number in range(variants // _TAKES)
        ],
    }


def _key(title: str) -> str:
    return canonical_sha256(title)[:8]


def _medians(rounds: list[Figures]) -> Figures:
    return {name: round(statistics.median(found[name] for found in rounds), 2) for name in rounds[0]}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(*map(int, sys.argv[1:]))), indent=2))
