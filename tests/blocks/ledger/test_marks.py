"""The mark of a campaign, on both databases: another one after whatever a page shows, and the same after nothing."""

from collections.abc import Awaitable, Callable

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import S, archive, claim, film, spec, step
from tests.blocks.ledger.rooming import DRAFT, comment, ticket
from tests.blocks.ledger.test_gates import gate, vote
from workprint.render import Decision, Source

Happening = Callable[[Ledger], Awaitable[object]]


async def _step(ledger: Ledger) -> None:
    render = (await ledger.claims("cmp"))[0].render
    await ledger.change(step(render, S.SUBMITTING))


async def _fact(ledger: Ledger) -> None:
    render = (await ledger.claims("cmp"))[0].render
    facts = {"moderation_findings": [{"rule": "logo"}]}
    await ledger.record(render.id, source=Source.PERSON, actor="mei", note="seen", facts=facts)


async def _film(ledger: Ledger) -> None:
    done = await archive(ledger, (await ledger.claims("cmp"))[0].render)
    held = film(done, "quarantine/held.mp4")
    before = await ledger.room.mark("cmp")
    await ledger.keep_asset(held, source=Source.ARCHIVE, actor="test")
    assert before != await ledger.room.mark("cmp")


async def _another_gate(ledger: Ledger) -> None:
    await ledger.gates.open(gate(hours=2, price="4.00"))


async def _vote(ledger: Ledger) -> None:
    (asked,) = await ledger.gates.of("cmp")
    await ledger.gates.cast(asked.id, [vote(asked, "lin", Decision.APPROVED)])


HAPPENINGS: dict[str, Happening] = {
    "a claim": lambda ledger: claim(ledger, spec("another"), variant="second"),
    "a step": _step,
    "a fact": _fact,
    "a film": _film,
    "a comment": lambda ledger: ledger.room.comment(comment()),
    "another gate": _another_gate,
    "a vote": _vote,
    "a decision": lambda ledger: ledger.gates.expire(gate().id, "nobody answered"),
    "a gate that lapsed": lambda ledger: ledger.gates.lapse(gate().id),
    "the end": lambda ledger: ledger.close_campaign("cmp", "delivered"),
}


@pytest.mark.parametrize("happening", HAPPENINGS)
async def test_whatever_is_shown_changes_the_mark(ledger: Ledger, happening: str) -> None:
    """Each thing that may happen to a campaign gives it another mark, and leaves that of another campaign."""
    await claim(ledger, spec())
    await ledger.gates.open(gate())
    before, other = await ledger.room.mark("cmp"), await ledger.room.mark("other")
    await HAPPENINGS[happening](ledger)
    assert before != await ledger.room.mark("cmp")
    assert other == await ledger.room.mark("other")


async def test_what_is_not_shown_leaves_the_mark(ledger: Ledger) -> None:
    """Personal links, what was watched, and whose render it is change nothing that everybody is shown."""
    await claim(ledger, spec())
    before = await ledger.room.mark("cmp")
    await ledger.room.issue(ticket())
    await ledger.room.watch("Lin", DRAFT, [])
    assert before == await ledger.room.mark("cmp")


async def test_an_unknown_campaign_has_an_empty_mark(ledger: Ledger) -> None:
    """A campaign nobody opened is marked by no row of its own."""
    assert {(name, "", 0) for name in ("approvals", "votes", "comments")} == await ledger.room.mark("nobody")
