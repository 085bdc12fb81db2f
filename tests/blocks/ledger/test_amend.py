"""Facts without a step, for whoever must not overlook that somebody else came first."""

import asyncio

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import S, claim, spec, step
from workprint.errors import LedgerError, NotFound, StaleState
from workprint.render import CancelState, Change, Render, Source


def wish(render: Render, state: CancelState = CancelState.REQUESTED) -> Change:
    return Change(
        render.id, render.state, render.state, Source.PERSON, "mei", note="wish", facts={"cancel_state": state}
    )


async def test_an_amendment_leaves_the_state(ledger: Ledger) -> None:
    """The facts are set with an event that says who and why, and the state stays."""
    render = (await claim(ledger, spec())).render
    after = await ledger.amend(wish(render))
    assert (S.PLANNED, CancelState.REQUESTED) == (after.state, after.cancel_state)
    event = (await ledger.events(render.id))[-1]
    assert (S.PLANNED, S.PLANNED, "mei", "wish") == (event.before, event.after, event.actor, event.note)


async def test_an_amendment_is_for_the_state_it_was_made_for(ledger: Ledger) -> None:
    """A render that moved on meanwhile is not amended."""
    render = (await claim(ledger, spec())).render
    await ledger.change(step(render, S.SUBMITTING))
    with pytest.raises(StaleState, match="is submitting, not planned"):
        await ledger.amend(wish(render))


async def test_of_many_who_write_the_same_one_does(ledger: Ledger) -> None:
    """Exactly one of those who write the same fact at once writes it; the others are told."""
    render = (await claim(ledger, spec())).render
    outcomes = await asyncio.gather(*(ledger.amend(wish(render)) for _ in range(5)), return_exceptions=True)
    assert [1, 4] == [sum(type(one) is kind for one in outcomes) for kind in (Render, StaleState)]
    assert 2 == len(await ledger.events(render.id))
    assert CancelState.TOO_LATE is (await ledger.amend(wish(render, CancelState.TOO_LATE))).cancel_state


async def test_only_facts_can_be_amended(ledger: Ledger) -> None:
    """Neither a render that does not exist nor a column that is frozen is amended."""
    render = (await claim(ledger, spec())).render
    with pytest.raises(NotFound):
        await ledger.amend(Change("rnd_none", S.PLANNED, S.PLANNED, Source.PERSON, "mei"))
    with pytest.raises(LedgerError, match="not facts of a render"):
        await ledger.amend(Change(render.id, S.PLANNED, S.PLANNED, Source.PERSON, "mei", facts={"prompt": "x"}))
