"""Signed callbacks, and desks that are told how they are signed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from deployments.desk.callback_keys import Signing
from tests.deployments.desk.desk import BODY, Desk, running_desk
from tests.deployments.desk.jwks import Publisher
from tests.workprint import signers
from tests.workprint.signers import Headers, Signer
from workprint.signatures import Scheme


def by(*accounts: Signer) -> dict[str, Signing]:
    """The sandbox's callbacks are signed by these."""
    return {"sandbox": Signing(accounts[0].scheme, tuple(key for one in accounts for key in one.keys))}


def by_published(publisher: Publisher, *, private: bool = True) -> dict[str, Signing]:
    """The sandbox's callbacks are signed by keys that this server publishes."""
    return {"sandbox": Signing(Scheme.FAL, (), publisher.url, private)}


async def say(desk: Desk, headers: Headers, body: bytes = BODY, **more: Any) -> int:
    """What a callback with these headers is answered with."""
    return (await desk.call(body, headers=headers, **more)).status_code


async def say_signed(desk: Desk, signer: Signer, body: bytes = BODY, age: int = 0) -> int:
    """The same, signed so many seconds ago."""
    return await say(desk, signer.sign(body, signers.now() - timedelta(seconds=age)), body)


@asynccontextmanager
async def asking(url: str, publisher: Publisher, **settings: Any) -> AsyncIterator[Desk]:
    """A desk that may ask this publisher as often as it wants."""
    async with running_desk(url, callback_keys=by_published(publisher), **{"keys_pause": 0.0, **settings}) as desk:
        yield desk
