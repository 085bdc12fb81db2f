"""A provider's file server, over real HTTP, that behaves and misbehaves by path."""

import hashlib
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def film(size: int) -> bytes:
    """Bytes that begin like an MP4 file; the same for the same size."""
    return (b"\x00\x00\x00\x18ftypisom" + random.Random(size).randbytes(max(0, size - 12)))[:size]  # noqa: S311 - a film, no secret


def sha256(body: bytes) -> str:
    """In hex."""
    return hashlib.sha256(body).hexdigest()


class LinkServer(ThreadingHTTPServer):
    """`/film/N`, `/chunked/N`, `/short/N`, `/reset/N`, `/held/N`, `/status/N`, `/empty`, `/page`, `/typed/TYPE`, ..."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        #: `/held/N` sends half, sets `half_sent`, and goes on when `go_on` is set.
        self.half_sent = threading.Event()
        self.go_on = threading.Event()
        #: What was asked for, in order: path with query, and the headers.
        self.seen: list[tuple[str, dict[str, str]]] = []

    def url(self, path: str) -> str:
        """The link to a path."""
        return f"http://127.0.0.1:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: LinkServer

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        _, name, *rest = self.path.split("?")[0].split("/")
        handlers: dict[str, Callable[..., None]] = {
            "film": self._film,
            "chunked": self._chunked,
            "short": self._short,
            "held": self._held,
            "status": lambda code: self._answer(int(code), "text/plain", b"no"),
            "empty": lambda: self._answer(200, "video/mp4", b""),
            "page": lambda: self._answer(200, "video/mp4", b"<!doctype html><p>Sign in"),
            "untyped": lambda size: self._answer(200, "application/octet-stream", film(int(size))),
            "zip": lambda: self._answer(200, "application/zip", b"PK\x03\x04 not a film"),
            "packed": lambda: self._answer(200, "video/mp4", film(100), **{"Content-Encoding": "gzip"}),
            "to": lambda *path: self._answer(302, "text/plain", b"", Location="/" + "/".join(path)),
            "loop": lambda: self._answer(302, "text/plain", b"", Location="/loop"),
            "elsewhere": lambda port: self._answer(302, "", b"", Location=f"http://127.0.0.1:{port}/film/100"),
            "inside": lambda: self._answer(302, "", b"", Location="http://169.254.169.254/latest/meta-data"),
        }
        handlers[name](*rest)

    def _answer(self, status: int, media_type: str, body: bytes, **headers: str) -> None:
        self._begin(status, media_type, len(body), **headers)
        self.wfile.write(body)

    def _begin(self, status: int, media_type: str, length: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _film(self, size: str) -> None:
        self._answer(200, "video/mp4", film(int(size)))

    def _chunked(self, size: str) -> None:
        """No length: HTTP/1.0, the end of the connection is the end of the file."""
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.end_headers()
        self.wfile.write(film(int(size)))

    def _short(self, size: str) -> None:
        self._begin(200, "video/mp4", int(size))
        self.wfile.write(film(int(size))[: int(size) // 2])

    def _held(self, size: str) -> None:
        body = film(int(size))
        self._begin(200, "video/mp4", len(body))
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        self.server.half_sent.set()
        self.server.go_on.wait(30)
        self.wfile.write(body[len(body) // 2 :])

    def handle_one_request(self) -> None:
        """A client that hangs up is what some tests are about."""
        try:
            super().handle_one_request()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def link_server() -> Iterator[LinkServer]:
    """A running server, stopped at the end."""
    server = LinkServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()
