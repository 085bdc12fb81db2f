"""Money in the ledger: limits, accounts, and what was spent by whom."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, String, and_, case, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import reading
from blocks.ledger.columns import Money as Amount
from blocks.ledger.door import Door
from blocks.ledger.schema import DOUBTFUL, campaigns, renders
from blocks.ledger.schema_money import accounts, charges, limits
from blocks.ledger.upserts import insert_or_set
from workprint.budgets import Account, AccountKey, Limit, Scope, Weight, limit_key
from workprint.charges import ChargeState, Evidence
from workprint.costs import Attempt, By, CostLine
from workprint.render import Render
from workprint.states import RenderState

#: In these very words, or no partial index serves them. Not as a Boolean: SQLAlchemy compares that with 1 on SQLite.
_DOUBTFUL: ColumnElement[Any] = literal_column(f"({DOUBTFUL})")
_RESERVED = (RenderState.SUBMITTING, RenderState.UNKNOWN, RenderState.QUEUED, RenderState.PROCESSING)


class Money:
    """`ledger.money`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def set_limit(self, limit: Limit) -> None:
        """Set or replace a limit. What is spent and reserved already stays, also when it is above."""
        await self._door.do(("limit", limit.scope, limit.key), partial(_set_limit, limit=limit))

    async def limits(self) -> tuple[Limit, ...]:
        """Every limit that somebody set, campaigns' own left out."""
        query = select(limits).where(limits.c.scope != Scope.CAMPAIGN).order_by(*limits.primary_key.columns)
        async with self._door.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(Limit(**{**row, "scope": Scope(row["scope"])}) for row in rows)

    async def account(self, scope: Scope, key: str, currency: str) -> Account:
        """What stands on one account; nothing on one that was never used."""
        wanted = AccountKey(scope, key, currency)
        found = await self.accounts(accounts.c.scope == scope, accounts.c.key == key, accounts.c.currency == currency)
        return found[0] if found else Account(wanted, Weight(), (await self._limits()).get(limit_key(wanted)))

    async def accounts(self, *where: ColumnElement[bool]) -> tuple[Account, ...]:
        """Accounts with their limits, by scope and key."""
        query = select(accounts).where(*where).order_by(*accounts.primary_key.columns)
        async with self._door.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        known = await self._limits()
        return tuple(_account(row, known) for row in rows)

    async def overview(self, day: str) -> tuple[Account, ...]:
        """What an operator watches: campaigns that have not ended, every cost centre, and this day (YYYY-MM-DD, UTC);
        accounts with a limit also when nothing stands on them.
        """
        open_ = select(campaigns.c.id).where(campaigns.c.closed_at.is_(None))
        used = await self.accounts(
            or_(
                and_(accounts.c.scope == Scope.CAMPAIGN, accounts.c.key.in_(open_)),
                accounts.c.scope == Scope.COST_CENTRE,
                and_(accounts.c.scope == Scope.DAY, accounts.c.key == day),
            )
        )
        keys = {account.key for account in used}
        limited = {_of_day(limit, day): limit.amount for limit in await self.limits()}
        unused = (Account(key, Weight(), amount) for key, amount in limited.items() if key not in keys)
        return tuple(sorted((*used, *unused), key=lambda account: account.key.order()))

    async def doubtful(self, since: datetime, limit: int) -> tuple[Render, ...]:
        """Failed renders whose task is known and whose charge is not, ended since then (aware); oldest first."""
        where: tuple[ColumnElement[bool], ...] = (
            _DOUBTFUL,
            renders.c.finished_at >= since,
            renders.c.task_id.is_not(None),
        )
        async with self._door.reading() as connection:
            return await reading.renders(connection, *where, limit=limit)

    async def costs(
        self, by: By, *, since: datetime | None = None, until: datetime | None = None
    ) -> tuple[CostLine, ...]:
        """What renders cost, in groups, dearest first; of submits from `since` (aware) up to but not at `until`."""
        async with self._door.reading() as connection:
            rows = (await connection.execute(_costs(connection, by, since, until))).mappings().all()
        lines = [CostLine(**{name: _zero(value) for name, value in row.items()}) for row in rows]
        return tuple(sorted(lines, key=lambda line: (-line.spent - line.reserved, line.group, line.currency)))

    async def attempts(self, render_id: str) -> tuple[Attempt, ...]:
        """The charge of every attempt of a render, and every change of what was known of it, oldest first."""
        query = select(charges).where(charges.c.render_id == render_id).order_by(charges.c.seq)
        async with self._door.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(
            Attempt(**{**row, "state": ChargeState(row["state"]), "evidence": Evidence(row["evidence"])})
            for row in rows
        )

    async def _limits(self) -> dict[AccountKey, Decimal]:
        async with self._door.reading() as connection:
            rows = (await connection.execute(select(limits))).mappings().all()
        return {AccountKey(Scope(row["scope"]), row["key"], row["currency"]): row["amount"] for row in rows}


