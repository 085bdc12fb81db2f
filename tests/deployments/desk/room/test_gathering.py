"""One reading for all who ask at the same time, and never an older one than that."""

import asyncio

import pytest

from blocks.ledger import Ledger
from deployments.desk.room.gathering import Shared, gathered
from workprint.errors import NotFound


class Shelf:
    """Counts its readings; each takes as long as the test wants."""

    def __init__(self) -> None:
        self.readings = 0
        self.begun, self.door = asyncio.Event(), asyncio.Event()

    async def read(self) -> int:
        self.readings += 1
        mine = self.readings
        self.begun.set()
        await self.door.wait()
        return mine


async def test_many_who_come_together_share_one_reading() -> None:
    """A hundred who ask before a reading begins get the same one."""
    shelf, shared = Shelf(), Shared[int]()
    shelf.door.set()
    assert {1} == set(await asyncio.gather(*(shared.get("cmp", shelf.read) for _ in range(100))))


async def test_who_comes_later_gets_a_later_reading() -> None:
    """Whoever asks while a reading is under way is answered with one that began afterwards."""
    shelf, shared = Shelf(), Shared[int]()
    first = asyncio.create_task(shared.get("cmp", shelf.read))
    await shelf.begun.wait()
    later = [asyncio.create_task(shared.get("cmp", shelf.read)) for _ in range(3)]
    await asyncio.sleep(0)
    shelf.door.set()
    assert (1, [2, 2, 2]) == (await first, await asyncio.gather(*later))


async def test_who_gives_up_leaves_the_reading_to_the_others() -> None:
    """A guest who goes away does not take the answer from those who wait for the same."""
    shelf, shared = Shelf(), Shared[int]()
    gone, stays = (asyncio.create_task(shared.get("cmp", shelf.read)) for _ in range(2))
    await shelf.begun.wait()
    gone.cancel()
    shelf.door.set()
    assert 1 == await stays


async def test_a_failed_reading_is_tried_again() -> None:
    """An unknown campaign is refused each time it is asked for, and breaks nothing."""
    shelf, shared = Shelf(), Shared[int]()
    shelf.door.set()

    async def broken() -> int:
        raise NotFound("no campaign")

    for _ in range(2):
        with pytest.raises(NotFound):
            await shared.get("cmp", broken)
    assert 1 == await shared.get("cmp", shelf.read)


async def test_an_unknown_campaign_is_not_found(ledger: Ledger) -> None:
    """Nothing is shown of a campaign that the ledger does not know."""
    with pytest.raises(NotFound):
        await gathered(ledger, "cmp_nobody")
