"""Blocks that need not be there: None when the server says so, and an error when nobody can know."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from prefect.blocks.core import Block
from prefect.exceptions import ObjectNotFound

from workprint.errors import BlockUnreadable

_B = TypeVar("_B", bound=Block)
_T = TypeVar("_T")


async def optional(kind: type[_B], name: str) -> _B | None:
    """The block of that kind and name; None when there is none.

    Raises `BlockUnreadable` when the server does not answer, or when what is stored there is no such block: what it
    would have said is never guessed.
    """
    try:
        block: _B = await kind.aload(name)
    except Exception as error:  # noqa: BLE001  # foreign, and its text may show the values of the block
        if isinstance(error.__cause__, ObjectNotFound):
            return None
        what = f"{kind.get_block_type_name()} block {name!r}"
        fix = "see that the Prefect server answers, then open the block in its UI and save it again"
        raise BlockUnreadable(f"the {what} cannot be read: {type(error).__name__}", fix=fix) from None
    return block


async def of_project(kind: type[_B], name: str, project: str) -> _B | None:
    """The block `<name>-<project>`, else the one of that name alone; None when there is neither. `BlockUnreadable`."""
    return await optional(kind, f"{name}-{project}") or await optional(kind, name)


def shared(read: Callable[[str], Awaitable[_T]], fresh: float) -> Callable[[str], Awaitable[_T]]:
    """The same for each project, where one reading serves everybody for `fresh` seconds."""
    lock, kept = asyncio.Lock(), dict[str, tuple[float, _T]]()

    async def lately(project: str) -> _T:
        async with lock:
            if project not in kept or time.monotonic() - kept[project][0] > fresh:
                kept[project] = (time.monotonic(), await read(project))
            return kept[project][1]

    return lately
