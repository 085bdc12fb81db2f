"""Two ledgers on one database, as two processes have them: their transactions really meet."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import S, approval, approve, claim, final_of, refuse, spec, step
from workprint.errors import LedgerError, StaleState
from workprint.render import Claim, Render


@pytest.fixture
async def second(ledger: Ledger, ledger_url: str) -> AsyncIterator[Ledger]:
    """Another ledger beside the first."""
    async with await Ledger.open(ledger_url) as opened:
        yield opened


async def test_same_contents_in_opposite_order(ledger: Ledger, second: Ledger) -> None:
    """Two who claim the same contents in opposite order neither deadlock nor pay twice."""
    names = [f"v{n}" for n in range(100)]
    there = [claim(ledger, spec(name), variant=name) for name in names]
    back = [claim(second, spec(name), variant=name, campaign_id="other") for name in reversed(names)]
    claims = await asyncio.gather(*there, *back)
    assert 100 == len({one.render.id for one in claims})
    assert 100 == sum(one.adopted for one in claims)


async def test_same_take_with_other_content_at_once(ledger: Ledger, second: Ledger) -> None:
    """Of two contents claimed under one take in the same moment, one is planned and the other leaves nothing behind."""
    for n in range(10):
        wishes = [claim(who, spec(f"{n} {who is second}"), variant=f"v{n}") for who in (ledger, second)]
        outcomes = await asyncio.gather(*wishes, return_exceptions=True)
        assert {Claim, LedgerError} == {type(outcome) for outcome in outcomes}
    assert 10 == len(await ledger.in_state(S.PLANNED))


async def test_one_step_taken_by_two(ledger: Ledger, second: Ledger) -> None:
    """Of two who want to submit the same render, exactly one may POST."""
    renders = [(await claim(ledger, spec(f"{n}"), variant=f"v{n}")).render for n in range(30)]
    steps = [who.change(step(render, S.SUBMITTING)) for render in renders for who in (ledger, second)]
    outcomes = await asyncio.gather(*steps, return_exceptions=True)
    for one, other in zip(outcomes[::2], outcomes[1::2], strict=True):
        assert {Render, StaleState} == {type(one), type(other)}


async def test_one_retry_by_two(ledger: Ledger, second: Ledger) -> None:
    """Two who try the same free failure again share one new render."""
    for n in range(10):
        failed = await refuse(ledger, (await claim(ledger, spec(f"{n}"), variant=f"v{n}")).render)
        again = [claim(who, spec(f"{n}"), variant=f"v{n}", retry_of=failed.id) for who in (ledger, second)]
        one, other = await asyncio.gather(*again)
        assert one.render == other.render
        assert failed.id == one.render.retry_of


async def test_one_decision_written_by_two(ledger: Ledger, second: Ledger) -> None:
    """The same decisions written by two at once are there once."""
    yes = [approval(final_of(spec(f"{n}"))) for n in range(20)]
    await asyncio.gather(*(approve(who, [one]) for one in yes for who in (ledger, second)))
    assert 20 == len(await ledger.approvals("cmp"))
