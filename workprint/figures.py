"""Figures for whoever keeps the service running: what is counted, and what counts as too long."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workprint.budgets import Account
from workprint.states import RenderState

#: Seconds. Before that nobody need look, however fast the model usually is.
SOONEST_OVERDUE = 600.0
#: A render that takes so many times the usual time is overdue.
OVERDUE_SHARE = 2.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The service as its ledger shows it at one moment. Times in seconds, amounts by currency."""

    #: Renders in each state in which somebody must still do something; 0 where there are none.
    renders: Mapping[RenderState, int]
    #: What the renders in `unknown` may have cost.
    unknown_cost: Mapping[str, Decimal]
    #: At the provider for longer than `overdue_after`.
    overdue: int
    #: Life of the link that ends first, of the films not yet archived; below 0 when it has ended; None without one.
    archive_margin: float | None
    #: Life that was left in the links of films archived in the last day.
    links_left: tuple[float, ...]
    #: How late the callbacks came that were looked at in the last hour (`callbacks.lag_seconds`).
    callback_lags: tuple[float, ...]
    #: Today's accounts (UTC), one a currency.
    today: tuple[Account, ...]
    #: Processes that gave a sign of life in time.
    processes: int


def overdue_after(typical: float | None) -> float:
    """Seconds since the POST after which a render at the provider is overdue; `typical`: the usual seconds if known."""
    return max(SOONEST_OVERDUE, OVERDUE_SHARE * (typical or 0.0))


def quantiles(values: Sequence[float], shares: Sequence[float]) -> dict[float, float]:
    """The value that this share of the values does not exceed (nearest rank), by share; nothing of no values."""
    ordered = sorted(values)
    places = {share: max(math.ceil(share * len(ordered)) - 1, 0) for share in shares}
    return {share: ordered[place] for share, place in places.items()} if ordered else {}
