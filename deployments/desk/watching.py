"""Health and metrics."""

import asyncio
import hmac
import logging
import time
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from blocks.ledger import Ledger
from deployments.desk.counters import Counters
from deployments.desk.exposition import CONTENT_TYPE, Family, Sample, exposition, gauge
from deployments.desk.metrics import ledger_families, own_families
from deployments.desk.settings import DeskSettings
from workprint.errors import LedgerError

logger = logging.getLogger(__name__)
#: Seconds one look at the ledger stays true for everybody who asks for health: anybody may.
FRESH = 1.0
#: Headers by which a proxy says that it asks for somebody else.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class Watching:
    """Answers those who watch the service. One look at the ledger at a time: callbacks come first."""

    def __init__(self, ledger: Ledger, settings: DeskSettings, counters: Counters) -> None:
        self._ledger = ledger
        self._settings = settings
        self._counters = counters
        self._one_at_a_time = asyncio.Lock()
        self._alive = False
        self._looked_at = -FRESH

    async def health(self, _: Request) -> Response:
        """200 when the ledger answers, else 503. Says no more: anybody may ask."""
        async with self._one_at_a_time:
            if time.monotonic() - self._looked_at >= FRESH:
                self._alive = await self._answers()
                self._looked_at = time.monotonic()
        if self._alive:
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "unavailable"}, 503)

    async def metrics(self, request: Request) -> Response:
        """Prometheus text, for those who may read it."""
        if not self._may_read(request):
            return PlainTextResponse("Unauthorized", 401, {"www-authenticate": "Bearer"})
        async with self._one_at_a_time:
            families = [*own_families(self._counters), *await self._of_the_ledger()]
        return Response(exposition(families), headers={"content-type": CONTENT_TYPE})

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(self._settings.commit_seconds):
                await self._ledger.figures.alive()
        except (LedgerError, TimeoutError):
            return False
        return True

    async def _of_the_ledger(self) -> list[Family]:
        up = "Whether the ledger answered: without it there are only this process's own figures."
        try:
            async with asyncio.timeout(self._settings.commit_seconds):
                found = await self._ledger.figures.snapshot()
        except (LedgerError, TimeoutError) as error:
            logger.warning("figures_not_read %s", error)
            return [gauge("workprint_ledger_up", up, Sample(0))]
        return [gauge("workprint_ledger_up", up, Sample(1)), *ledger_families(found)]

    def _may_read(self, request: Request) -> bool:
        if token := self._settings.metrics_token:
            sent = request.headers.get("authorization", "").encode("latin-1")
            if hmac.compare_digest(sent, f"Bearer {token.get_secret_value()}".encode()):
                return True
        return _is_neighbour(request)


def _is_neighbour(request: Request) -> bool:
    """From this machine, and not through a proxy on it."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    return ip_address(request.client.host).is_loopback
