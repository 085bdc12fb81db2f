"""Deciding with the page's form: what goes on record, and what does not."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from blocks.ledger import Ledger
from deployments.desk.room import csrf
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
from tests.deployments.desk.room.room import KEY, OIDC, STAFF, now, running_room, session
from tests.deployments.desk.room.showing import FIRST, SECOND, campaign, comment, furnished, next_gate
from workprint.gates import Gate, GateState
from workprint.policy import OPEN, Approver, ApproverRole, Channel, Policy
from workprint.render import Decision
from workprint.tickets import Ticket

#: Who asks for every campaign here.
REQUESTER = "ann@example.com"


async def test_yes(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """A yes to every variant is one vote each, about exactly the offer that was shown, and closes the gate."""
    assert on_record(await decide(desk, ben, form(gate, ALL)), 3)
    cast = await ledger.gates.votes("cmp_1")
    said = {(v.variant, v.offer, v.decision, v.actor, v.roles, v.channel, v.gate_id) for v in cast}
    creative, room = (ApproverRole.CREATIVE,), Channel.SCREENING_ROOM
    assert said == {(n, gate.digest(n), Decision.APPROVED, "Ben", creative, room, gate.id) for n in ALL}
    assert dict.fromkeys(ALL, "Ben") == {name: one.actor for name, one in (await decided(ledger)).items()}
    assert GateState.DECIDED is (await ledger.gates.get(gate.id)).state
    page = await desk.http.get(f"{PAGE}?said=3", headers=session(t=ben.id))
    assert [True, False] == [text in page.text for text in ("Your decision is on record", 'name="decision:')]


async def test_no_with_a_reason(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """A rejection stands with its reason, and the other variants go on waiting."""
    sent = form(gate, {FIRST.name: REJECTED}, **{f"note:{FIRST.name}": " the logo\r\nis cut off "})
    assert on_record(await decide(desk, ben, sent), 1)
    (one,) = (await decided(ledger)).values()
    assert (FIRST.name, Decision.REJECTED, "the logo\nis cut off") == (one.variant, one.decision, one.note)
    assert GateState.OPEN is (await ledger.gates.get(gate.id)).state


@pytest.mark.parametrize("word", [REJECTED, REVISE])
async def test_no_without_a_reason(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket, word: str) -> None:
    """A no, or a wish for changes, that does not say why is refused together with all the form says."""
    sent = form(gate, {FIRST.name: APPROVED, SECOND.name: word}, **{f"note:{SECOND.name}": " \r\n"})
    assert refused(await decide(desk, ben, sent), 422, SECOND.name, "say why")
    assert [] == await votes(ledger)


async def test_nothing_is_decided(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """A form without a decision is told so, whatever else it holds."""
    sent = form(gate, {}, **{f"note:{FIRST.name}": "why", f"prompt:{FIRST.name}": "closer"})
    assert refused(await decide(desk, ben, sent), 422, "decide at least one variant")
    assert [] == await votes(ledger)


async def test_changes_in_own_words(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """What the guest wrote is the next take's prompt, with lines ended as they were typed, and closes the gate."""
    more = {f"note:{FIRST.name}": "nearly", f"prompt:{FIRST.name}": " closer,\r\nand less steam "}
    assert on_record(await decide(desk, ben, form(gate, {FIRST.name: REVISE}, **more)), 1)
    (one,) = (await decided(ledger)).values()
    assert (Decision.REVISE, "closer,\nand less steam") == (one.decision, one.prompt)
    assert GateState.DECIDED is (await ledger.gates.get(gate.id)).state
    assert 2 == (await next_gate(ledger, Policy())).of(FIRST.name)[0].take
    (claim,) = [claim for claim in await ledger.claims("cmp_1") if claim.revision_id == one.id]
    assert "closer,\nand less steam" in claim.render.spec.prompt


@pytest.mark.parametrize(
    ("remarks", "prompt"),
    [((), ""), (("less steam", "warmer"), "less steam; warmer")],
    ids=["nobody remarked anything", "two remarks"],
)
async def test_changes_as_remarked(
    desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket, remarks: Iterable[str], prompt: str
) -> None:
    """Without words of the guest's own the next take's are what was remarked on this take, else those before."""
    for text in remarks:
        await ledger.room.comment(comment(FIRST, text))
    await ledger.room.comment(comment(SECOND, "of another variant"))
    sent = form(gate, {FIRST.name: REVISE}, **{f"note:{FIRST.name}": "see the remarks", f"prompt:{FIRST.name}": " "})
    assert on_record(await decide(desk, ben, sent), 1)
    (one,) = (await decided(ledger)).values()
    assert prompt == one.prompt


