"""What was spent, in groups: by campaign, person, cost centre, model or day."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from workprint.charges import ChargeState, Evidence


class By(StrEnum):
    """What costs are added up by. `day` is the UTC day of the last POST."""

    CAMPAIGN = "campaign"
    PERSON = "person"
    COST_CENTRE = "cost_centre"
    MODEL = "model"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class CostLine:
    """One group in one currency (ISO 4217). Counts are renders; planned ones, which were never sent, do not count."""

    group: str
    currency: str
    renders: int
    charged: int
    not_charged: int
    refunded: int
    unknown: int
    spent: Decimal
    #: May still be charged: in flight, or nobody knows.
    reserved: Decimal
    #: The part of `spent` that rests on the provider's own figures; the rest is estimated.
    reported: Decimal


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was known of the cost of an attempt at one moment. `attempt` counts POSTs; `seq` is the event's number."""

    render_id: str
    seq: int
    attempt: int
    at: datetime
    state: ChargeState
    amount: Decimal
    currency: str
    evidence: Evidence
    source: str
