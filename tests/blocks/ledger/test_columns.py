"""Times and amounts that mean the same on both databases."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite

from blocks.ledger.columns import Moment, Money, exact_amount
from blocks.ledger.ids import client_ref, link_digest, new_render_id, without_client_prefix
from tests.blocks.ledger.making import NOON

DIALECTS: list[Dialect] = [sqlite.dialect(), postgresql.dialect()]  # type: ignore[no-untyped-call]
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001  zones are drawn


@given(MOMENTS)
def test_moment_comes_back_in_utc(moment: datetime) -> None:
    """Any aware time comes back as the same moment, in UTC."""
    for dialect in DIALECTS:
        back = Moment().process_result_value(Moment().process_bind_param(moment, dialect), dialect)
        assert (moment, timedelta(0)) == (back, back.utcoffset() if back else None)


@given(MOMENTS, MOMENTS)
def test_order_of_stored_texts_is_order_of_time(one: datetime, other: datetime) -> None:
    """SQLite sorts stored times as text, and that is their order in time."""
    texts = [Moment().process_bind_param(moment, DIALECTS[0]) for moment in (one, other)]
    assert (one < other) == (texts[0] < texts[1])


def test_naive_time_is_refused() -> None:
    """A time without a zone is refused."""
    with pytest.raises(ValueError, match="without a zone"):
        Moment().process_bind_param(NOON.replace(tzinfo=None), DIALECTS[0])


@given(st.decimals(0, 10**11, places=6))
def test_amount_comes_back_exactly(amount: Decimal) -> None:
    """Any amount down to a millionth comes back exactly."""
    for dialect in DIALECTS:
        assert amount == Money().process_result_value(Money().process_bind_param(amount, dialect), dialect)


def test_finer_amounts_are_rounded() -> None:
    """A price finer than a millionth is rounded, not refused: the charge must be on record."""
    assert Decimal("0.000001") == exact_amount(Decimal("0.0000005"))


def test_nothing_stays_nothing() -> None:
    """An empty time or amount stays empty."""
    for dialect in DIALECTS:
        assert Moment().process_bind_param(None, dialect) is Moment().process_result_value(None, dialect) is None
        assert Money().process_bind_param(None, dialect) is Money().process_result_value(None, dialect) is None


@given(MOMENTS, MOMENTS)
def test_render_ids_are_in_order_of_time(one: datetime, other: datetime) -> None:
    """A render later by a millisecond or more has the greater id; our name for it at the provider fits anywhere."""
    first, second = sorted((one, other))
    if second - first >= timedelta(milliseconds=1):
        assert new_render_id(first) < new_render_id(second)
    assert len(client_ref(new_render_id(one))) <= 64


def test_client_reference_leads_back() -> None:
    """A client reference names its render; other names are left alone."""
    assert "rnd_1" == without_client_prefix(client_ref("rnd_1"))
    assert "wp-else" == without_client_prefix("wp-else")


def test_signature_of_a_link_does_not_count() -> None:
    """A link signed anew is the same link; another path is another."""
    assert link_digest("https://a/b?x=1") == link_digest("https://a/b#t") == link_digest("https://a/b")
    assert link_digest("https://a/b") != link_digest("https://a/c")
