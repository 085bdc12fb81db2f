"""Charges: what was taken, and what lets the same content be bought again."""

from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest

from workprint.charges import FREE, Charge, ChargeState, Evidence


def test_only_a_proven_nothing_is_free() -> None:
    """Not charged and refunded are free; a quote, a charge and an unknown one are not."""
    assert {ChargeState.NOT_CHARGED, ChargeState.REFUNDED} == FREE


def test_a_charge_cannot_be_rewritten() -> None:
    """A charge is a frozen value: another amount is another charge."""
    charge = Charge(ChargeState.CHARGED, Decimal("3.52"), "CNY", Evidence.REPORTED, "50220 tokens")
    with pytest.raises(FrozenInstanceError):
        charge.amount = Decimal(0)  # type: ignore[misc]


def test_charges_say_their_words_plainly() -> None:
    """States and evidence are the plain words the ledger keeps."""
    assert ["quoted", "charged", "not_charged", "refunded", "unknown"] == [str(state) for state in ChargeState]
    assert ["reported", "estimated"] == [str(evidence) for evidence in Evidence]
