"""A small site with redirects, a large file and errors."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route


async def hello(request: Request) -> Response:
    return PlainTextResponse(request.headers["host"])


async def hop(request: Request) -> Response:
    left = int(request.path_params["left"])
    return RedirectResponse(f"/hop/{left - 1}" if left else "/hello")


async def inward(_: Request) -> Response:
    return RedirectResponse("http://169.254.169.254/latest/meta-data/")


async def large(_: Request) -> Response:
    async def zeros() -> Any:
        for _ in range(100):
            yield b"\0" * 65536

    return StreamingResponse(zeros(), media_type="image/png")


SITE = Starlette(
    routes=[
        Route("/hello", hello),
        Route("/hop/{left}", hop),
        Route("/inward", inward),
        Route("/large", large),
        Route("/missing", lambda _: PlainTextResponse("no", 404)),
        Route("/busy", lambda _: PlainTextResponse("no", 503)),
    ]
)
