"""Personal links, comments and what was watched, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import NOON
from tests.blocks.ledger.rooming import DRAFT, Clock, comment, ticket
from workprint.comments import MOST
from workprint.errors import LedgerError, NotFound, StaleState
from workprint.watched import Watched

OTHER = "e" * 64


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ledgers(ledger: Ledger, ledger_url: str, clock: Clock) -> AsyncIterator[list[Ledger]]:
    """Six ledgers on one database, as six processes have them, with one clock."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(await Ledger.open(ledger_url, clock=clock)) for _ in range(6)]


# -- tickets -----------------------------------------------------------------------------------------------------------


async def test_a_ticket_is_kept_as_it_was_issued(ledger: Ledger) -> None:
    """A ticket is read back with every field it was issued with."""
    kept = [await ledger.room.issue(one) for one in (ticket(), ticket(id="tkt_2", roles=(), agent=True))]
    assert [ticket(), ticket(id="tkt_2", roles=(), agent=True)] == kept
    assert ticket() == await ledger.room.ticket("tkt_1")


async def test_tickets_of_a_campaign_come_oldest_first(ledger: Ledger) -> None:
    """A campaign's tickets come by the time they were issued, and no other campaign's with them."""
    later = ticket(id="tkt_0", issued_at=NOON + timedelta(hours=1))
    for one in (later, ticket(), ticket(id="tkt_9", campaign_id="other")):
        await ledger.room.issue(one)
    assert (ticket(), later) == await ledger.room.tickets("cmp")


async def test_a_ticket_issued_twice_is_the_first(ledgers: list[Ledger]) -> None:
    """Of many who issue one id at once, and of whoever comes later, everybody gets the one that is kept."""
    kept = await asyncio.gather(*(one.room.issue(ticket(name=f"n{n}")) for n, one in enumerate(ledgers)))
    assert 1 == len(set(kept))
    assert kept[0] == await ledgers[0].room.issue(ticket(name="late", expires_at=NOON + timedelta(days=99)))


async def test_a_ticket_needs_a_campaign(ledger: Ledger) -> None:
    """Nobody is let into a campaign that does not exist."""
    with pytest.raises(NotFound, match="nowhere"):
        await ledger.room.issue(ticket(campaign_id="nowhere"))


async def test_nobody_without_a_name_is_let_in(ledger: Ledger) -> None:
    """A ticket without a name is refused: nobody could stand on record for it."""
    with pytest.raises(LedgerError, match="tickets_named"):
        await ledger.room.issue(ticket(name=""))


async def test_the_first_revocation_stands(ledgers: list[Ledger], clock: Clock) -> None:
    """Many who revoke a ticket at once, and whoever does later, all hear who did so first."""
    await ledgers[0].room.issue(ticket())
    said = await asyncio.gather(*(one.room.revoke("tkt_1", f"n{n}") for n, one in enumerate(ledgers)))
    clock.pass_by(60)
    assert {said[0]} == {*said, await ledgers[0].room.revoke("tkt_1", "late"), await ledgers[0].room.ticket("tkt_1")}
    assert (NOON, True) == (said[0].revoked_at, said[0].revoked_by.startswith("n"))


@pytest.mark.parametrize("unknown", ["tkt_9", "", "zero\x00byte", "half \udc80 a character"])
async def test_a_ticket_nobody_issued(ledger: Ledger, unknown: str) -> None:
    """An unknown ticket is not found, whatever its id is made of, and the error does not repeat it."""
    for asking in (ledger.room.ticket(unknown), ledger.room.revoke(unknown, "mei")):
        with pytest.raises(NotFound, match=r"^no such ticket$"):
            await asking


# -- comments ----------------------------------------------------------------------------------------------------------


async def test_comments_are_kept_as_they_were_written(ledger: Ledger) -> None:
    """Comments with and without a second and a region are read back whole, oldest first, each with its campaign."""
    whole = comment(id="cmt_0", second=None, region=None, at=NOON + timedelta(seconds=1))
    other = comment(id="cmt_9", campaign_id="other", second=0.0)
    assert [whole, comment(), other] == [await ledger.room.comment(one) for one in (whole, comment(), other)]
    assert ((comment(), whole), (other,)) == (await ledger.room.comments("cmp"), await ledger.room.comments("other"))


async def test_a_comment_sent_twice_stands_once(ledgers: list[Ledger]) -> None:
    """Of many who send one id at once, and of whoever comes later, everybody gets the one that is kept."""
    kept = await asyncio.gather(*(one.room.comment(comment(text=f"t{n}")) for n, one in enumerate(ledgers)))
    assert {kept[0]} == {*kept, await ledgers[0].room.comment(comment(text="late"))}
    assert (kept[0],) == await ledgers[0].room.comments("cmp")


