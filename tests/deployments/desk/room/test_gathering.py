"""One reading for all who ask at the same time, and never an older one than that."""

import asyncio

import pytest

from blocks.ledger import Ledger
from deployments.desk.room.gathering import Shared, gathered, ticket_with
from tests.deployments.desk.room.room import ticket
from tests.deployments.desk.room.showing import FIRST, comment, furnished
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


async def test_a_campaign_is_read_once_while_nothing_changes(ledger: Ledger) -> None:
    """Who asks after somebody else gets the same facts, and those with a comment as soon as there is one."""
    await furnished(ledger)
    before = await gathered(ledger, "cmp_1")
    assert before is await gathered(ledger, "cmp_1")
    kept = await ledger.room.comment(comment(FIRST))
    after = await gathered(ledger, "cmp_1")
    assert ((kept,), after) == (after.said.comments, await gathered(ledger, "cmp_1"))


async def test_tickets_are_looked_up_together(ledger: Ledger) -> None:
    """Of many at the door at once each is told about their own ticket, and one without is told that there is none."""
    for n in range(20):
        await ledger.room.issue(ticket(id=f"tkt_{n}", name=f"Guest {n}"))
    asked = [ticket_with(ledger, f"tkt_{n}") for n in range(20)]
    *found, missing = await asyncio.gather(*asked, ticket_with(ledger, "tkt_none"), return_exceptions=True)
    assert [f"Guest {n}" for n in range(20)] == [getattr(one, "name", None) for one in found]
    assert isinstance(missing, NotFound)


async def test_a_withdrawn_ticket_is_seen_at_once(ledger: Ledger) -> None:
    """Whoever comes after a ticket was withdrawn is told so, however many were let in with it before."""
    await ledger.room.issue(ticket())
    assert (await ticket_with(ledger, "tkt_lin")).revoked_at is None
    await ledger.room.revoke("tkt_lin", "boss")
    assert "boss" == (await ticket_with(ledger, "tkt_lin")).revoked_by
