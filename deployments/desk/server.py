"""The process: one uvicorn server around one open ledger."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

import uvicorn

from blocks.ledger import Ledger
from deployments.desk.patience import PatientProtocol
from deployments.desk.routes import application
from deployments.desk.settings import DeskSettings

#: Seconds for callbacks that came whole to be committed and answered after we were told to stop.
LAST_ANSWERS = 4


class DeskServer(uvicorn.Server):
    """Listens from the moment it is made; tells when it serves. Signals are left to whoever started it."""

    def __init__(self, ledger: Ledger, settings: DeskSettings, ready: Callable[[], None] = lambda: None) -> None:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        self._socket = socket.create_server((settings.host, settings.port), family=family)
        # Head and body are two writes: with Nagle's algorithm the second waits for the other side's delayed ACK, 40 ms.
        # asyncio turns it off for sockets that name their protocol; these, and those accepted from them, name none.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        host = f"[{settings.host}]" if family is socket.AF_INET6 else settings.host
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        self._ready = ready
        protocol = partial(PatientProtocol, head_seconds=settings.head_seconds)
        super().__init__(
            uvicorn.Config(
                application(ledger, settings),
                http=cast("Any", protocol),
                ws="none",
                loop="asyncio",
                lifespan="off",
                # Every path holds a token, and what strangers do wrong is counted.
                access_log=False,
                log_config=None,
                log_level="error",
                server_header=False,
                proxy_headers=False,
                limit_concurrency=settings.most_connections,
                timeout_graceful_shutdown=LAST_ANSWERS,
            )
        )

    async def run_here(self) -> None:
        """Serve until `should_exit`; what came whole is committed and answered before this returns."""
        with contextlib.closing(self._socket):
            await self.serve(sockets=[self._socket])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait for nobody who is still sending."""
        for connection in tuple(self.server_state.connections):
            cast("PatientProtocol", connection).hang_up_unfinished()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: uvicorn would raise the signal once more after a clean stop."""
        yield