async def test_a_comment_needs_a_campaign(ledger: Ledger) -> None:
    """Nothing is said about a campaign that does not exist."""
    with pytest.raises(NotFound, match="nowhere"):
        await ledger.room.comment(comment(campaign_id="nowhere"))


async def test_a_comment_of_signs_no_database_takes(ledger: Ledger) -> None:
    """A NUL and half a character in a comment are replaced, and the comment is kept."""
    kept = await ledger.room.comment(comment(text="a\x00b\udc80"))
    assert "a\ufffdb?" == kept.text


async def test_one_person_leaves_so_many_comments_on_a_take(ledgers: list[Ledger]) -> None:
    """Six processes that write for one person at once, in many spellings, keep exactly as many as anybody may leave."""
    names = ("Lin", " lin ", "LIN")
    wishes = [comment(id=f"cmt_{n}", actor=names[n % 3]) for n in range(MOST + 12)]
    writing = (ledgers[n % 6].room.comment(one) for n, one in enumerate(wishes))
    outcomes = await asyncio.gather(*writing, return_exceptions=True)
    assert 12 == sum(isinstance(one, StaleState) for one in outcomes)
    assert MOST == len(await ledgers[0].room.comments("cmp"))
    kept = (await ledgers[0].room.comments("cmp"))[0]
    assert kept == await ledgers[0].room.comment(replace(kept, text="again"))
    for more in (comment(id="cmt_mei", actor="Mei"), comment(id="cmt_take", take=2)):
        assert more == await ledgers[0].room.comment(more)


# -- what was watched --------------------------------------------------------------------------------------------------


async def test_what_was_watched_adds_up(ledgers: list[Ledger], clock: Clock) -> None:
    """A person's reports add up, however the name is spelt; another person and another draft stay unwatched."""
    room = ledgers[0].room
    assert Watched(0, NOON) == await room.watch("Lin Wei", DRAFT, [(0, 5)])
    clock.pass_by(5)
    assert 0b1111 == (await room.watch(" lin  WEI", DRAFT, iter([(0, 2)]))).slots
    clock.pass_by(5)
    both = await room.watch("Lin Wei", DRAFT, [(2, 3)])
    assert (0b111111, both) == (both.slots, (await room.watched("LIN WEI", [DRAFT]))[DRAFT])
    assert {DRAFT: both, OTHER: Watched()} == await room.watched("lin wei", [OTHER, DRAFT])
    assert {DRAFT: Watched()} == await room.watched("mei", {DRAFT})
    assert {} == await room.watched("mei", [])


async def test_a_whole_long_film_is_kept(ledgers: list[Ledger], clock: Clock) -> None:
    """Ten minutes of film, watched in one piece, are kept to the last half second."""
    await ledgers[0].room.watch("lin", DRAFT, [])
    clock.pass_by(600)
    assert 1.0 == (await ledgers[0].room.watch("lin", DRAFT, [(0, 600)])).share(600)
    assert 600.0 == (await ledgers[0].room.watched("lin", [DRAFT]))[DRAFT].seconds(600)


async def test_reports_at_the_same_moment_all_count(ledgers: list[Ledger], clock: Clock) -> None:
    """Of six processes that report of one person at once, twice over, no second is lost."""
    await ledgers[0].room.watch("lin", DRAFT, [])
    clock.pass_by(60)
    seconds = range(12)
    await asyncio.gather(*(ledgers[n % 6].room.watch("lin", DRAFT, [(n, n + 1)]) for n in seconds))
    assert 12.0 == (await ledgers[0].room.watched("lin", [DRAFT]))[DRAFT].seconds(12)


async def test_the_clock_is_started_once(ledgers: list[Ledger]) -> None:
    """Of six processes that open a draft for one person at once none fails, and one row is there."""
    opened = await asyncio.gather(*(one.room.watch("lin", DRAFT, []) for one in ledgers))
    assert {Watched(0, NOON)} == {*opened, (await ledgers[0].room.watched("lin", [DRAFT]))[DRAFT]}


async def test_nobody_watches_what_is_no_draft(ledger: Ledger) -> None:
    """A report of something that is no SHA-256, or of nobody, is refused and leaves nothing behind."""
    for who, draft in (("lin", "abc"), ("  ", DRAFT)):
        with pytest.raises(LedgerError, match="watches_about"):
            await ledger.room.watch(who, draft, [(0, 1)])
    assert {"abc": Watched()} == await ledger.room.watched("lin", ["abc"])
