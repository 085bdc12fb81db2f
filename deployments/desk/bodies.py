"""The body of a request: no more of it than allowed, and no longer than allowed."""

import asyncio
from enum import StrEnum

from starlette.requests import ClientDisconnect, Request


class Unread(StrEnum):
    """Why there is no body."""

    OVERSIZED = "oversized"
    SLOW = "slow"
    BROKEN_OFF = "broken_off"


async def read_body(request: Request, most: int, seconds: float) -> bytes | Unread:
    """The whole body, or why not. Of one that is too long nothing is read when it says so, else `most` bytes."""
    # h11 lets nothing but digits through.
    if int(request.headers.get("content-length", 0)) > most:
        return Unread.OVERSIZED
    try:
        async with asyncio.timeout(seconds):
            return await _collect(request, most)
    except TimeoutError:
        return Unread.SLOW
    except ClientDisconnect:
        return Unread.BROKEN_OFF


async def _collect(request: Request, most: int) -> bytes | Unread:
    body = bytearray()
    async for chunk in request.stream():
        if len(body) + len(chunk) > most:
            return Unread.OVERSIZED
        body += chunk
    return bytes(body)
