"""Several people, or one person several times: one word of each counts, and whoever comes too late is told."""

import asyncio

from blocks.ledger import Ledger
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.forms import (
    ALL,
    APPROVED,
    PAGE,
    REJECTED,
    REVISE,
    decide,
    decided,
    form,
    guest,
    on_record,
    refused,
    votes,
)
from tests.deployments.desk.room.room import session
from tests.deployments.desk.room.showing import FIRST, SECOND, furnished, next_gate
from workprint.gates import Gate
from workprint.policy import ApproverRole, Policy
from workprint.render import Decision
from workprint.tickets import Ticket

TWO = Policy(quorum=2)


async def test_a_page_from_before_the_next_take(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """When another take is asked about by now, an answer to the take before is told who asked for changes; what is
    asked as before still counts.
    """
    lin = await guest(ledger, "Lin")
    assert on_record(await decide(desk, ben, form(gate, {FIRST.name: REVISE}, **{f"note:{FIRST.name}": "no"})), 1)
    after = await next_gate(ledger, Policy())
    answer = await decide(desk, lin, form(gate, {FIRST.name: APPROVED}))
    assert refused(answer, 409, "Ben has decided before (revise, ")
    both = await decide(desk, lin, form(gate, {FIRST.name: APPROVED, SECOND.name: APPROVED}))
    assert refused(both, 409, FIRST.name, "has changed since you opened this page")
    assert on_record(await decide(desk, lin, form(gate, {SECOND.name: APPROVED})), 1)
    (vote,) = [vote for vote in await ledger.gates.votes("cmp_1") if vote.actor == "Lin"]
    assert (after.id, SECOND.name) == (vote.gate_id, vote.variant)


async def test_of_two_at_once_one_decides(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """Opposite answers in the same moment: one stands, and the other is told who was first."""
    lin = await guest(ledger, "Lin")
    no = {f"note:{name}": "not yet" for name in ALL}
    answers = await asyncio.gather(
        decide(desk, ben, form(gate, ALL)), decide(desk, lin, form(gate, dict.fromkeys(ALL, REJECTED), **no))
    )
    assert [303, 409] == sorted(answer.status_code for answer in answers)
    (late,) = [answer for answer in answers if answer.status_code == 409]
    (first,) = {one.actor for one in (await decided(ledger)).values()}
    assert refused(late, 409, *ALL, f"{first} has decided before")
    assert 3 == len(await ledger.approvals("cmp_1"))


async def test_a_form_sent_twice(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """The same form counts once and is never an error: at once, after it closed the gate, and at the next gate."""
    sent = form(gate, {FIRST.name: REVISE, SECOND.name: APPROVED}, **{f"note:{FIRST.name}": "warmer"})
    answers = await asyncio.gather(*(decide(desk, ben, sent) for _ in range(3)))
    assert [303] * 3 == [answer.status_code for answer in answers]
    assert on_record(await decide(desk, ben, sent), 0)
    await next_gate(ledger, Policy())
    assert on_record(await decide(desk, ben, sent), 0)
    assert sorted(await votes(ledger)) == sorted([(FIRST.name, REVISE, "Ben"), (SECOND.name, APPROVED, "Ben")])


async def test_a_name_with_a_comma(desk: Desk, ledger: Ledger, gate: Gate) -> None:
    """Somebody whose name looks like two is still one person when they send a form twice."""
    max_ = await guest(ledger, "Mustermann, Max")
    for count in (3, 0):
        assert on_record(await decide(desk, max_, form(gate, ALL)), count)


async def test_partly_late(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """What somebody else decided first stands, and everything else in the form goes on record."""
    lin = await guest(ledger, "Lin")
    assert on_record(await decide(desk, lin, form(gate, {FIRST.name: APPROVED})), 1)
    sent = form(gate, {FIRST.name: REJECTED, SECOND.name: APPROVED}, **{f"note:{FIRST.name}": "no"})
    answer = await decide(desk, ben, sent)
    assert refused(answer, 409, FIRST.name, "Lin has decided before (approved, ", "what was decided first stands")
    assert {FIRST.name: "Lin", SECOND.name: "Ben"} == {n: one.actor for n, one in (await decided(ledger)).items()}
    assert (SECOND.name, APPROVED, "Ben") in await votes(ledger)


async def test_two_must_agree(desk: Desk, ledger: Ledger) -> None:
    """A first yes is on record and decides nothing, said twice it is still one person's; the second one decides."""
    asked = await furnished(ledger, TWO)
    ben, lin = await guest(ledger, "Ben"), await guest(ledger, "Lin")
    for nonce in ("n1", "n2"):
        assert on_record(await decide(desk, ben, form(asked, ALL, nonce)), 3)
    assert {} == await decided(ledger)
    page = await desk.http.get(PAGE, headers=session(t=lin.id))
    assert "Still missing: one more" in page.text
    assert on_record(await decide(desk, lin, form(asked, ALL)), 3)
    assert {"Ben, Lin"} == {one.actor for one in (await decided(ledger)).values()}
    assert on_record(await decide(desk, ben, form(asked, ALL)), 0)


async def test_a_second_thought(desk: Desk, ledger: Ledger) -> None:
    """Another word from the very same page is no repetition: the newer one counts."""
    asked = await furnished(ledger, TWO)
    ben = await guest(ledger, "Ben")
    assert on_record(await decide(desk, ben, form(asked, {FIRST.name: APPROVED})), 1)
    sent = form(asked, {FIRST.name: REJECTED}, **{f"note:{FIRST.name}": "the logo is missing"})
    assert on_record(await decide(desk, ben, sent), 1)
    assert Decision.REJECTED is (await decided(ledger))[FIRST.name].decision
    answer = await decide(desk, ben, form(asked, {FIRST.name: APPROVED}))
    assert refused(answer, 409, "Ben has decided before (rejected, ")


async def test_a_role_must_agree(desk: Desk, ledger: Ledger) -> None:
    """A yes without the role that is asked for decides nothing, and the holder of the role decides."""
    asked = await furnished(ledger, Policy(roles=(ApproverRole.LEGAL,)))
    assert on_record(await decide(desk, await guest(ledger, "Ben", "creative"), form(asked, ALL)), 3)
    assert {} == await decided(ledger)
    assert on_record(await decide(desk, await guest(ledger, "Mei", "legal"), form(asked, ALL)), 3)
    assert set(ALL) == set(await decided(ledger))
