"""Somebody who is told things: a real HTTP server on loopback that notification blocks post to."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.schemas.objects import State
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from blocks.apprise_notice import AppriseNotice
from blocks.project_notices import ProjectNotices
from blocks.screening_room import ScreeningRoom
from flows.rescue import rescue
from tests.blocks.loopback import free_port, serving
from tests.flows.stage import Stage, save

#: The same key as the desk would have.
KEY = "k" * 40
ROOM = "https://room.example.com"
#: A word that stands in the addresses of the blocks, and nowhere else.
SECRET = "hush-hush"


@dataclass
class Receiver:
    """What came in, in order: who it was for, subject and body."""

    heard: list[tuple[str, str, str]] = field(default_factory=list)
    status: int = 200
    port: int = 0

    def of(self, who: str) -> list[str]:
        """The subjects one address has got."""
        return [subject for name, subject, _ in self.heard if name == who]

    def body(self, who: str) -> str:
        """The newest body one address has got."""
        return [body for name, _, body in self.heard if name == who][-1]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver, open."""
    found = Receiver()

    async def take(request: Request) -> Response:
        said: dict[str, Any] = await request.json()
        if found.status == 200:
            found.heard.append((request.path_params["who"], said["title"], said["message"]))
        return Response(status_code=found.status)

    app = Starlette()
    app.add_route(f"/{SECRET}/{{who}}", take, methods=["POST"])
    async with serving(app) as url:
        found.port = int(url.rpartition(":")[2])
        yield found


async def webhook(who: str, port: int) -> str:
    """Prefect's own block for a webhook, saved; gives what it is called."""
    block = CustomWebhookNotificationBlock(
        name=who,
        url=f"http://127.0.0.1:{port}/{{{{path}}}}/{who}",
        json_data={"title": "{{subject}}", "message": "{{body}}"},
        secrets={"path": SECRET},
    )
    await save(who, block)
    return f"custom-webhook/{who}"


async def apprise(who: str, port: int) -> str:
    """Our block for whatever Apprise knows, saved; gives what it is called."""
    url = SecretStr(f"json://127.0.0.1:{port}/{SECRET}/{who}")
    await save(who, AppriseNotice(url=url, allow_private_network=True))
    return f"workprint-apprise/{who}"


async def nobody(who: str) -> str:
    """A webhook at which nobody listens."""
    return await webhook(who, await free_port())


async def notices(project: str, **settings: Any) -> None:
    """What the project wants to be told."""
    await save(f"notices-{project}", ProjectNotices.model_validate({"language": "en", **settings}))


@asynccontextmanager
async def a_room() -> AsyncIterator[None]:
    """A screening room that flows know of."""
    await save("screening-room", ScreeningRoom(public_url=ROOM, key=SecretStr(KEY)))
    try:
        yield
    finally:
        await ScreeningRoom.adelete("screening-room")


async def one_pass() -> str:
    """Rescue, once; what it says it did."""
    state: State = await rescue(return_state=True)
    assert state.is_completed(), state
    return str(state.message)


def rows(stage: Stage, what: str = "*") -> list[tuple[str, ...]]:
    """The outbox as it lies on the disk."""
    with closing(sqlite3.connect(stage.ledger_path)) as file:
        return list(file.execute(f"SELECT {what} FROM notices ORDER BY created_at, target"))


def moved(stage: Stage, run_id: str, *, opened: timedelta, deadline: timedelta) -> None:
    """The run's gate as if it had opened so long ago and ended so long from now."""
    now = datetime.now(UTC)
    times = [(now + by).isoformat(timespec="microseconds") for by in (-opened, deadline)]
    with closing(sqlite3.connect(stage.ledger_path, isolation_level=None)) as file:
        triggers = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in triggers:
            file.execute(f"DROP TRIGGER {name}")
        file.execute("UPDATE gates SET opened_at = ?, deadline = ? WHERE campaign_id = ?", (*times, run_id))


def due_now(stage: Stage) -> None:
    """Whatever is to be sent again later may be sent now."""
    long_ago = (datetime.now(UTC) - timedelta(hours=2)).isoformat(timespec="microseconds")
    with closing(sqlite3.connect(stage.ledger_path, isolation_level=None)) as file:
        file.execute("UPDATE notices SET next_at = ? WHERE state = 'waiting'", (long_ago,))
