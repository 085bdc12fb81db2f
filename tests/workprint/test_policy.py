"""Policies: what is asked by amount, who may speak, and when a gate ends."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.gates import Cause, deadline
from workprint.policy import OPEN, Approver, ApproverRole, Channel, Policy, Tier
from workprint.render import Decision
from workprint.votes import Voter, voter_problems

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
TIERED = Policy(tiers=(Tier(above=Decimal(100), quorum=2, roles=(ApproverRole.LEGAL,)),))


@pytest.mark.parametrize(("amount", "currency", "quorum"), [("100", "CNY", 1), ("100.01", "CNY", 2), ("1", "USD", 2)])
def test_above_an_amount_more_people_are_asked(amount: str, currency: str, quorum: int) -> None:
    """A tier counts above its amount, and always in a currency it cannot be compared with."""
    terms = TIERED.terms(Decimal(amount), currency)
    assert (quorum, quorum == 2) == (terms.quorum, ApproverRole.LEGAL in terms.roles)


def problems(voter: Voter, policy: Policy = OPEN, *said: Decision, **more: Any) -> list[str]:
    """What speaks against this voter, who is not ann, the requester."""
    return [p.rule for p in voter_problems(voter, said or (Decision.APPROVED,), policy=policy, requester="Ann", **more)]


def test_an_agent_may_never_decide() -> None:
    """Whatever the policy, a token or agent decides nothing."""
    (rule,) = problems(Voter("bot", Channel.CLI, agent=True))
    assert "may ask, never decide" in rule


def test_the_requester_may_reject_and_not_approve() -> None:
    """Who asked may not say yes, however the name is spelt, and may say no."""
    who = Voter(" ann ", Channel.CLI)
    assert 1 == len(problems(who, Policy()))
    assert [] == problems(who, Policy(), Decision.REJECTED)
    assert [] == problems(who, OPEN)


def test_a_channel_the_policy_does_not_name_is_closed() -> None:
    """A policy without Prefect's form takes no decision from it, and one without any channel none at all."""
    who = Voter("ben", Channel.PREFECT_UI)
    assert ["this project takes no decision through prefect-ui"] == problems(who, Policy(channels=("cli",)))
    assert 1 == len(problems(who, Policy(channels=())))


def test_a_typed_name_must_be_known_where_names_are_known() -> None:
    """The brief's and the policy's names may be typed, others not; a proven identity needs no list."""
    policy = Policy(approvers=(Approver(name="Mei"),))
    assert [] == problems(Voter("mei", Channel.CLI), policy)
    assert [] == problems(Voter("ben", Channel.CLI), policy, named=("Ben",))
    assert 1 == len(problems(Voter("eve", Channel.CLI), policy, named=("Ben",)))
    assert [] == problems(Voter("eve", Channel.SCREENING_ROOM, proven=True), policy)


ENDS = st.integers(1, 20)


@given(ENDS, ENDS, st.none() | ENDS, st.none() | ENDS)
def test_a_gate_ends_with_whatever_ends_first(
    patience: int, quote: int, drafts: int | None, sunset: int | None
) -> None:
    """The earliest of time-out, quote, draft and sunset is the deadline, and it says which it is."""
    end = deadline(
        NOON,
        patience=timedelta(days=patience),
        quote=timedelta(days=quote),
        drafts_until=None if drafts is None else NOON + timedelta(days=drafts),
        sunset=None if sunset is None else date(2026, 11, 25) + timedelta(days=sunset),
    )
    days = {Cause.TIMEOUT: patience, Cause.QUOTE: quote, Cause.DRAFT: drafts, Cause.SUNSET: sunset}
    assert all(end.at <= NOON + timedelta(days=one) for one in days.values() if one is not None)
    assert days[end.cause] is not None
