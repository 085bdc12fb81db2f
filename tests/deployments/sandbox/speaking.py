"""A block of any dialect before its voice in the sandbox, what to ask it for, and a desk that keeps all headers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox
from deployments.sandbox.voices import VOICES
from tests.blocks.loopback import serving
from tests.workprint.dialects.cases import DRAFT
from workprint.brief import Role
from workprint.outcomes import Accepted, Observation
from workprint.spec import FrozenReference, Spec
from workprint.states import TERMINAL, RenderState

#: Seconds. Longer than anything here takes on a slow machine.
PATIENCE = 30.0
#: Nothing more happens at the provider.
ENDED = tuple(TERMINAL | {RenderState.SUCCEEDED})


def speaking(sandbox: Sandbox, dialect: str, model: str, *, key: str | None = None) -> VideoProvider:
    """The block of a dialect at the prefix of its voice."""
    return VideoProvider(
        dialect=dialect,
        base_url=sandbox.base_url,
        path_prefix=VOICES[dialect].prefix,
        api_key=SecretStr(key or sandbox.key),
        model=model,
        requests_per_second=1000,
        allow_private_network=True,
    )


def wished(block: VideoProvider, **changes: Any) -> Spec:
    """The kettle at the block's model."""
    return replace(DRAFT, provider=block.dialect, model=block.model, native=False, **changes)


async def accepted(block: VideoProvider, spec: Spec, media: dict[str, str] | None = None, **more: Any) -> str:
    """The id of a task that was made."""
    outcome = await block.submit(spec, media or {}, client_ref="wp-rnd_1", **more)
    assert isinstance(outcome, Accepted), outcome
    return outcome.task_id


def pictures(roles: Iterable[Role], url: str) -> tuple[tuple[FrozenReference, ...], dict[str, str]]:
    """References of these roles, all of them the same picture, and where each is read."""
    references = tuple(FrozenReference(role, f"{n}" * 64, "image/png", 1, "k", "s") for n, role in enumerate(roles))
    return references, dict.fromkeys((reference.sha256 for reference in references), url)


async def until(block: VideoProvider, task_id: str, *states: RenderState) -> Observation:
    """The first answer that says one of these states."""
    async with asyncio.timeout(PATIENCE):
        while True:
            seen = await block.check(task_id)
            if isinstance(seen, Observation) and seen.state in states:
                return seen
            await asyncio.sleep(0.02)


@dataclass
class Desk:
    """A real HTTP server that keeps what it is sent, headers and all."""

    url: str = ""
    letters: list[tuple[list[tuple[str, str]], bytes]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: Request) -> Response:
        """Keep one letter."""
        self.letters.append((request.headers.items(), await request.body()))
        self.news.set()
        return Response(status_code=204)

    async def letter(self) -> tuple[list[tuple[str, str]], bytes]:
        """The first letter, when it has come."""
        async with asyncio.timeout(PATIENCE):
            await self.news.wait()
        return self.letters[0]


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    """A desk at an address of its own."""
    kept = Desk()
    take: Callable[[Request], Awaitable[Response]] = kept.take
    async with serving(Starlette(routes=[Route("/callbacks/{rest:path}", take, methods=["POST"])])) as url:
        kept.url = f"{url}/callbacks/block/t0ken"
        yield kept
