"""Gates on both databases: who says what counts once, two at once decide one thing, and nothing is lost."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import NOON, claim, final_of, spec
from workprint.errors import ApprovalMissing, StaleState
from workprint.evidence import offer
from workprint.gates import Cause, Deadline, Gate, GateState, Reminder
from workprint.policy import OPEN, ApproverRole, Channel, Policy
from workprint.render import Decision
from workprint.votes import Vote

TWO = Policy(quorum=2, roles=(ApproverRole.LEGAL,))
YES, NO = Decision.APPROVED, Decision.REJECTED


def gate(policy: Policy = OPEN, *variants: str, hours: float = 1, price: str = "3.45") -> Gate:
    """A question about finals of these variants, opened long ago for so many hours."""
    offers = [
        offer(
            campaign="cmp",
            variant=name,
            brief="b" * 64,
            draft_render_id=None,
            draft=None,
            final=final_of(spec()),
            dialect="ark",
            max_amount=Decimal(price),
            currency="CNY",
        )
        for name in variants or ("hero",)
    ]
    end = Deadline(NOON + timedelta(hours=hours), Cause.TIMEOUT)
    return Gate.asked("cmp", offers, policy, amount="9", currency="CNY", opened_at=NOON, end=end)


def vote(of: Gate, who: str, decision: Decision = YES, variant: str = "hero", *roles: ApproverRole) -> Vote:
    """One person's word."""
    return Vote(
        id=f"vot_{of.id[-8:]}_{who}_{variant}_{decision}",
        gate_id=of.id,
        campaign_id="cmp",
        variant=variant,
        take=1,
        offer=of.digest(variant),
        decision=decision,
        actor=who,
        roles=roles,
        channel=Channel.CLI,
        note="because",
        at=NOON,
    )


async def test_a_yes_becomes_an_approval_that_lets_its_final_in(ledger: Ledger) -> None:
    """One vote settles a gate that asks for one, and its sealed approval covers the very final."""
    asked = await ledger.gates.open(gate())
    outcome = await ledger.gates.cast(asked.id, [vote(asked, "lin")])
    (approval,) = outcome.settled
    assert (GateState.DECIDED, (approval,)) == (outcome.gate.state, await ledger.approvals("cmp"))
    final = (await claim(ledger, final_of(spec()), approval_id=approval.id)).render
    assert approval.id == final.approval_id


async def test_a_quorum_is_different_people_with_the_roles(ledger: Ledger) -> None:
    """The same person twice is one; without the role nothing is approved; what is missing is told."""
    asked = await ledger.gates.open(gate(TWO))
    first = await ledger.gates.cast(asked.id, [vote(asked, "Lin")])
    assert ((), (1, (ApproverRole.LEGAL,))) == (
        first.settled,
        (first.missing["hero"].people, first.missing["hero"].roles),
    )
    again = await ledger.gates.cast(asked.id, [replace(vote(asked, " lin "), id="vot_again")])
    assert () == again.settled
    outcome = await ledger.gates.cast(asked.id, [vote(asked, "mei", YES, "hero", ApproverRole.LEGAL)])
    assert ("legal", True) == (outcome.settled[0].role, "mei" in outcome.settled[0].actor)


async def test_of_two_at_once_one_decides_and_the_other_is_told(ledger: Ledger) -> None:
    """A yes and a no in the same moment make one approval row, and whoever came second hears of it."""
    asked = await ledger.gates.open(gate())
    ends = await asyncio.gather(
        *(ledger.gates.cast(asked.id, [vote(asked, *who)]) for who in (("lin", YES), ("mei", NO)))
    )
    assert (1, 1) == (sum(len(end.settled) for end in ends), sum(len(end.late) for end in ends))
    assert 1 == len(await ledger.approvals("cmp"))


async def test_said_twice_it_stands_once(ledger: Ledger) -> None:
    """The same vote sent again changes nothing."""
    asked = await ledger.gates.open(gate(TWO))
    for _ in range(2):
        await ledger.gates.cast(asked.id, [vote(asked, "lin")])
    assert 1 == len(await ledger.gates.votes("cmp"))


