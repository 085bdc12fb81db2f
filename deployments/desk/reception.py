"""Callbacks in: committed, then answered."""

import asyncio
import json
import logging
import time
from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response

from blocks.ledger import Ledger
from deployments.desk.bodies import Unread, read_body
from deployments.desk.counters import UNPROVEN, Counters
from deployments.desk.settings import DeskSettings
from deployments.desk.signing import Signatures
from workprint.callbacks import LONGEST_BODY, Kept, Receipt, challenge, kept_headers
from workprint.errors import FetchFailed, LedgerError
from workprint.signatures.verifying import Verdict

logger = logging.getLogger(__name__)
#: Seconds after which a provider may call again.
RETRY_AFTER = "5"


class Unkept(StrEnum):
    """Why a callback that came whole was not kept: the provider shall call again."""

    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    #: The provider's own keys cannot be had now: nobody can say whether it is the provider's.
    UNVERIFIABLE = "unverifiable"


@dataclass(frozen=True, slots=True)
class _Answer:
    outcome: Receipt | Unread | Unkept
    status: int
    provider: str = UNPROVEN
    content: bytes = b"{}"

    def response(self) -> Response:
        """What was not read to its end leaves a connection nobody can use again."""
        headers = {"connection": "close"} if isinstance(self.outcome, Unread) else {}
        if self.status == 503:
            headers["retry-after"] = RETRY_AFTER
        return Response(self.content, self.status, headers, "application/json")


_UNREAD = {Unread.OVERSIZED: 413, Unread.SLOW: 408, Unread.BROKEN_OFF: 400}
_KEPT = {
    Receipt.NUDGE: 200,
    Receipt.DUPLICATE: 200,
    Receipt.MALFORMED: 200,
    Receipt.FORGED: 404,
    Receipt.WRONG_PROVIDER: 404,
    Receipt.BAD_SIGNATURE: 401,
}


class Reception:
    """Takes callbacks in, a bounded number at once."""

    def __init__(self, ledger: Ledger, settings: DeskSettings, counters: Counters) -> None:
        self._ledger = ledger
        self._settings = settings
        self._counters = counters
        self._signatures = Signatures(settings)
        self._inside = 0

    async def receive(self, request: Request) -> Response:
        """Answer one callback, and count it."""
        answer = await self._admitted(request)
        self._counters.count(answer.provider, answer.outcome)
        return answer.response()

    async def _admitted(self, request: Request) -> _Answer:
        if self._inside >= self._settings.most_at_once:
            return _Answer(Unkept.BUSY, 503)
        self._inside += 1
        try:
            return await self._answered(request)
        finally:
            self._inside -= 1

    async def _answered(self, request: Request) -> _Answer:
        body = await read_body(request, LONGEST_BODY, self._settings.body_seconds)
        if isinstance(body, Unread):
            return _Answer(body, _UNREAD[body])
        began = time.perf_counter()
        answer = await self._verified(request, body)
        self._counters.answers.observe(time.perf_counter() - began)
        return answer

    async def _verified(self, request: Request, body: bytes) -> _Answer:
        provider = request.path_params["provider"]
        try:
            verdict = await self._signatures.verdict(provider, request.headers.items(), body)
        except FetchFailed:
            # Said once, by whoever asked. Only providers with keys come here, so the name is one of ours.
            return _Answer(Unkept.UNVERIFIABLE, 503, provider)
        return await self._committed(request, body, verdict)

    async def _committed(self, request: Request, body: bytes, verdict: Verdict | None) -> _Answer:
        try:
            async with asyncio.timeout(self._settings.commit_seconds):
                kept = await self._kept(request, body, verdict)
        except (LedgerError, TimeoutError) as error:
            logger.warning("callback_not_kept %s", error if str(error) else "the ledger did not commit in time")
            return _Answer(Unkept.UNAVAILABLE, 503)
        return _judged(kept, request.path_params["provider"], body, verdict)

    async def _kept(self, request: Request, body: bytes, verdict: Verdict | None) -> Kept:
        provider, token = request.path_params["provider"], request.path_params["token"]
        headers = kept_headers(request.headers.items(), token)
        signed = None if verdict is None else verdict.fits
        return await self._ledger.inbox.receive(provider, token, headers, body, signed=signed)


def _judged(kept: Kept, provider: str, body: bytes, verdict: Verdict | None) -> _Answer:
    status = _KEPT[kept.receipt]
    if kept.receipt is Receipt.BAD_SIGNATURE:
        # The token is a render's of this provider: a wrong secret or clock is likelier than a forger.
        logger.warning("callback_badly_signed provider=%s verdict=%s", provider, verdict)
        return _Answer(kept.receipt, status, provider)
    if status != 200:
        return _Answer(kept.receipt, status)
    return _Answer(kept.receipt, status, provider, _echo(body))


def _echo(body: bytes) -> bytes:
    """MiniMax believes an address that says its word back; it is sent to our own address, so the token was right."""
    if b"challenge" not in body:
        return b"{}"
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return b"{}"
    word = challenge(found) if isinstance(found, dict) else None
    return json.dumps({"challenge": word}).encode() if word else b"{}"
