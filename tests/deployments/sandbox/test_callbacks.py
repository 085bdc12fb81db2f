"""Callbacks out, received by a real server."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployments.sandbox.testing import running_sandbox
from tests.deployments.sandbox.client import Client, text_body


@dataclass
class Listener:
    """A small HTTP server that writes down what it is told, and answers the first calls with `refuse` errors."""

    refuse: int = 0
    url: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split()[0])
        self.heard.append(json.loads(await reader.readexactly(length)))
        self.news.set()
        refused = self.heard[-1]["status"] == "succeeded" and self.refuse > 0
        self.refuse -= refused
        status = b"503 Busy" if refused else b"204 No Content"
        writer.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def until_heard(self, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(30):
            while len(self.heard) < count:
                self.news.clear()
                await self.news.wait()
        return self.heard


@contextlib.asynccontextmanager
async def listening(refuse: int = 0) -> AsyncIterator[Listener]:
    listener = Listener(refuse)
    server = await asyncio.start_server(listener.answer, "127.0.0.1", 0)
    async with server:
        listener.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook/secret"
        yield listener


async def test_every_change_is_told_in_order(quick: Client) -> None:
    """The callbacks are the task object itself: queued, running, succeeded with the link."""
    async with listening() as listener:
        task = await quick.ended(text_body(callback_url=listener.url))
        heard = await listener.until_heard(3)
    assert [body["status"] for body in heard] == ["queued", "running", "succeeded"]
    assert task == heard[-1]


async def test_the_last_word_is_said_again_until_heard(quick: Client) -> None:
    """A success that is not answered well is sent up to three times more."""
    async with listening(refuse=2) as listener:
        await quick.ended(text_body(callback_url=listener.url))
        heard = await listener.until_heard(5)
    assert ["queued", "running", *["succeeded"] * 3] == [body["status"] for body in heard]


async def test_nobody_listening_harms_nothing(tmp_path: Path) -> None:
    """A callback address that answers nothing does not hold up the task."""
    async with running_sandbox(tmp_path, fixed="50kB") as sandbox, Client(sandbox) as client:
        task = await client.ended(text_body(callback_url="http://127.0.0.1:9/none"))
    assert task["status"] == "succeeded"