async def test_words_that_moderation_blocks(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """A next prompt that no provider may be sent is refused before anything is on record."""
    more = {f"note:{FIRST.name}": "harder", f"prompt:{FIRST.name}": "a naked child"}
    assert refused(await decide(desk, ben, form(gate, {FIRST.name: REVISE}, **more)), 422, "moderation")
    assert [] == await votes(ledger)


async def test_the_requester(desk: Desk, ledger: Ledger, gate: Gate) -> None:
    """Whoever asked for the campaign may say no, and never yes, however they spell themselves."""
    ann = await guest(ledger, f" {REQUESTER.title()} ")
    assert refused(await decide(desk, ann, form(gate, ALL)), 422, "may not approve it")
    assert [] == await votes(ledger)
    sent = form(gate, {FIRST.name: REJECTED}, **{f"note:{FIRST.name}": "not what I meant"})
    assert on_record(await decide(desk, ann, sent), 1)


async def test_an_agent(desk: Desk, ledger: Ledger, gate: Gate) -> None:
    """A software agent decides nothing, not even no."""
    bot = await guest(ledger, "bot", "legal", agent=True)
    for word in (APPROVED, REJECTED, REVISE):
        sent = form(gate, {FIRST.name: word}, **{f"note:{FIRST.name}": "because"})
        assert refused(await decide(desk, bot, sent), 422, "never decide")
    assert [] == await votes(ledger)


async def test_staff(ledger_url: str, ledger: Ledger, gate: Gate) -> None:
    """Somebody signed in decides under their address, with the roles of their sign-in."""
    async with running_room(ledger_url, oidc=OIDC) as desk:
        sent = {"csrf": csrf.word_for(KEY, STAFF["s"]), **form(gate, ALL)}
        assert on_record(await desk.http.post(f"{PAGE}/decide", data=sent, headers=session(**STAFF)), 3)
    every = await ledger.gates.votes("cmp_1")
    assert {("mei@example.com", ("brand", "legal"))} == {(vote.actor, vote.roles) for vote in every}


async def test_a_closed_channel(desk: Desk, ledger: Ledger) -> None:
    """Where the project takes no decision in the screening room, nothing is taken."""
    asked = await furnished(ledger, Policy(channels=("cli",), approvers=(Approver(name="Ben"),)))
    assert refused(await decide(desk, await guest(ledger, "Ben"), form(asked, ALL)), 422, "decide through: cli")
    assert [] == await votes(ledger)


async def test_nothing_is_asked(desk: Desk, ledger: Ledger) -> None:
    """Before the first question the campaign's page says that nothing is asked."""
    await ledger.open_campaign(campaign())
    answer = await decide(desk, await guest(ledger, "Ben"), {"gate": "", f"decision:{FIRST.name}": APPROVED})
    assert refused(answer, 409, "nothing is asked here any more")


async def test_a_closed_gate(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """What was asked before, and what nobody ever asked, takes no vote."""
    await ledger.gates.lapse(gate.id)
    for sent in (form(gate, ALL), form(gate, ALL, gate="gat_nobody"), form(gate, ALL, gate="")):
        assert refused(await decide(desk, ben, sent), 409, "nothing is asked here any more")
    assert [] == await votes(ledger)


async def test_the_deadline_was_faster(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """After the deadline's no the guest is told who decided, and when."""
    await ledger.gates.expire(gate.id, "nobody answered")
    assert refused(await decide(desk, ben, form(gate, ALL)), 409, FIRST.name, "deadline has decided before (rejected, ")


async def test_a_gate_whose_time_is_over(desk: Desk, ledger: Ledger) -> None:
    """After the deadline nothing is taken, also while nobody has closed the gate yet."""
    asked = await furnished(ledger, OPEN, opened_at=now() - timedelta(hours=72))
    answer = await decide(desk, await guest(ledger, "Ben"), form(asked, ALL))
    assert refused(answer, 409, "nothing is asked here any more")
    assert [] == await votes(ledger)


async def test_a_campaign_that_has_ended(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """A campaign that is over takes no decision, though its gate was never answered."""
    await ledger.close_campaign("cmp_1", "cancelled")
    assert refused(await decide(desk, ben, form(gate, ALL)), 409, "nothing is asked here any more")
    assert [] == await votes(ledger)


async def test_another_campaigns_gate(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """A form about another campaign's gate decides nothing there, and tells nothing of it."""
    lin = await guest(ledger, "Lin", campaign_id="other")
    foreign = await desk.http.post(
        f"{PAGE}/decide", data={"csrf": csrf.word_for(KEY, lin.id), **form(gate, ALL)}, headers=session(t=lin.id)
    )
    assert 403 == foreign.status_code
    assert [] == await votes(ledger)


@pytest.mark.parametrize("offer", ["0" * 64, "", None])
async def test_an_offer_that_has_changed(
    desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket, offer: str | None
) -> None:
    """Nobody says yes to what they have not seen: with one offer changed, nothing of the form counts."""
    sent = form(gate, ALL, **{f"offer:{FIRST.name}": offer or ""})
    if offer is None:
        del sent[f"offer:{FIRST.name}"]
    assert refused(await decide(desk, ben, sent), 409, FIRST.name, "has changed since you opened this page")
    assert [] == await votes(ledger)
    assert on_record(await decide(desk, ben, form(gate, ALL)), 3)
