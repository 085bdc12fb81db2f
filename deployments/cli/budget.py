"""`workprint budget list | set`: limits, and what stands on the accounts they bind."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from deployments.cli.console import OUT, say
from deployments.cli.decide import Who

if TYPE_CHECKING:
    from blocks.ledger import Ledger
    from workprint.budgets import Account, Limit, Scope


def list_budgets() -> None:
    """Show open campaigns, cost centres and today (UTC): limit, spent, reserved, and what is left."""
    from deployments.cli.loop import run_async

    _show(*run_async(_listed()))


def set_cost_centre(name: str, amount: str, currency: str, /, *, who: Who) -> None:
    """Set the most that all campaigns of a cost centre may spend and reserve together.

    Parameters
    ----------
    name
        The cost centre as briefs write it; "" for briefs without one.
    amount
        As 1500.00. What is spent and reserved already counts.
    currency
        CNY or USD. A limit binds what is billed in its own currency.
    """
    from workprint.budgets import Scope

    _set(Scope.COST_CENTRE, name, amount, currency, who)


def set_day(amount: str, currency: str, /, *, who: Who) -> None:
    """Set the most that may be submitted on any one day (UTC), by everybody together.

    Parameters
    ----------
    amount
        As 1500.00. What is spent and reserved already counts.
    currency
        CNY or USD. A limit binds what is billed in its own currency.
    """
    from workprint.budgets import Scope

    _set(Scope.DAY, "", amount, currency, who)


def set_campaign(campaign: str, amount: str, currency: str, /, *, who: Who) -> None:
    """Set another limit for one campaign than its brief did; then retry its run.

    Parameters
    ----------
    campaign
        The campaign's id, which is its flow run's.
    amount
        As 1500.00. What is spent and reserved already counts.
    currency
        CNY or USD, as the brief's budget.
    """
    from workprint.budgets import Scope

    _set(Scope.CAMPAIGN, campaign, amount, currency, who)


def _set(scope: "Scope", key: str, amount: str, currency: str, who: str) -> None:
    from deployments.cli.loop import run_async
    from workprint.budgets import Limit

    limit = Limit(scope, key.strip(), _currency(currency), _amount(amount), who, datetime.now(UTC))
    account = run_async(_kept(limit))
    say(f"The limit of {account.key} is now {_money(limit.amount)} {limit.currency}.", "bold")
    _show((account,), (limit,))


async def _kept(limit: "Limit") -> "Account":
    from deployments.cli.servers import open_ledger

    async with await open_ledger() as ledger:
        await _check(ledger, limit)
        await ledger.money.set_limit(limit)
        today = limit.set_at.date().isoformat()
        return await ledger.money.account(limit.scope, today if limit.scope == "day" else limit.key, limit.currency)


async def _check(ledger: "Ledger", limit: "Limit") -> None:
    """Raise `NotFound` for a campaign nobody knows, `InputError` for a currency its brief does not have."""
    from workprint.budgets import Scope
    from workprint.errors import InputError
    from workprint.problems import Problem

    if limit.scope is not Scope.CAMPAIGN:
        return
    has = (await ledger.campaign(limit.key)).brief["brief"]["budget"]["currency"]
    if has != limit.currency:
        rule = f"the campaign is billed in {has}, a limit in {limit.currency} would bind nothing"
        raise InputError([Problem("currency", rule, f"give the limit in {has}", zh=f"该活动以 {has} 计费。")])


async def _listed() -> "tuple[tuple[Account, ...], tuple[Limit, ...]]":
    from deployments.cli.servers import open_ledger

    async with await open_ledger() as ledger:
        today = datetime.now(UTC).date().isoformat()
        return await ledger.money.overview(today), await ledger.money.limits()


def _amount(text: str) -> Decimal:
    from workprint.errors import InputError
    from workprint.problems import Problem

    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < 10**12:
        raise InputError([Problem("amount", f"{text!r} is no amount of money", "write it as 1500.00", zh="金额无效。")])
    return amount


def _currency(text: str) -> str:
    from workprint.errors import InputError
    from workprint.problems import Problem

    if text not in {"CNY", "USD"}:
        raise InputError([Problem("currency", f"{text!r} is not billed in", "CNY or USD", zh="货币须为 CNY 或 USD。")])
    return text


def _show(accounts: "Iterable[Account]", limits: "Iterable[Limit]") -> None:
    from rich.markup import escape
    from rich.table import Table

    from workprint.budgets import limit_key

    set_by = {(limit.scope, limit.key, limit.currency): limit.set_by for limit in limits}
    table = Table(title="Budgets", title_justify="left")
    for heading in ("account", "currency", "limit", "spent", "reserved", "left", "set by"):
        table.add_column(heading, overflow="fold", justify="right" if heading in _AMOUNTS else "left")
    for account in accounts:
        key, weight = limit_key(account.key), account.weight
        left = "-" if account.limit is None else _money(account.limit - weight.total)
        limit = "none" if account.limit is None else _money(account.limit)
        amounts = (limit, _money(weight.spent), _money(weight.reserved), left)
        who = set_by.get((key.scope, key.key, key.currency), "")
        table.add_row(escape(str(account.key)), account.key.currency, *amounts, escape(who))
    OUT.print(table)


_AMOUNTS = {"limit", "spent", "reserved", "left"}


def _money(amount: Decimal) -> str:
    from workprint.quotes import money

    return money(amount)
