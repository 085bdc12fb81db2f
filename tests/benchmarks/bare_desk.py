"""The bare desk: what somebody writes in ten minutes to keep callbacks. The yardstick of `tests.benchmarks.callbacks`.

`python -m tests.benchmarks.bare_desk` reads WORKPRINT_LEDGER_URL and prints its address when it serves.
"""

import asyncio
import hashlib
import os
import secrets
import socket
from datetime import UTC, datetime

import uvicorn
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from blocks.ledger.engine import connect, database_url, writing
from blocks.ledger.schema_money import callbacks


def application(engine: AsyncEngine) -> Starlette:
    """One INSERT and one commit for each request."""

    async def keep(request: Request) -> Response:
        body = await request.body()
        now = datetime.now(UTC)
        row = {
            "id": f"cb_{secrets.token_hex(16)}",
            "received_at": now,
            "provider": request.path_params["provider"],
            "token_hash": hashlib.sha256(request.path_params["token"].encode()).hexdigest(),
            "headers": dict(request.headers),
            "body": body.decode(),
            "size": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "verified": False,
            "render_id": None,
            "outcome": "kept",
            "handled_at": now,
        }
        async with writing(engine) as connection:
            await connection.execute(insert(callbacks).values(row))
        return JSONResponse({})

    return Starlette(routes=[Route("/callbacks/{provider}/{token}", keep, methods=["POST"])])


async def _engine(url: str) -> AsyncEngine:
    """The ledger's driver and size of pool, but no question before each use whether the connection still lives."""
    if url.startswith("sqlite"):
        return await connect(url)
    return create_async_engine(database_url(url), pool_size=4, max_overflow=4)


async def main() -> None:
    """Serve until told to stop."""
    engine = await _engine(os.environ["WORKPRINT_LEDGER_URL"])
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application(engine), http="h11", loop="asyncio", lifespan="off", ws="none", access_log=False, log_level="error"
    )
    print(f"bare desk ready on http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    await uvicorn.Server(config).serve(sockets=[listening])
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main())
