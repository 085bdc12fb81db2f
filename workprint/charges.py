"""What a render cost, and how we know. A charge is never blank."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class ChargeState(StrEnum):
    """docs/design.md section 3: never blank."""

    QUOTED = "quoted"
    CHARGED = "charged"
    NOT_CHARGED = "not_charged"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"


class Evidence(StrEnum):
    """Where the amount comes from: the provider's own figure, or our dated price table."""

    REPORTED = "reported"
    ESTIMATED = "estimated"


#: The provider took nothing, or gave it back: the same content may be bought again.
FREE = frozenset({ChargeState.NOT_CHARGED, ChargeState.REFUNDED})


@dataclass(frozen=True, slots=True)
class Charge:
    """Amount in `currency` (ISO 4217), with the evidence and its source in words (price list and date, usage)."""

    state: ChargeState
    amount: Decimal
    currency: str
    evidence: Evidence
    source: str = ""
