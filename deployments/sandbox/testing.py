"""A real sandbox for tests and benchmarks: real HTTP on a free port, in a thread of its own."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from deployments.sandbox.faults import Fault
from deployments.sandbox.keys import bearer_key, webhook_secrets
from deployments.sandbox.server import SandboxServer
from deployments.sandbox.settings import SandboxSettings


@cache
def _tls() -> ssl.SSLContext:
    """One for all clients: making it takes tens of milliseconds."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox. `base_url` has no path: each voice has its own prefix, Ark's is /api/v3."""

    base_url: str
    key: str
    home: Path

    @property
    def webhook_secret(self) -> str:
        """What signed voices sign callbacks with: `whsec_` and Base64."""
        return webhook_secrets(self.home).webhook

    async def bill(self) -> dict[str, Any]:
        """What was charged: charges, tokens, amount, currency, sums by currency."""
        bill: dict[str, Any] = await self._json("GET", "/sandbox/bill")
        return bill

    async def tasks(self) -> list[dict[str, Any]]:
        """Every task that ever was, oldest first."""
        items: list[dict[str, Any]] = (await self._json("GET", "/sandbox/tasks"))["items"]
        return items

    async def faults(self, *faults: Fault | dict[str, Any]) -> None:
        """Set these faults in place of all that were set; none takes all away."""
        values = [fault.model_dump(mode="json") if isinstance(fault, Fault) else fault for fault in faults]
        await self._json("PUT", "/sandbox/faults", values)

    async def _json(self, method: str, path: str, body: Sequence[Any] | None = None) -> Any:
        async with httpx.AsyncClient(
            base_url=self.base_url, headers=self.headers, trust_env=False, verify=_tls()
        ) as client:
            reply = await client.request(method, path, json=body)
            reply.raise_for_status()
            return reply.json()

    @property
    def headers(self) -> dict[str, str]:
        """What every request needs."""
        return {"Authorization": f"Bearer {self.key}"}


@contextlib.asynccontextmanager
async def running_sandbox(home: Path, **settings: Any) -> AsyncIterator[Sandbox]:
    """A sandbox over `home`, with a free port and no latency unless `settings` say otherwise.

    Leaving stops it; entering again over the same home is a restart. Raises what kept it from starting.
    """
    chosen = SandboxSettings.model_validate({"port": 0, "latency": 0.0, **settings, "home": home})
    ready = threading.Event()
    server = SandboxServer(chosen, ready.set, alone=False)
    thread = threading.Thread(target=_serve, args=(server, ready), name="sandbox", daemon=True)
    thread.start()
    await asyncio.to_thread(ready.wait)
    try:
        if not server.started:
            raise RuntimeError("the sandbox did not start; its log says why")
        yield Sandbox(server.url, bearer_key(chosen), home)
    finally:
        server.should_exit = True
        await asyncio.to_thread(thread.join)


def _serve(server: SandboxServer, ready: threading.Event) -> None:
    try:
        asyncio.run(server.run_here())
    finally:
        ready.set()
