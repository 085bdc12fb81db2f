"""Group commit: many callers, one transaction, and everybody gets the answer to their own question."""

import asyncio
import threading

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import (
    S,
    approval,
    approve,
    archive,
    campaign,
    claim,
    film,
    final_of,
    spec,
    step,
    succeed,
)
from workprint.errors import LedgerError, StaleState
from workprint.render import Claim, Render


async def test_bad_change_does_not_sink_the_others(ledger: Ledger) -> None:
    """Of many changes at once, those that cannot be made fail alone, whether we or the database refuse them."""
    renders = [(await claim(ledger, spec(f"{n}"), variant=f"v{n}")).render for n in range(6)]
    sent = [await ledger.change(step(one, S.SUBMITTING)) for one in renders]
    facts = [{"task_id": f"t{n}"} for n in range(6)]
    facts[2] = {}
    changes = [ledger.change(step(one, S.QUEUED, fact)) for one, fact in zip(sent, facts, strict=True)]
    stale = ledger.change(step(renders[0], S.SUBMITTING))
    *outcomes, late = await asyncio.gather(*changes, stale, return_exceptions=True)
    assert StaleState is type(late)
    assert [Render, Render, LedgerError, Render, Render, Render] == [type(outcome) for outcome in outcomes]
    assert 5 == len(await ledger.in_state(S.QUEUED))


async def test_bad_claim_does_not_sink_the_others(ledger: Ledger) -> None:
    """Of many claims at once, the one for a campaign nobody opened fails alone."""
    wishes = [claim(ledger, spec(f"{n}"), variant=f"v{n}", campaign_id=("cmp", "nobody")[n == 1]) for n in range(4)]
    outcomes = await asyncio.gather(*wishes, return_exceptions=True)
    assert [Claim, LedgerError, Claim, Claim] == [type(outcome) for outcome in outcomes]


async def test_number_no_database_can_hold(ledger: Ledger) -> None:
    """A number too large for a column is told to the one who sent it, and the writer goes on for the others."""
    renders = [(await claim(ledger, spec(f"{n}"), variant=f"v{n}")).render for n in range(3)]
    counts = (1, 2**70, 1)
    changes = [ledger.change(step(r, S.SUBMITTING, {"attempts": n})) for r, n in zip(renders, counts, strict=True)]
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert [Render, LedgerError, Render] == [type(outcome) for outcome in outcomes]


@pytest.mark.postgres
async def test_database_that_goes_away_and_comes_back(postgres_url: str) -> None:
    """While nobody may connect every caller is told so at once; afterwards the same ledger works again."""
    server, _, name = postgres_url.rpartition("/")
    end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    async with await Ledger.open(postgres_url) as ledger:
        await ledger.open_campaign(campaign())
        await raw.run(f"{server}/postgres", f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await raw.run(f"{server}/postgres", end)
        wishes = (claim(ledger, spec(f"{n}"), variant=f"v{n}") for n in range(8))
        outcomes = await asyncio.gather(*wishes, return_exceptions=True)
        assert {LedgerError} == {type(outcome) for outcome in outcomes}
        await raw.run(f"{server}/postgres", f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert S.PLANNED == (await claim(ledger, spec())).render.state


async def test_clash_of_films_is_told_to_one(ledger: Ledger) -> None:
    """Two renders cannot have the same key in the bucket: one is archived, the other is refused."""
    both = [await succeed(ledger, (await claim(ledger, spec(n), variant=n)).render) for n in ("a", "b")]
    ends = [ledger.change(step(one, S.ARCHIVED), asset=film(one, "same.mp4")) for one in both]
    outcomes = await asyncio.gather(*ends, return_exceptions=True)
    assert [Render, LedgerError] == [type(outcome) for outcome in outcomes]


async def test_error_shows_no_parameters(ledger: Ledger) -> None:
    """The database's complaint is passed on without the statement: a prompt or a signed link may be in it."""
    render = await succeed(ledger, (await claim(ledger, spec("a secret recipe"))).render)
    with pytest.raises(LedgerError) as caught:
        await ledger.record(render.id, source="poll", actor="x", note="n", facts={"link": None})  # type: ignore[arg-type]
    assert "renders_link_known" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "INSERT" not in str(caught.value)


async def test_cancelled_caller_leaves_the_writer_working(ledger: Ledger) -> None:
    """A caller that goes away in the middle harms nobody, and the next one is served."""
    callers = [asyncio.create_task(claim(ledger, spec(f"{n}"), variant=f"v{n}")) for n in range(20)]
    await asyncio.sleep(0)
    for caller in callers[::2]:
        caller.cancel()
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    assert {Claim} == {type(outcome) for outcome in outcomes[1::2]}
    assert S.PLANNED == (await claim(ledger, spec("after"), variant="after")).render.state


async def test_everything_asked_is_on_disk_when_answered(ledger: Ledger, ledger_url: str) -> None:
    """When a caller has its answer, any other connection sees it."""
    render = (await claim(ledger, spec())).render
    await ledger.change(step(render, S.SUBMITTING))
    assert [("submitting",)] == await raw.run(ledger_url, "SELECT state FROM renders")


async def test_two_hundred_lives_at_once(ledger: Ledger) -> None:
    """Many whole lives at once all end, each with its own history."""
    claims = await asyncio.gather(*(claim(ledger, spec(f"{n}"), variant=f"v{n}") for n in range(250)))
    ends = await asyncio.gather(*(archive(ledger, one.render) for one in claims))
    assert {S.ARCHIVED} == {one.state for one in ends}
    assert {6} == {len(await ledger.events(one.id)) for one in ends[::50]}


async def test_closing_writes_what_was_asked(ledger_url: str) -> None:
    """Closing a ledger finishes what is being written; afterwards it takes nothing."""
    opened = await Ledger.open(ledger_url)
    pending = asyncio.create_task(approve(opened, [approval(final_of(spec()), campaign_id="nobody")]))
    await asyncio.sleep(0)
    await opened.close()
    with pytest.raises(LedgerError, match="refused"):
        await pending
    with pytest.raises(LedgerError, match="closed"):
        await opened.close_campaign("cmp", "delivered")


async def test_another_loop_is_refused(ledger: Ledger) -> None:
    """A ledger used from another thread's event loop says what is wrong."""
    problems: list[Exception] = []

    def elsewhere() -> None:
        try:
            asyncio.run(ledger.close_campaign("cmp", "delivered"))
        except LedgerError as error:
            problems.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    await asyncio.to_thread(thread.join)
    assert "event loop that opened it" in str(problems[0])
