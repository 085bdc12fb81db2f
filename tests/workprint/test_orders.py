"""An order: what somebody wants, before a render serves it."""

from decimal import Decimal

import pytest

from tests.workprint.builders import spec
from workprint.charges import Charge, ChargeState, Evidence
from workprint.orders import Order
from workprint.spec import Kind

QUOTE = Charge(ChargeState.QUOTED, Decimal("3.52"), "CNY", Evidence.ESTIMATED)


@pytest.mark.parametrize(
    ("kind", "take", "expected"),
    [
        (Kind.DRAFT, 1, "draft hero-9x16-5s"),
        (Kind.DRAFT, 2, "draft hero-9x16-5s take 2"),
        (Kind.FINAL, 1, "final hero-9x16-5s"),
    ],
)
def test_label_says_what_is_made(kind: Kind, take: int, expected: str) -> None:
    """The task list names kind and variant, and the take from the second on."""
    order = Order("cmp_1", "hero-9x16-5s", spec(kind=kind, take=take), QUOTE, "ann")
    assert (kind, expected) == (order.kind, order.label)
