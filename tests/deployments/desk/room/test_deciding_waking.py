"""The run that waits for a decision: woken when its gate closes, and when it cannot be, the decision stands."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_SERVER_ALLOW_EPHEMERAL_MODE, temporary_settings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from blocks.ledger import Ledger
from tests.blocks.loopback import free_port, serving
from tests.deployments.desk.room.forms import ALL, APPROVED, decide, decided, form, guest
from tests.deployments.desk.room.room import running_room
from tests.deployments.desk.room.showing import FIRST, PLAN, SECOND, THIRD, furnished
from workprint.policy import Policy


@dataclass
class Prefect:
    """A server that knows how to resume runs, or takes what it is asked and says nothing more."""

    silent: bool = False
    resumed: list[tuple[str, Any]] = field(default_factory=list)

    async def resume(self, request: Request) -> Response:
        self.resumed.append((request.path_params["run"], await request.json()))
        if self.silent:
            await asyncio.Event().wait()
        return JSONResponse({"status": "ACCEPT", "details": {"type": "accept_details"}, "state": None})

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        paths = [Route("/api/flow_runs/{run}/resume", self.resume, methods=["POST"])]
        async with serving(Starlette(routes=paths)) as url:
            yield f"{url}/api"


async def answered(url: str, ledger: Ledger, *forms: dict[str, str], **settings: Any) -> tuple[str, list[int]]:
    """A campaign that a run waits for, and the statuses of answers to these decisions, one after the other."""
    plan = replace(PLAN, campaign_id=str(uuid4()))
    gate = await furnished(ledger, Policy(), plan)
    ben = await guest(ledger, "Ben", campaign_id=plan.campaign_id)
    async with running_room(url, **settings) as desk:
        answers: list[httpx.Response] = [await decide(desk, ben, form(gate, said)) for said in forms]
    assert set(ALL) == set(await decided(ledger, plan.campaign_id))
    return plan.campaign_id, [answer.status_code for answer in answers]


async def test_the_run_is_woken_when_its_gate_closes(ledger: Ledger, ledger_url: str) -> None:
    """It is resumed once, by the decision that closes the gate, and told to read the ledger."""
    server = Prefect()
    rest = {SECOND.name: APPROVED, THIRD.name: APPROVED}
    async with server.serving() as url:
        with temporary_settings({PREFECT_API_URL: url}):
            run, statuses = await answered(ledger_url, ledger, {FIRST.name: APPROVED}, rest, rest)
    assert [303] * 3 == statuses
    ((woken, said),) = server.resumed
    assert (run, "recorded", "Ben") == (woken, said["run_input"]["decision"], said["run_input"]["approver"])
    assert "token" not in json.dumps(said)


async def test_a_server_that_never_answers(ledger: Ledger, ledger_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """The guest is told that the decision is on record before they would be asked to try again."""
    server = Prefect(silent=True)
    async with server.serving() as url:
        with temporary_settings({PREFECT_API_URL: url}), caplog.at_level(logging.WARNING):
            run, statuses = await answered(ledger_url, ledger, ALL, answer_seconds=3.0)
    assert ([303], 1) == (statuses, len(server.resumed))
    assert f"room_not_woken {run}: Prefect does not answer" in caplog.text


async def test_a_server_that_is_away(ledger: Ledger, ledger_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """With nobody listening the decision stands."""
    url = f"http://127.0.0.1:{await free_port()}/api"
    with temporary_settings({PREFECT_API_URL: url}), caplog.at_level(logging.WARNING):
        run, statuses = await answered(ledger_url, ledger, ALL)
    assert [303] == statuses
    assert f"gate.not_woken {run}: ConnectError" in caplog.text


async def test_the_desk_starts_no_server(ledger: Ledger, ledger_url: str) -> None:
    """Without a server's address the decision stands, and no server of Prefect's own is started to be told of it."""
    before = children()
    with temporary_settings({PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: True}, restore_defaults={PREFECT_API_URL}):
        assert not PREFECT_API_URL.value()
        _, statuses = await answered(ledger_url, ledger, ALL)
    assert ([303], before) == (statuses, children())


def children() -> set[str]:
    """Processes that this one has started, by id."""
    return {child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()}
