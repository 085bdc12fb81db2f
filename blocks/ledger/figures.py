"""Figures: the whole service in a few counts, each through an index, however many renders the ledger holds.

| figure | index |
|---|---|
| renders by state, their unknown cost, their links, overdue ones | `renders_open` (partial) or `renders_state` |
| the usual seconds of a model | `renders_finished` |
| life left in links, last day | `assets_archived` |
| lag of callbacks, last hour | `callbacks_handled` (partial: only those with a lag) |
| today's accounts and limits | primary keys |
| living processes | `leases_until` |
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import reading
from blocks.ledger.columns import Money as Amount
from blocks.ledger.door import Door
from blocks.ledger.money import Money
from blocks.ledger.schema import OPEN, assets, renders
from blocks.ledger.schema_money import accounts, callbacks, leases
from workprint.budgets import Account, AccountKey, Scope, Weight
from workprint.figures import Snapshot, overdue_after
from workprint.spec import Kind
from workprint.states import IN_FLIGHT, RenderState

_OPEN_STATES = (
    RenderState.PLANNED,
    RenderState.SUBMITTING,
    RenderState.UNKNOWN,
    RenderState.QUEUED,
    RenderState.PROCESSING,
    RenderState.SUCCEEDED,
)
#: Newest values that a distribution is made of.
SAMPLE = 10_000


class Figures:
    """`ledger.figures`."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._money = Money(door)

    async def alive(self) -> None:
        """One SELECT. LedgerError when the database does not answer it."""
        async with self._door.reading() as connection:
            await connection.execute(select(renders.c.id).limit(1))

    async def snapshot(self) -> Snapshot:
        """Every figure. They are read one after the other: together they are a picture, not a balance sheet."""
        now = self._door.clock()
        today = await self._today(now)
        async with self._door.reading() as connection:
            return Snapshot(
                renders=await _by_state(connection),
                unknown_cost=await _unknown_cost(connection),
                overdue=await _overdue(connection, now),
                archive_margin=await _archive_margin(connection, now),
                links_left=await _newest(
                    connection, assets.c.link_seconds_left, assets.c.archived_at, now - timedelta(days=1)
                ),
                callback_lags=await _newest(
                    connection, callbacks.c.lag_seconds, callbacks.c.handled_at, now - timedelta(hours=1)
                ),
                today=today,
                processes=await _count(connection, select(func.count()).where(leases.c.until > now)),
            )

    async def _today(self, now: datetime) -> tuple[Account, ...]:
        """Today's accounts; one with nothing on it for a limit that nothing has touched yet."""
        day = now.date().isoformat()
        used = await self._money.accounts(accounts.c.scope == Scope.DAY, accounts.c.key == day)
        unused = {limit.currency: limit for limit in await self._money.limits() if limit.scope is Scope.DAY}
        for account in used:
            unused.pop(account.key.currency, None)
        empty = (
            Account(AccountKey(Scope.DAY, day, currency), Weight(), limit.amount) for currency, limit in unused.items()
        )
        return (*used, *empty)


def _open(*columns: Any) -> Select[Any]:
    """Of open renders. Word for word as the index says it: SQLite matches a partial index by its text."""
    return select(*columns).select_from(renders).where(text(OPEN))


async def _by_state(connection: AsyncConnection) -> Mapping[RenderState, int]:
    rows = await connection.execute(_open(renders.c.state, func.count()).group_by(renders.c.state))
    return dict.fromkeys(_OPEN_STATES, 0) | {RenderState(state): count for state, count in rows}


async def _unknown_cost(connection: AsyncConnection) -> Mapping[str, Decimal]:
    currency = renders.c.charge_currency
    query = _open(currency, func.sum(renders.c.charge_amount, type_=Amount)).group_by(currency)
    rows = await connection.execute(query.where(renders.c.state == RenderState.UNKNOWN))
    return {row[0]: row[1] for row in rows}


async def _overdue(connection: AsyncConnection, now: datetime) -> int:
    """Counted here and not in SQL: with a model in its condition SQLite would read every render of that model."""
    made = (renders.c.provider, renders.c.model, renders.c.kind)
    query = _open(*made, renders.c.submitted_at).where(renders.c.state.in_(IN_FLIGHT))
    ages: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for provider, model, kind, submitted_at in await connection.execute(query):
        ages[provider, model, kind].append((now - submitted_at).total_seconds())
    late = 0
    for (provider, model, kind), found in ages.items():
        after = overdue_after(await reading.typical_seconds(connection, provider, model, Kind(kind)))
        late += sum(age > after for age in found)
    return late


async def _archive_margin(connection: AsyncConnection, now: datetime) -> float | None:
    query = _open(func.min(renders.c.link_expires_at)).where(renders.c.state == RenderState.SUCCEEDED)
    first = (await connection.execute(query)).scalar()
    return (first - now).total_seconds() if first else None


async def _newest(
    connection: AsyncConnection, value: Column[Any], at: Column[Any], since: datetime
) -> tuple[float, ...]:
    query = select(value).where(at >= since, value.is_not(None)).order_by(at.desc()).limit(SAMPLE)
    return tuple((await connection.execute(query)).scalars())


async def _count(connection: AsyncConnection, query: Select[Any]) -> int:
    return int((await connection.execute(query)).scalar_one())
