"""A server whose handlers can drop the connection they answer: some faults are exactly that."""

import asyncio
from contextlib import suppress
from typing import Any, cast

from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol


class DroppableProtocol(H11Protocol):
    """Keeps every open connection in the application's state, by the client's address."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember it."""
        super().connection_made(transport)
        self._open()[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._open().pop(self.client, None)
        super().connection_lost(exc)

    def _open(self) -> dict[Any, asyncio.Transport]:
        return cast("dict[Any, asyncio.Transport]", self.app_state.setdefault("connections", {}))


async def drop(request: Request) -> None:
    """Break the connection of a request, without another byte; returns once it is broken."""
    client = request.client
    transport = request.state.connections.get(tuple(client) if client else None)
    if transport is not None:
        transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def wait(request: Request, seconds: float) -> None:
    """Let the client wait that long. A sandbox that stops breaks the connection at once."""
    with suppress(TimeoutError):
        await asyncio.wait_for(request.state.stopping.wait(), seconds)
        await drop(request)


async def hold(request: Request, seconds: float) -> None:
    """Let the client wait that long, then break its connection. A sandbox that stops breaks it at once."""
    await wait(request, seconds)
    await drop(request)
