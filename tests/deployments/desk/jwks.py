"""A provider that publishes its keys, on loopback, and can be told not to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tests.blocks.loopback import serving

PATH = "/.well-known/jwks.json"


class Publisher:
    """Answers with `document`, or with `status` alone, and counts."""

    def __init__(self, document: bytes) -> None:
        self.document = document
        self.status = 200
        self.elsewhere = ""
        self.asked = 0
        self.url = ""

    async def answer(self, _: Request) -> Response:
        """The document as it is now."""
        self.asked += 1
        if self.elsewhere:
            return RedirectResponse(self.elsewhere)
        return Response(self.document if self.status == 200 else b"", self.status, media_type="application/json")


@asynccontextmanager
async def publishing(document: bytes) -> AsyncIterator[Publisher]:
    """A server of this document; its `url` is the JWKS's."""
    publisher = Publisher(document)
    async with serving(Starlette(routes=[Route(PATH, publisher.answer)])) as url:
        publisher.url = url + PATH
        yield publisher
