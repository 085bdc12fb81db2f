"""The outbox of notices, on both databases: each is sent by one, tried again, and given up once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import NOON
from tests.blocks.ledger.rooming import Clock, notice
from workprint.errors import LedgerError, NotFound
from workprint.notices import Notice, NoticeState


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ledgers(ledger: Ledger, ledger_url: str, clock: Clock) -> AsyncIterator[list[Ledger]]:
    """Ten ledgers on one database, as ten processes have them, with one clock."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(await Ledger.open(ledger_url, clock=clock)) for _ in range(10)]


@pytest.fixture
def box(ledgers: list[Ledger]) -> Ledger:
    """One of them."""
    return ledgers[0]


async def stored(box: Ledger) -> Notice:
    (one,) = await box.notices.of("cmp")
    return one


async def test_notices_are_put_once(ledgers: list[Ledger], box: Ledger) -> None:
    """Many who put the same notices at once, twice over in one call, and again when one was sent, make one of each."""
    wanted = [notice(), notice(person="lin"), notice()]
    await asyncio.gather(*(one.notices.put(wanted) for one in ledgers))
    assert set(wanted) == set(await box.notices.of("cmp"))
    await box.notices.sent(notice().id)
    await box.notices.put([*wanted, notice("gate_2")])
    assert {notice(person="lin").id, notice("gate_2").id} == {one.id for one in await box.notices.due()}


async def test_no_notices_are_no_work(box: Ledger) -> None:
    """Nothing to put is nothing to do."""
    await box.notices.put([])
    assert () == await box.notices.due()


async def test_a_notice_needs_a_campaign(box: Ledger) -> None:
    """Nothing is told about a campaign that does not exist, and nothing of the same call is kept."""
    with pytest.raises(LedgerError):
        await box.notices.put([notice(), notice(campaign="nowhere")])
    assert () == await box.notices.due()


async def test_the_oldest_are_sent_first(box: Ledger, clock: Clock) -> None:
    """What is due comes oldest first, only so many at a time, and nothing before its time."""
    young = [replace(notice(f"gate_{n}"), created_at=NOON - timedelta(seconds=n)) for n in range(5)]
    later = replace(notice("later"), next_at=NOON + timedelta(seconds=1))
    await box.notices.put([*young, later])
    assert tuple(reversed(young)) == await box.notices.due()
    assert ("gate_4", "gate_3") == tuple(one.subject for one in await box.notices.due(limit=2))
    clock.pass_by(1)
    assert 6 == len(await box.notices.due())


async def test_one_of_ten_may_send(ledgers: list[Ledger], box: Ledger, clock: Clock) -> None:
    """Of ten who would send a notice at once one may, and nobody else until its time is over."""
    await box.notices.put([notice()])
    for attempt in (1, 2):
        won = await asyncio.gather(*(one.notices.take(notice().id, 30) for one in ledgers))
        assert (1, attempt, ()) == (sum(won), (await stored(box)).attempts, await box.notices.due())
        clock.pass_by(29)
        assert not await box.notices.take(notice().id, 30)
        clock.pass_by(1)


async def test_what_went_out_is_never_sent_again(box: Ledger, clock: Clock) -> None:
    """A sent notice is not due and cannot be taken, and neither a later failure nor a second success changes it."""
    await box.notices.put([notice()])
    await box.notices.take(notice().id, 30)
    await box.notices.failed(notice().id, "refused", 0)
    await box.notices.take(notice().id, 30)
    await box.notices.sent(notice().id)
    done = await stored(box)
    assert (NoticeState.SENT, NOON, None, 2, "") == (
        done.state,
        done.sent_at,
        done.next_at,
        done.attempts,
        done.problem,
    )
    clock.pass_by(3600)
    await box.notices.failed(notice().id, "too late", 1)
    await box.notices.failed(notice().id, "too late", None)
    await box.notices.sent(notice().id)
    assert (False, (), done) == (await box.notices.take(notice().id, 1), await box.notices.due(), await stored(box))


async def test_what_failed_is_tried_again_later(box: Ledger, clock: Clock) -> None:
    """After a failure a notice is due when its pause is over, and says why it failed, without a key in it."""
    await box.notices.put([notice()])
    await box.notices.take(notice().id, 30)
    await box.notices.failed(notice().id, "refused: sk-0123456789abcdef\x00 " + "x y " * 500, 90)
    failed = await stored(box)
    assert (NoticeState.WAITING, NOON + timedelta(seconds=90)) == (failed.state, failed.next_at)
    assert failed.problem.startswith("refused: [redacted]\ufffd x y")
    assert len(failed.problem) < 600
    for passed, due in ((89, 0), (1, 1)):
        clock.pass_by(passed)
        assert due == len(await box.notices.due())
        assert bool(due) is await box.notices.take(notice().id, 30)


async def test_what_is_given_up_stays_so(box: Ledger, clock: Clock) -> None:
    """A notice that is given up is not due and cannot be taken, keeps its reason, and may still turn out to be sent."""
    await box.notices.put([notice()])
    await box.notices.take(notice().id, 30)
    await box.notices.failed(notice().id, "no such block", None)
    clock.pass_by(3600)
    await box.notices.failed(notice().id, "again", 1)
    assert (False, ()) == (await box.notices.take(notice().id, 1), await box.notices.due())
    given_up = await stored(box)
    assert (NoticeState.GIVEN_UP, "no such block", None) == (given_up.state, given_up.problem, given_up.next_at)
    await box.notices.sent(notice().id)
    assert NoticeState.SENT is (await stored(box)).state


async def test_a_notice_nobody_put(box: Ledger) -> None:
    """An unknown notice cannot be taken, and whoever says how it went is told that it is unknown."""
    assert not await box.notices.take("ntc_unknown", 1)
    for saying in (box.notices.sent("ntc_unknown"), box.notices.failed("ntc_unknown", "refused", 1)):
        with pytest.raises(NotFound, match="ntc_unknown"):
            await saying
