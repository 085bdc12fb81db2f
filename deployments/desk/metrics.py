"""The figures as metrics. Amounts are in units of their currency, times in seconds."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from deployments.desk.counters import Counters
from deployments.desk.exposition import Family, Sample, gauge, histogram, summary
from workprint.budgets import Account
from workprint.figures import Snapshot, quantiles
from workprint.states import RenderState

_SHARES_OF_LINKS = (0.0, 0.1, 0.5)
_SHARES_OF_LAGS = (0.5, 0.9, 0.99, 1.0)


def own_families(counters: Counters) -> Iterator[Family]:
    """What this process counted; there also when the ledger does not answer."""
    outcomes = sorted(counters.callbacks.items())
    yield Family(
        "workprint_callbacks_total",
        "counter",
        "Callbacks by provider (other: no token has proven the name) and by what became of them.",
        tuple(Sample(count, {"provider": name, "outcome": outcome}) for (name, outcome), count in outcomes),
    )
    yield histogram(
        "workprint_callback_answer_seconds", "Seconds from a callback's last byte to its answer.", counters.answers
    )


def ledger_families(found: Snapshot) -> Iterator[Family]:
    """What the ledger shows."""
    states = [Sample(count, {"state": state}) for state, count in sorted(found.renders.items())]
    yield gauge("workprint_renders", "Renders in states in which somebody must still do something.", *states)
    yield gauge(
        "workprint_renders_unknown",
        "Renders of which nobody knows whether the provider took them.",
        Sample(found.renders[RenderState.UNKNOWN]),
    )
    yield gauge("workprint_unknown_cost", "What those may have cost.", *_amounts(found.unknown_cost))
    yield gauge(
        "workprint_renders_overdue",
        "Renders at the provider for twice the usual time of their model, and at least 10 minutes.",
        Sample(found.overdue),
    )
    yield from _archive(found)
    yield summary(
        "workprint_callback_lag_seconds",
        "How late callbacks of the last hour came: seconds after their news was on record by another path.",
        quantiles(found.callback_lags, _SHARES_OF_LAGS),
    )
    yield from _money(found.today)
    yield gauge("workprint_leases", "Processes that gave a sign of life in time.", Sample(found.processes))


def _archive(found: Snapshot) -> Iterator[Family]:
    margin = () if found.archive_margin is None else (Sample(found.archive_margin),)
    yield gauge(
        "workprint_archive_margin_seconds",
        "Life of the link that ends first, of the films not yet archived; below 0: it has ended. None: none waits.",
        *margin,
    )
    yield summary(
        "workprint_archived_link_left_seconds",
        "Life that was left in the links of films archived in the last day; quantile 0 is the closest call.",
        quantiles(found.links_left, _SHARES_OF_LINKS),
    )


def _money(today: tuple[Account, ...]) -> Iterator[Family]:
    spent = {account.key.currency: account.weight.spent for account in today}
    reserved = {account.key.currency: account.weight.reserved for account in today}
    limits = {account.key.currency: account.limit for account in today if account.limit is not None}
    yield gauge("workprint_spent", "Charged for submits of today (UTC).", *_amounts(spent, scope="day"))
    yield gauge("workprint_reserved", "May still be charged for submits of today.", *_amounts(reserved, scope="day"))
    yield gauge("workprint_limit", "The most that may be spent and reserved in a day.", *_amounts(limits, scope="day"))


def _amounts(amounts: Mapping[str, Decimal], **labels: str) -> list[Sample]:
    return [Sample(amount, {**labels, "currency": currency}) for currency, amount in sorted(amounts.items())]
