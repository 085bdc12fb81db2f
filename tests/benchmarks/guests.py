"""Guests of the screening room as a load: each a browser's worth of requests over one kept connection.

Raw sockets and regular expressions, because the load shares the machine with what it measures. What a browser keeps
is kept here: an answer with a life is not asked for again before it is over, one with an ETag is asked about.
"""

import asyncio
import json
import random
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

#: Seconds between two reports of what plays, and reports between two looks at the page.
REPORT, REPORTS = 4.0, 5
#: The share of looks at the page that end with a comment.
COMMENTS = 0.1
_COOKIE = re.compile(rb"set-cookie: (__Host-workprint=[^;]+)", re.IGNORECASE)
_FIELD = re.compile(rb'name="csrf" value="([^"]+)"')
_WORD = re.compile(rb'data-csrf="([^"]+)"')
_STATIC = re.compile(rb'(?:href|src)="(/room/static/[^"]+)"')
_IMPORT = re.compile(rb'from "\./([\w.]+)"')
_FILM = re.compile(rb'src="(/room/[^"]+/film/[^"]+)"')
_SCENE = re.compile(rb"<section ")
_SLIDE = re.compile(
    rb'data-variant="([^"]+)".*?data-take="(\d+)".*?data-sha="([0-9a-f]{64})" data-length="([\d.]+)"', re.S
)


@dataclass
class Log:
    """What was asked and answered so far."""

    #: Seconds of each answer, by kind of request.
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    #: Answers that were not what a guest may expect: kind and status, or what became of the connection.
    errors: Counter[str] = field(default_factory=Counter)


@dataclass
class Connection:
    """One kept connection to the desk, made anew when the desk has closed it."""

    base_url: str
    log: Log
    headers: str = ""
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, kind: str, path: str, *, expected: int = 200, more: str = "", body: bytes | None = None
    ) -> tuple[bytes, bytes]:
        """Head and body of the answer; both empty when it was another one than expected."""
        host = urlsplit(self.base_url).netloc
        method, length = ("GET", "") if body is None else ("POST", f"Content-Length: {len(body)}\r\n")
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{self.headers}{more}{length}\r\n"
        began = time.perf_counter()
        try:
            answer = await self._exchange(head.encode() + (body or b""))
        except (OSError, EOFError) as error:
            self._streams = None
            answer = f"HTTP/1.1 {type(error).__name__}".encode(), b""
        self.log.took[kind].append(time.perf_counter() - began)
        if (status := answer[0].split(b" ", 2)[1].decode()) not in {str(expected), "304"}:
            self.log.errors[f"{kind}: {status}"] += 1
            return b"", b""
        return answer

    async def _exchange(self, request: bytes) -> tuple[bytes, bytes]:
        """A kept connection that the desk had closed meanwhile is none: the request goes out over a new one."""
        kept = self._streams is not None
        reader, writer = await self._opened()
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            if not kept or getattr(error, "partial", b""):
                raise
            self._streams = None
            return await self._exchange(request)
        return head, await reader.readexactly(_length(head))

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None or self._streams[0].at_eof():
            self.close()
            place = urlsplit(self.base_url)
            self._streams = await asyncio.open_connection(place.hostname, place.port)
        return self._streams

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _length(head: bytes) -> int:
    found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return int(found[1]) if found and b" 304 " not in head[:16] else 0


@dataclass
class Guest:
    """One person with a personal link and a browser."""

    link: str
    campaign_id: str
    connection: Connection
    #: Until when an address need not be asked for again, and what to ask about it then.
    _kept: dict[str, tuple[float, str]] = field(default_factory=dict)
    #: The modules that a module names.
    _modules: dict[str, list[str]] = field(default_factory=dict)
    _word: str = ""

    async def enter(self) -> None:
        """Open the link and press the button."""
        path = urlsplit(self.link).path
        self.connection.headers = "Accept-Language: en\r\nUser-Agent: bench\r\n"
        _, page = await self.connection.ask("entering", path)
        form = b"csrf=" + (_FIELD.search(page) or [b"", b""])[1]
        more = "Content-Type: application/x-www-form-urlencoded\r\n"
        head, _ = await self.connection.ask("entering", path, expected=303, more=more, body=form)
        if cookie := _COOKIE.search(head):
            self.connection.headers += f"Cookie: {cookie[1].decode()}\r\n"

    async def look(self) -> bytes:
        """The page, and what a browser loads with it. Returns the page."""
        _, page = await self.connection.ask("page", f"/room/{self.campaign_id}")
        self._word = (_WORD.search(page) or [b"", b""])[1].decode()
        wanted = _found(_STATIC, page)
        for address in wanted:
            wanted += [module for module in await self._imported(address) if module not in wanted]
        for address in _found(_FILM, page):
            await self._load("film", address, expected=302)
        return page

    async def stay(self, page: bytes) -> None:
        """Play one scene after the other, and perhaps say something."""
        scenes = [_SLIDE.findall(scene) for scene in _SCENE.split(page)[1:]]
        for slide in [slide for scene in scenes for slide in scene]:
            await self._report(slide, 0.0)
        for number in range(REPORTS if scenes else 0):
            await asyncio.sleep(REPORT * random.uniform(0.9, 1.1))  # noqa: S311 - a moment, not a secret
            for slide in scenes[number % len(scenes)]:
                await self._report(slide, float(slide[3]))
        if scenes and random.random() < COMMENTS:  # noqa: S311
            await self._comment(random.choice(scenes[0]))  # noqa: S311

    async def _imported(self, address: str) -> list[str]:
        """Load a static file. Returns the modules that it names: they lie beside it."""
        if body := await self._load("static file", address):
            self._modules[address] = [f"{address.rpartition('/')[0]}/{name}" for name in _found(_IMPORT, body)]
        return self._modules.get(address, [])

    async def _load(self, kind: str, address: str, expected: int = 200) -> bytes:
        until, tag = self._kept.get(address, (0.0, ""))
        if until > time.monotonic():
            return b""
        more = f"If-None-Match: {tag}\r\n" if tag else ""
        head, body = await self.connection.ask(kind, address, expected=expected, more=more)
        life = re.search(rb"max-age=(\d+)", head)
        named = re.search(rb"etag: (\S+)", head, re.IGNORECASE)
        self._kept[address] = (time.monotonic() + float(life[1] if life else 0), named[1].decode() if named else "")
        return body

    async def _report(self, slide: tuple[bytes, ...], seconds: float) -> None:
        stretches = [[0.0, seconds]] if seconds else []
        await self._send("watched", 200, {"draft": slide[2].decode(), "stretches": stretches})

    async def _comment(self, slide: tuple[bytes, ...]) -> None:
        variant, take, draft = slide[0].decode(), int(slide[1]), slide[2].decode()
        said = {"variant": variant, "take": take, "draft": draft, "text": "less steam", "second": 1.5, "region": None}
        await self._send("comment", 201, {**said, "nonce": str(time.time_ns())}, "comments")

    async def _send(self, kind: str, expected: int, said: object, place: str = "") -> None:
        path, more = f"/room/{self.campaign_id}/{place or kind}", f"X-Workprint-CSRF: {self._word}\r\n"
        more += "Content-Type: application/json\r\n"
        await self.connection.ask(kind, path, expected=expected, more=more, body=json.dumps(said).encode())


def _found(pattern: re.Pattern[bytes], text: bytes) -> list[str]:
    """What the pattern finds, each once, in order."""
    return list(dict.fromkeys(found.decode() for found in pattern.findall(text)))
