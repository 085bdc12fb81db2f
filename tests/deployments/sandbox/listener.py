"""Who is called back: a real HTTP server that writes down what it is told."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

HOOK = "/hook/secret"


@dataclass
class Listener:
    """A small HTTP server; it answers the first successes it hears with `refuse` errors."""

    refuse: int = 0
    url: str = ""
    #: The bodies that were JSON objects.
    heard: list[dict[str, Any]] = field(default_factory=list)
    #: Every call: path, body, and when (`time.time`).
    calls: list[tuple[str, bytes, float]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().partition("content-length:")[2].split()[0])
        body = await reader.readexactly(length)
        self.calls.append((head.split()[1], body, time.time()))
        with contextlib.suppress(ValueError):
            self.heard.append(json.loads(body))
        self.news.set()
        refused = b'"succeeded"' in body and self.refuse > 0
        self.refuse -= refused
        status = b"503 Busy" if refused else b"204 No Content"
        writer.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def until(self, enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not enough():
                self.news.clear()
                await self.news.wait()

    async def until_heard(self, count: int) -> list[dict[str, Any]]:
        await self.until(lambda: len(self.heard) >= count)
        return self.heard

    async def until_called(self, count: int) -> list[tuple[str, bytes, float]]:
        await self.until(lambda: len(self.calls) >= count)
        return self.calls

    @property
    def statuses(self) -> list[str]:
        return [body["status"] for body in self.heard]


@contextlib.asynccontextmanager
async def listening(refuse: int = 0) -> AsyncIterator[Listener]:
    listener = Listener(refuse)
    server = await asyncio.start_server(listener.answer, "127.0.0.1", 0)
    async with server:
        listener.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{HOOK}"
        yield listener
