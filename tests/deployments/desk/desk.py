"""A real desk for tests, and what providers and strangers say to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx
from pydantic import SecretStr

from blocks.ledger import Ledger
from deployments.desk.server import DeskServer
from deployments.desk.settings import DeskSettings
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import S, claim, spec, step
from workprint.callbacks import token_hash
from workprint.render import Render

HOLDER = "the campaign's process"
#: As `tasks.submit` makes them: 32 bytes in base64.
TOKEN = "tQ3vX8h0sWm5c1Zr7yLkPbNd2fGjUaEo9iVwCxSuHqR"
BODY = b'{"id": "task-1", "status": "succeeded"}'


@dataclass(frozen=True, slots=True)
class Desk:
    """A running desk."""

    url: str
    server: DeskServer
    http: httpx.AsyncClient

    @classmethod
    async def at(cls, server: DeskServer) -> Self:
        return cls(server.url, server, httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False))

    async def call(
        self, body: Any = BODY, token: str = TOKEN, provider: str = "sandbox", **more: Any
    ) -> httpx.Response:
        """A callback."""
        return await self.http.post(f"/callbacks/{provider}/{token}", content=body, **more)

    async def say(self, *parts: bytes) -> bytes:
        """Write these bytes to a connection, then read until it is closed."""
        reader, writer = await self.connected()
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            async with asyncio.timeout(20):
                return await reader.read()
        except ConnectionResetError:
            return b""
        finally:
            writer.close()

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection."""
        return await asyncio.open_connection(*self.server._socket.getsockname())

    async def metrics(self, **headers: str) -> str:
        """What monitoring reads."""
        answer = await self.http.get("/metrics", headers=headers)
        assert answer.status_code == 200
        return answer.text


@asynccontextmanager
async def running_desk(url: str, **settings: Any) -> AsyncIterator[Desk]:
    """A desk on a free port, with a ledger of its own on this database."""
    async with await Ledger.open(url) as ledger:
        up = asyncio.Event()
        server = DeskServer(ledger, DeskSettings(SecretStr(url), port=0, **settings), up.set)
        serving = asyncio.create_task(server.run_here())
        await up.wait()
        desk = await Desk.at(server)
        try:
            yield desk
        finally:
            await desk.http.aclose()
            server.should_exit = True
            await serving


async def submitted(ledger: Ledger, token: str, content: str = "a teapot", **changes: Any) -> Render:
    """A render in the moment of its POST, with its callback's token on record; `changes` of its spec."""
    planned = (await claim(ledger, spec(content, **changes), variant=content)).render
    return await ledger.change(step(planned, S.SUBMITTING, {"holder": HOLDER, "token_hash": token_hash(token)}))


async def queued(ledger: Ledger, token: str, content: str = "a teapot") -> Render:
    """The same once the provider has answered with its task."""
    sent = await submitted(ledger, token, content)
    return await ledger.change(step(sent, S.QUEUED, {"task_id": f"task of {content}"}))


async def inbox(url: str, columns: str = "outcome") -> list[tuple[Any, ...]]:
    """What was kept, oldest first."""
    return await raw.run(url, f"SELECT {columns} FROM callbacks ORDER BY received_at, id")


def head(length: str, token: str = TOKEN) -> bytes:
    """The line and headers of a callback; `length` is the header that says how long its body is."""
    return f"POST /callbacks/sandbox/{token} HTTP/1.1\r\nHost: desk\r\n{length}\r\n\r\n".encode()
