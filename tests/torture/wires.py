"""A wire: a TCP proxy between two processes, which is cut at a chosen moment, or keeps silent, or answers itself.

A turn begins when the near side (whoever connects) speaks after the far side has spoken, or first: it is one request of
HTTP, or one question of PostgreSQL. Turns are counted over all connections since the wire was armed, and the fault
strikes at the chosen one. A cut resets every connection of the wire, and the next few at once.
"""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

_CHUNK = 65536
_CONTINUE = b"HTTP/1.1 100 "
#: SO_LINGER with no time at all: closing sends a reset.
_RESET = struct.pack("ii", 1, 0)
#: Connections after a cut that are reset as soon as they are made.
_AFTERWARDS = 2
#: Seconds a slow answer is held back.
HOLD = 2.0


class How(StrEnum):
    """What happens to the chosen turn."""

    REQUEST_LOST = "cut before the request"
    ANSWER_LOST = "cut before the answer"
    ANSWER_TORN = "cut within the answer"
    SILENCE = "the answer is swallowed"
    SLOW = "the answer is slow"
    ERROR = "500"
    SLOW_DOWN = "503 SlowDown"


_SAID = {
    How.ERROR: ("500 Internal Server Error", "InternalError"),
    How.SLOW_DOWN: ("503 Slow Down", "SlowDown"),
}


@dataclass(slots=True, eq=False)
class _Talk:
    """One connection and its other half."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    near_spoke: bool = False
    struck: How | None = None

    def end(self, *, reset: bool) -> None:
        for writer in (self.near, self.far):
            if reset:
                _will_reset(writer)
                writer.transport.abort()
            else:
                writer.close()


@dataclass(slots=True)
class Wire:
    """One link of one campaign."""

    host: str
    port: int
    turns: int = 0
    struck_at: float | None = None
    _how: How | None = None
    _turn: int = 0
    _refusing: int = 0
    _talks: set[_Talk] = field(default_factory=set)

    def arm(self, how: How | None, turn: int) -> None:
        """Count from here; strike at this turn unless it has struck before."""
        self.turns = 0
        self._how, self._turn = (None if self.struck_at else how), turn

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        if self._refusing:
            self._refusing -= 1
            _will_reset(writer)
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(self.host, self.port)
        except OSError:
            writer.transport.abort()
            return
        await self._carry(_Talk(writer, far_writer), reader, far_reader)

    async def _carry(self, talk: _Talk, near: asyncio.StreamReader, far: asyncio.StreamReader) -> None:
        self._talks.add(talk)
        pumps = [asyncio.create_task(self._up(talk, near)), asyncio.create_task(self._down(talk, far))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self._talks.discard(talk)
            talk.end(reset=False)

    async def _up(self, talk: _Talk, near: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while data := await near.read(_CHUNK):
                if not talk.near_spoke:
                    talk.near_spoke, talk.struck = True, self._next_turn()
                if talk.struck in _SAID:
                    return await _answer(talk.near, talk.struck)
                if talk.struck is How.REQUEST_LOST:
                    return self._cut()
                talk.far.write(data)
                await talk.far.drain()
        return None

    async def _down(self, talk: _Talk, far: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while data := await far.read(_CHUNK):
                if data.startswith(_CONTINUE):
                    # Not an answer yet. Torn here, botocore 1.43 reads an ended connection for ever (_consume_headers).
                    talk.near.write(data)
                    continue
                talk.near_spoke = False
                if talk.struck is How.SILENCE:
                    continue
                if talk.struck is How.ANSWER_LOST:
                    return self._cut()
                if talk.struck is How.ANSWER_TORN:
                    talk.near.write(data[: len(data) // 2])
                    await talk.near.drain()
                    await asyncio.sleep(0)
                    return self._cut(gently=talk)
                if talk.struck is How.SLOW:
                    talk.struck = None
                    await asyncio.sleep(HOLD)
                talk.near.write(data)
                await talk.near.drain()
        return None

    def _next_turn(self) -> How | None:
        self.turns += 1
        if self._how is None or self.turns != self._turn:
            return None
        self.struck_at = time.monotonic()
        return self._how

    def _cut(self, gently: _Talk | None = None) -> None:
        """`gently`: what was already written to this one still arrives."""
        self._refusing = _AFTERWARDS
        for talk in list(self._talks):
            talk.end(reset=talk is not gently)


@asynccontextmanager
async def wire(host: str, port: int) -> AsyncIterator[tuple[Wire, int]]:
    """A wire to this address, and the port it is reached by."""
    made = Wire(host, port)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    try:
        yield made, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for talk in list(made._talks):
            talk.end(reset=True)
        await server.wait_closed()


async def _answer(near: asyncio.StreamWriter, how: How) -> None:
    """What an S3 server in trouble says itself, and closes."""
    status, code = _SAID[how]
    body = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>torture</Message></Error>'
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n"
    near.write(f"{head}Connection: close\r\n\r\n{body}".encode())
    await near.drain()


def _will_reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