def _of_day(limit: Limit, day: str) -> AccountKey:
    """The account a limit binds; of the limit of all days, this day's."""
    return AccountKey(limit.scope, day if limit.scope is Scope.DAY else limit.key, limit.currency)


def _account(row: RowMapping, known: Mapping[AccountKey, Decimal]) -> Account:
    key = AccountKey(Scope(row["scope"]), row["key"], row["currency"])
    return Account(key, Weight(row["spent"], row["reserved"]), known.get(limit_key(key)))


async def _set_limit(connection: AsyncConnection, limit: Limit) -> None:
    changed = [limits.c.amount, limits.c.set_by, limits.c.set_at]
    await connection.execute(insert_or_set(connection, limits, changed).values(asdict(limit)))


def _costs(connection: AsyncConnection, by: By, since: datetime | None, until: datetime | None) -> Any:
    group = _group(connection, by)
    charged = renders.c.charge_state == ChargeState.CHARGED
    open_ = renders.c.state.in_(_RESERVED) | (renders.c.charge_state == ChargeState.UNKNOWN)
    window: list[ColumnElement[bool]] = [renders.c.submitted_at.is_not(None)]
    window += [renders.c.submitted_at >= since] if since else []
    window += [renders.c.submitted_at < until] if until else []
    return (
        select(
            group.label("group"),
            renders.c.charge_currency.label("currency"),
            func.count().label("renders"),
            _count(charged).label("charged"),
            _count(renders.c.charge_state == ChargeState.NOT_CHARGED).label("not_charged"),
            _count(renders.c.charge_state == ChargeState.REFUNDED).label("refunded"),
            _count(renders.c.charge_state == ChargeState.UNKNOWN).label("unknown"),
            _amount(charged).label("spent"),
            _amount(and_(open_, ~charged)).label("reserved"),
            _amount(and_(charged, renders.c.charge_evidence == Evidence.REPORTED)).label("reported"),
        )
        .join(campaigns, campaigns.c.id == renders.c.campaign_id)
        .where(*window)
        .group_by(group, renders.c.charge_currency)
    )


def _group(connection: AsyncConnection, by: By) -> ColumnElement[Any]:
    columns: dict[By, ColumnElement[Any]] = {
        By.CAMPAIGN: campaigns.c.id,
        By.PERSON: campaigns.c.requested_by,
        By.COST_CENTRE: campaigns.c.cost_centre,
        By.MODEL: renders.c.model,
    }
    return _day(connection) if by is By.DAY else columns[by]


def _day(connection: AsyncConnection) -> ColumnElement[Any]:
    """The UTC day of the last POST: on SQLite the beginning of the text, which is UTC already."""
    if connection.dialect.name == "sqlite":
        return func.substr(renders.c.submitted_at, 1, 10, type_=String)
    return func.to_char(func.timezone("UTC", renders.c.submitted_at), "YYYY-MM-DD", type_=String)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _amount(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, renders.c.charge_amount)), type_=Amount)


def _zero(value: Any) -> Any:
    """A sum over nothing is NULL in SQL."""
    return Decimal(0) if value is None else value
