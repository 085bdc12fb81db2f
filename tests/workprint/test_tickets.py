"""A ticket opens its campaign until it is over or withdrawn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.errors import LinkRefused
from workprint.policy import ApproverRole
from workprint.tickets import Ticket

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TICKET = Ticket("tkt_1", "cmp", "lin", (ApproverRole.LEGAL,), "mei", NOW, NOW + timedelta(days=2))
durations = st.timedeltas(timedelta(0), timedelta(days=900))


def test_a_ticket_opens_until_its_end() -> None:
    """From the moment it is issued to the last moment before its end a ticket is good."""
    for now in (NOW, TICKET.expires_at - timedelta(microseconds=1)):
        TICKET.check(now)


@given(durations)
def test_a_ticket_is_over_at_its_end(late: timedelta) -> None:
    """At its end and ever after a ticket opens nothing."""
    with pytest.raises(LinkRefused, match="expired"):
        TICKET.check(TICKET.expires_at + late)


@given(durations, durations)
def test_a_withdrawn_ticket_opens_nothing(revoked: timedelta, asked: timedelta) -> None:
    """A revoked ticket opens nothing, whatever the time, and its holder hears that it was withdrawn."""
    gone = replace(TICKET, revoked_at=NOW + revoked, revoked_by="mei")
    with pytest.raises(LinkRefused, match="withdrawn"):
        gone.check(NOW + asked)
