"""Waiting for something that will happen. The deadline only ends a test that hangs."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

_T = TypeVar("_T")
#: Seconds until a test gives up.
PATIENCE = 300.0


async def until(look: Callable[[], Awaitable[_T | None]], what: str, every: float = 0.1) -> _T:
    """The first truthy thing that `look` finds; the test fails when nothing comes."""
    deadline = time.monotonic() + PATIENCE
    while True:
        if found := await look():
            return found
        if time.monotonic() > deadline:
            pytest.fail(f"not within {PATIENCE:.0f} s: {what}")
        await asyncio.sleep(every)