async def test_another_question_takes_the_place_of_the_first(ledger: Ledger) -> None:
    """A vote on what is no longer asked is refused; asked again, the first question has its first deadline."""
    first = await ledger.gates.open(gate())
    second = await ledger.gates.open(gate(price="4"))
    with pytest.raises(StaleState, match="what is asked has changed"):
        await ledger.gates.cast(first.id, [vote(first, "lin")])
    assert second == await ledger.gates.current("cmp")
    assert first == await ledger.gates.open(replace(gate(), deadline=NOON + timedelta(days=9)))


async def test_wishes_for_changes_close_the_gate(ledger: Ledger) -> None:
    """As soon as a new take has to be made the run goes on; the other variant is asked about again."""
    asked = await ledger.gates.open(gate(OPEN, "hero", "pack"))
    outcome = await ledger.gates.cast(asked.id, [vote(asked, "lin", Decision.REVISE)])
    assert (GateState.DECIDED, ["hero"]) == (outcome.gate.state, [one.variant for one in outcome.settled])
    assert ["cmp"] == [campaign.id for campaign in await ledger.gates.unheard()]


async def test_the_deadline_says_no_once(ledger: Ledger) -> None:
    """Of what nobody decided everything is rejected, by the deadline, once."""
    asked = await ledger.gates.open(gate(OPEN, "hero", "pack"))
    await ledger.gates.cast(asked.id, [vote(asked, "lin")])
    assert [asked.id] == [one.id for one in await ledger.gates.overdue()]
    (denied,) = await ledger.gates.expire(asked.id, "nobody answered")
    assert ("pack", NO, "deadline", "deadline") == (denied.variant, denied.decision, denied.actor, denied.channel)
    assert () == await ledger.gates.expire(asked.id, "nobody answered")


async def test_reminders_are_told_by_one(ledger: Ledger) -> None:
    """Of several who would remind, one may; afterwards it is not due."""
    asked = await ledger.gates.open(gate())
    assert {Reminder.HALF, Reminder.LAST_TENTH} == set(asked.due(NOON + timedelta(minutes=55)))
    assert [True, False] == sorted(
        await asyncio.gather(*(ledger.gates.told(asked.id, Reminder.HALF) for _ in range(2))), reverse=True
    )


async def test_what_was_withdrawn_lets_no_final_in(ledger: Ledger) -> None:
    """A yes that was taken back covers nothing, also when it is taken back twice."""
    asked = await ledger.gates.open(gate())
    (yes,) = (await ledger.gates.cast(asked.id, [vote(asked, "lin")])).settled
    rows = [await ledger.gates.withdraw(yes, "edited since approval") for _ in range(2)]
    assert rows[0].id == rows[1].id
    with pytest.raises(ApprovalMissing):
        await claim(ledger, final_of(spec()), approval_id=yes.id)


async def test_an_ended_campaign_reminds_nobody(ledger: Ledger, ledger_url: str) -> None:
    """A gate that was left open by a campaign which has ended is not due any more."""
    asked = await ledger.gates.open(gate())
    async with await Ledger.open(ledger_url, clock=lambda: NOON + timedelta(minutes=55)) as later:
        assert (asked,) == await later.gates.due()
        await later.close_campaign("cmp", "cancelled")
        assert () == await later.gates.due()


@pytest.mark.parametrize(
    "change", ["UPDATE votes SET actor = 'me'", "DELETE FROM votes", "UPDATE gates SET policy = '{}'"]
)
async def test_questions_and_votes_are_history(ledger: Ledger, ledger_url: str, change: str) -> None:
    """Nobody changes what was asked or said."""
    asked = await ledger.gates.open(gate())
    await ledger.gates.cast(asked.id, [vote(asked, "lin")])
    await raw.refused(ledger_url, change, "append-only|frozen")


async def test_the_database_holds_a_final_to_its_price(ledger: Ledger) -> None:
    """A final that costs more than was agreed is refused by the database itself."""
    asked = await ledger.gates.open(gate(price="1"))
    (yes,) = (await ledger.gates.cast(asked.id, [vote(asked, "lin")])).settled
    with pytest.raises(Exception, match="still fits: price"):
        await claim(ledger, final_of(spec()), approval_id=yes.id)
