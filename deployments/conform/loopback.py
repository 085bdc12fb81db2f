"""Small servers of our own: one that takes callbacks in, and ones that answer a provider's client as they like."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Heard:
    """One request, and the status it was answered with. Header names are lower case."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int = 0

    def header(self, name: str) -> str:
        """The first value of a header; empty without one."""
        return next((value for found, value in self.headers if found == name), "")


@dataclass(frozen=True, slots=True)
class Said:
    """One answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()


Answer = Callable[[Heard], Said]
#: Bytes of a body that are read; the sandbox's oversized callbacks are larger.
_LONGEST = 4 * 1024 * 1024
#: Bytes of a head.
_LONGEST_HEAD = 64 * 1024


@dataclass
class Listener:
    """Everything a loopback server was asked, in order. `url` has no path."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def of(self, path: str) -> list[Heard]:
        """What came to one path."""
        return [one for one in self.heard if one.path == path]

    async def until(self, enough: Callable[[], bool], seconds: float) -> None:
        """Return once it holds. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(enough)

    async def add(self, one: Heard) -> None:
        """Write one request down."""
        async with self._news:
            self.heard.append(one)
            self._news.notify_all()


@contextlib.asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[Listener]:
    """A server on a free port of loopback for as long as the context lasts; one request a connection."""
    listener = Listener()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            one = await _read(reader)
            said = answer(one)
            await listener.add(replace(one, status=said.status))
            writer.write(_written(said))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client went away, or speaks no HTTP
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, limit=_LONGEST_HEAD)
    listener.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield listener
    finally:
        server.close()


async def free_address() -> str:
    """An address of loopback where nobody listens."""
    async with serving(lambda _: Said()) as listener:
        return listener.url


async def _read(reader: asyncio.StreamReader) -> Heard:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)
    method, path, _ = first.split(" ", 2)
    one = Heard(method, path, headers, b"")
    length = min(int(one.header("content-length") or "0"), _LONGEST)
    return replace(one, body=await reader.readexactly(length))


def _written(said: Said) -> bytes:
    lines = [f"HTTP/1.1 {said.status} Answer", "connection: close", f"content-length: {len(said.body)}"]
    lines += [f"{name}: {value}" for name, value in said.headers]
    return "\r\n".join((*lines, "", "")).encode() + said.body
