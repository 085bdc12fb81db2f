"""The process: one uvicorn server around one service."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deployments.sandbox.connections import DroppableProtocol, drop
from deployments.sandbox.instead import Instead
from deployments.sandbox.refusals import Refusal
from deployments.sandbox.routes import ROUTES
from deployments.sandbox.service import Service
from deployments.sandbox.settings import SandboxSettings
from deployments.sandbox.voices import VOICES


async def _refused(request: Request, error: Exception) -> Response:
    """In the words of the voice whose route it is; the house's own routes speak as Ark does."""
    assert isinstance(error, Refusal)  # noqa: S101 - registered for this class only
    said = getattr(request.state, "voice", VOICES["ark"]).refused(error)
    wait = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return JSONResponse(said.body, said.status, {**said.headers, **wait})


async def _instead(request: Request, error: Exception) -> Response:
    assert isinstance(error, Instead)  # noqa: S101 - registered for this class only
    if error.response is None:
        await drop(request)
    return error.response or Response()


def application(settings: SandboxSettings, url: str) -> Starlette:
    """The web application; `url` is how clients reach it. Its service lives as long as the server does."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        service = Service(settings, url)
        service.queue.resume()
        try:
            yield {"service": service, "connections": {}, "stopping": asyncio.Event()}
        finally:
            await service.aclose()

    return Starlette(routes=ROUTES, lifespan=lifespan, exception_handlers={Refusal: _refused, Instead: _instead})


class SandboxServer(uvicorn.Server):
    """Tells when it is ready, and leaves signals to whoever started it when it runs beside other things."""

    def __init__(
        self, settings: SandboxSettings, ready: Callable[[], None] = lambda: None, *, alone: bool = True
    ) -> None:
        self._socket = _listen(settings.host, settings.port)
        self.url = f"http://{settings.host}:{self._socket.getsockname()[1]}"
        self._ready, self._alone = ready, alone
        app = application(settings, settings.public_url.rstrip("/") or self.url)
        super().__init__(
            uvicorn.Config(
                app,
                http=DroppableProtocol,
                ws="none",
                loop="asyncio",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                timeout_graceful_shutdown=1,
                lifespan="on",
            )
        )

    async def run_here(self) -> None:
        """Serve until told to stop."""
        with contextlib.closing(self._socket):
            await self.serve(sockets=[self._socket])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell those who keep a client waiting, so that no request has to be cut off."""
        self.lifespan.state["stopping"].set()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Take SIGINT and SIGTERM only when this is the whole process."""
        if not self._alone:
            yield
            return
        # uvicorn's own sends the signal again after a clean stop, and the exit code would tell of a crash.
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening
