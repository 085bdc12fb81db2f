"""The stack's Prefect server over plain HTTP, as an operator's script would use it: no Prefect in this process."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.system.waiting import until

ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass(frozen=True, slots=True)
class PrefectServer:
    """One server. `api` ends in /api."""

    api: str

    async def run(self, run_id: str) -> dict[str, Any]:
        """A flow run as the server tells it."""
        found: dict[str, Any] = await self._json("GET", f"/flow_runs/{run_id}")
        return found

    async def until_state(self, run_id: str, name: str, *, crashed_before: bool = False) -> dict[str, Any]:
        """The run once it is in the state of that name; the test fails when it ended in another.

        `crashed_before`: it may still be crashed, until somebody starts it again.
        """

        async def look() -> dict[str, Any] | None:
            run = await self.run(run_id)
            state = run["state"]
            ended = ENDED - ({"CRASHED"} if crashed_before else set())
            if state["name"] != name and state["type"] in ended and ended.isdisjoint({name.upper()}):
                pytest.fail(f"wanted {name}, but the run ended {state['name']}: {state['message']}")
            return run if state["name"] == name else None

        return await until(look, f"run {run_id} {name}")

    async def resume(self, run_id: str, **answer: object) -> None:
        """Answer the gate, as the UI does."""
        taken = await self._json("POST", f"/flow_runs/{run_id}/resume", {"run_input": answer})
        assert taken["status"] == "ACCEPT", taken

    async def schedule_again(self, run_id: str) -> None:
        """What Retry in the UI does with a run that ended."""
        state = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the UI"}
        taken = await self._json("POST", f"/flow_runs/{run_id}/set_state", {"state": state, "force": True})
        assert taken["status"] == "ACCEPT", taken

    async def cancel(self, run_id: str) -> None:
        """What Cancel in the UI does."""
        state = {"type": "CANCELLING", "name": "Cancelling", "message": "Cancelled from the UI"}
        await self._json("POST", f"/flow_runs/{run_id}/set_state", {"state": state})

    async def task_runs(self, run_id: str) -> list[dict[str, Any]]:
        """Every task run of a flow run."""
        wanted = {"flow_runs": {"id": {"any_": [run_id]}}}
        found: list[dict[str, Any]] = await self._json("POST", "/task_runs/filter", wanted)
        return found

    async def executions(self, run_id: str) -> int:
        """How many of its processes for this run the worker has seen off: ended, and their end reported."""
        named = {"event": {"name": ["prefect.worker.executed-flow-run"]}}
        wanted = {"filter": {**named, "related": {"id": [f"prefect.flow-run.{run_id}"]}}}
        return int((await self._json("POST", "/events/filter", wanted))["total"])

    async def pause(self, deployment: str, *, paused: bool) -> None:
        """Switch all schedules of a deployment off or on. `deployment`: flow and name, with a slash."""
        found = await self._json("GET", f"/deployments/name/{deployment}")
        await self._json("PATCH", f"/deployments/{found['id']}", {"paused": paused})

    async def copy_block(self, kind: str, name: str, copy: str, **changed: object) -> None:
        """Another block document like one that stands, with some fields changed."""
        where = f"/block_types/slug/{kind}/block_documents/name/{name}?include_secrets=true"
        old = await self._json("GET", where)
        same = {key: old[key] for key in ("block_schema_id", "block_type_id")}
        await self._json("POST", "/block_documents/", {**same, "name": copy, "data": {**old["data"], **changed}})

    async def _json(self, method: str, path: str, body: object = None) -> Any:
        """Sent again after a 503, as Prefect's own client does: its SQLite was locked, and nothing was written."""
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:

            async def answered() -> httpx.Response | None:
                answer = await client.request(method, f"{self.api}{path}", json=body)
                return None if answer.status_code == 503 else answer

            answer = (await until(answered, f"an answer to {method} {path}")).raise_for_status()
            return answer.json() if answer.content else None
