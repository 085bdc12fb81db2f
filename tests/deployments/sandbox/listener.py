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
    """A small HTTP server; it answers the first successes with `refuse` errors, and a challenge with itself."""

    refuse: int = 0
    url: str = ""
    #: The bodies that were JSON objects.
    heard: list[dict[str, Any]] = field(default_factory=list)
    #: Every call: path, body, and when (`time.time`).
    calls: list[tuple[str, bytes, float]] = field(default_factory=list)
    #: The headers of every call.
    headers: list[list[tuple[str, str]]] = field(default_factory=list)
    #: Challenges, which are no calls.
    challenges: list[bytes] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    #: Calls that are being answered.
    busy: set[asyncio.Task[None]] = field(default_factory=set)

    def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._answer(reader, writer))
        self.busy.add(task)
        task.add_done_callback(self.busy.discard)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._hear(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().partition("content-length:")[2].split()[0])
        body = await reader.readexactly(length)
        if body.startswith(b'{"challenge":'):
            self.challenges.append(body)
            await self._say(writer, b"200 OK", body)
            return
        self.calls.append((head.split()[1], body, time.time()))
        self.headers.append([(name, value) for name, _, value in _fields(head)])
        with contextlib.suppress(ValueError):
            self.heard.append(json.loads(body))
        self.news.set()
        refused = b'"succeeded"' in body and self.refuse > 0
        self.refuse -= refused
        await self._say(writer, b"503 Busy" if refused else b"204 No Content")

    async def _say(self, writer: asyncio.StreamWriter, status: bytes, body: bytes = b"") -> None:
        length = str(len(body)).encode()
        writer.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: " + length + b"\r\n\r\n" + body)
        await writer.drain()

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


def _fields(head: str) -> list[tuple[str, str, str]]:
    """The header lines: name, colon, value."""
    return [line.partition(": ") for line in head.split("\r\n")[1:] if line]


@contextlib.asynccontextmanager
async def listening(refuse: int = 0) -> AsyncIterator[Listener]:
    listener = Listener(refuse)
    server = await asyncio.start_server(listener.take, "127.0.0.1", 0)
    async with server:
        listener.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{HOOK}"
        yield listener
    await asyncio.gather(*listener.busy)
