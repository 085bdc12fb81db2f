"""A relay in front of the sandbox that changes what passes through it: what the kit must find out."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.conform.stage import sandboxed
from deployments.conform.subject import Habits, Subject, quick
from tests.blocks.loopback import serving

Spoil = Callable[[Request, httpx.Response], Response]
_METHODS = ["GET", "POST", "DELETE", "PUT"]
#: The connection's own business (RFC 9110, section 7.6.1), and what a changed body makes untrue.
_OWN = {"connection", "transfer-encoding", "content-length", "date", "server"}


def passed(reply: httpx.Response, content: bytes | None = None, status: int | None = None) -> Response:
    """The reply as it came, with another body or status where given."""
    headers = {name: value for name, value in reply.headers.items() if name.lower() not in _OWN}
    return Response(reply.content if content is None else content, status or reply.status_code, headers)


@asynccontextmanager
async def relayed(dialect: str, spoil: Spoil, *, times: int = 1, patience: float = 20.0) -> AsyncIterator[Subject]:
    """The sandbox behind a relay that sends each request `times` times and spoils the answers.

    `patience`: seconds that a check waits for what may never come.
    """
    async with sandboxed(dialect, None) as subject, httpx.AsyncClient(trust_env=False, timeout=60) as client:

        async def through(request: Request) -> Response:
            url = f"{subject.account.base_url}{request.url.path}?{request.url.query}"
            headers = {name: value for name, value in request.headers.items() if name not in {"host", *_OWN}}
            body = await request.body()
            for _ in range(times):
                reply = await client.request(request.method, url, headers=headers, content=body)
            return spoil(request, reply)

        async with serving(Starlette(routes=[Route("/{path:path}", through, methods=_METHODS)])) as url:
            account = replace(subject.account, base_url=url)
            async with quick(account, allow_private_network=True) as provider:
                yield replace(subject, account=account, provider=provider, habits=Habits(patience=patience))
