"""The measured process: one campaign in the Prefect engine, here, with its gate answered at once.

The run belongs to a deployment that no worker polls. It goes to its gate, suspends, is resumed through the API with the
answer, and starts again from the top, as in production; but in this same process, so that a process start (Prefect's
own, some seconds) is not part of the figure. `python -m tests.benchmarks.campaign_flow` takes an order as JSON on
standard input and prints what it took.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow_async
from prefect.states import Pending

from flows.campaign import campaign
from tests.benchmarks.machine import own_cpu
from workprint.brief import Brief

#: What the person at the gate says.
ANSWER = {"decision": "approve_all", "variants": [], "prompt": "", "approver": "bench", "note": "answered beforehand"}


async def measured(brief: dict[str, Any], deployment_id: str) -> dict[str, Any]:
    """Seconds and CPU seconds from the start to the gate and from the answer to the end."""
    parameters = {"brief": Brief.model_validate(brief)}
    async with get_client() as client:
        run = await client.create_flow_run_from_deployment(
            UUID(deployment_id), parameters={"brief": brief}, state=Pending()
        )
        drafts = await _timed(lambda: _until_gate(client, run.id, parameters))
        await client.resume_flow_run(run.id, run_input=ANSWER)
        await client.set_flow_run_state(run.id, Pending())
        finals = await _timed(lambda: _once(client, run.id, parameters))
        ended = (await client.read_flow_run(run.id)).state
    cpu = drafts[1] + finals[1]
    return {
        "wall": drafts[0] + finals[0], "drafts": drafts[0], "finals": finals[0], "cpu": cpu,
        "state": ended.name if ended else None, "message": ended.message if ended else None,
    }  # fmt: skip


async def _until_gate(client: PrefectClient, run_id: UUID, parameters: dict[str, Any]) -> None:
    try:
        await _once(client, run_id, parameters)
    except Pause:
        return
    raise RuntimeError("the campaign never came to its gate")


async def _once(client: PrefectClient, run_id: UUID, parameters: dict[str, Any]) -> None:
    flow_run = await client.read_flow_run(run_id)
    await run_flow_async(campaign, flow_run=flow_run, parameters=parameters, return_type="state")


async def _timed(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    began, cpu = time.perf_counter(), own_cpu()
    await work()
    return time.perf_counter() - began, own_cpu() - cpu


if __name__ == "__main__":
    order = json.load(sys.stdin)
    print(json.dumps(asyncio.run(measured(order["brief"], order["deployment_id"]))))
