"""The wire to one provider: a client per loop, one pace for all, no second POST, and no key in what comes back."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from email.utils import format_datetime
from time import monotonic
from weakref import WeakKeyDictionary

import httpx

from blocks.http import SINGLE_USE, USER_AGENT, Pace, as_reply, capped_body, direct_transport
from workprint.outcomes import Reply, Request
from workprint.redact import GONE

#: Everything the network and the clock can raise here. `InvalidURL` is no `HTTPError`.
TROUBLE = (httpx.HTTPError, httpx.InvalidURL, TimeoutError)

#: Bytes of one answer that are read. A page of 100 tasks has about 100 KB.
_LONGEST_ANSWER = 8 * 1024 * 1024
#: Characters.
_SHORTEST_KEY = 8


class Wire:
    """Carries requests and brings replies. Seconds throughout; `read_timeout` is for the whole answer."""

    def __init__(
        self, address: str, authorization: str, *, connect_timeout: float, read_timeout: float, per_second: float
    ) -> None:
        self._address = address
        self._authorization = authorization
        self._api_key = authorization.rpartition(" ")[2]
        self._timeout = httpx.Timeout(read_timeout, connect=connect_timeout)
        self._whole = connect_timeout + read_timeout
        self._pace = Pace(per_second)
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()

    async def turn(self) -> None:
        """Wait for our turn at the provider: so many requests a second, of all callers together."""
        await asyncio.sleep(self._pace.wait(monotonic()))

    async def send(self, request: Request) -> Reply:
        """One request, now. Raises one of `TROUBLE`; never sends twice and follows no redirect."""
        async with asyncio.timeout(self._whole), self._stream(request) as response:
            body = await capped_body(response, _LONGEST_ANSWER)
        received = format_datetime(datetime.now(UTC), usegmt=True)
        return as_reply(response, self._without_key(body), received)

    async def aclose(self) -> None:
        """Close the connections of the running loop; another loop's end with it."""
        if client := self._clients.pop(asyncio.get_running_loop(), None):
            await client.aclose()

    def _stream(self, request: Request) -> AbstractAsyncContextManager[httpx.Response]:
        url = f"{self._address}{request.path}"
        more = dict(request.headers)
        whole = None if request.form else request.json
        return self._client().stream(
            request.method, url, json=whole, files=_parts(request), params=request.params or None, headers=more
        )

    def _client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = httpx.AsyncClient(
                transport=_OncePerPost(),
                timeout=self._timeout,
                follow_redirects=False,
                headers={"authorization": self._authorization, "user-agent": USER_AGENT},
            )
        return self._clients[loop]

    def _without_key(self, body: bytes) -> bytes:
        """A provider may repeat a key it does not like; an Ark key looks like any UUID, so only we can tell.

        A word shorter than any real key is left alone: replacing it would break the answer.
        """
        if len(self._api_key) < _SHORTEST_KEY:
            return body
        return body.replace(self._api_key.encode(), GONE.encode())


def _parts(request: Request) -> list[tuple[str, tuple[None, str]]] | None:
    """The parts of a form, none of them a file; None for a request that is no form."""
    if not request.form:
        return None
    values = (request.json or {}).items()
    return [(name, (None, value if isinstance(value, str) else json.dumps(value))) for name, value in values]


class _OncePerPost(httpx.AsyncBaseTransport):
    """Questions share connections; what changes something gets one of its own.

    A kept connection that the server closes at that moment leaves a POST in doubt, and doubt about a paid task is dear.
    """

    def __init__(self) -> None:
        self._shared = direct_transport(httpx.Limits(max_connections=20, max_keepalive_connections=20))
        self._single = direct_transport(SINGLE_USE)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        transport = self._shared if request.method == "GET" else self._single
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self._shared.aclose()
        await self._single.aclose()
