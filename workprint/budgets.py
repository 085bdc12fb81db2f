"""Budgets: what a render weighs on which account, and when a submit is too much.

An account is a running sum of the renders of one campaign, one cost centre, or one day (UTC, by submit). A render is
reserved with its quote from the commit before its POST until its charge is known; an unknown charge stays reserved.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from workprint.charges import ChargeState
from workprint.quotes import money
from workprint.render import Render
from workprint.states import RenderState

#: From the commit before the POST until the provider has ended it, the highest price is set aside.
_RESERVED = frozenset({RenderState.SUBMITTING, RenderState.UNKNOWN, RenderState.QUEUED, RenderState.PROCESSING})
#: `failure_code` of a planned render that a budget refused: with its reason in both languages, a line each.
OVER_BUDGET = "budget"


class Scope(StrEnum):
    """What a budget is for. The campaign's own is its brief's."""

    CAMPAIGN = "campaign"
    COST_CENTRE = "cost_centre"
    DAY = "day"


_CHINESE = {Scope.CAMPAIGN: "活动", Scope.COST_CENTRE: "成本中心", Scope.DAY: "日期（UTC）"}


@dataclass(frozen=True, slots=True)
class AccountKey:
    """One account. `key`: campaign id, cost centre, or a day as YYYY-MM-DD (UTC). `currency`: ISO 4217."""

    scope: Scope
    key: str
    currency: str

    def order(self) -> tuple[str, str, str]:
        """Whoever locks several accounts locks them in this order."""
        return (self.scope, self.key, self.currency)

    def __str__(self) -> str:
        return self.name()

    def name(self, language: str = "en") -> str:
        """What a person calls it, `en` or `zh`."""
        word = _CHINESE[self.scope] if language.startswith("zh") else self.scope.replace("_", " ")
        return f"{word} {self.key or '(none)'}"


@dataclass(frozen=True, slots=True)
class Weight:
    """An amount by what is known of it: spent (charged) or reserved (may still be charged)."""

    spent: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(self.spent + other.spent, self.reserved + other.reserved)

    def __sub__(self, other: "Weight") -> "Weight":
        return Weight(self.spent - other.spent, self.reserved - other.reserved)

    @property
    def total(self) -> Decimal:
        """What is gone or may be."""
        return self.spent + self.reserved


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that may be spent and reserved together. For days `key` is empty: the same limit every day."""

    scope: Scope
    key: str
    currency: str
    amount: Decimal
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """What stands on one account now, and its limit when it has one."""

    key: AccountKey
    weight: Weight
    limit: Decimal | None


def weight(render: Render) -> Weight:
    """What a render weighs now. A planned one weighs nothing: the quote of the whole brief is checked elsewhere."""
    if render.submitted_at is None:
        return Weight()
    if render.charge_state is ChargeState.CHARGED:
        return Weight(spent=render.charge_amount)
    if render.state in _RESERVED or render.charge_state is ChargeState.UNKNOWN:
        return Weight(reserved=render.charge_amount)
    return Weight()


def accounts_of(render: Render, cost_centre: str, submitted_at: datetime) -> tuple[AccountKey, ...]:
    """The accounts a render weighs on. `submitted_at` is aware."""
    currency = render.charge_currency
    return (
        AccountKey(Scope.CAMPAIGN, render.campaign_id, currency),
        AccountKey(Scope.COST_CENTRE, cost_centre, currency),
        AccountKey(Scope.DAY, submitted_at.astimezone(UTC).date().isoformat(), currency),
    )


def limit_key(account: AccountKey) -> AccountKey:
    """Under which key an account's limit is kept: one for all days."""
    return AccountKey(account.scope, "", account.currency) if account.scope is Scope.DAY else account


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a submit is too much: which account, its limit, what stands on it, and what was asked."""

    account: AccountKey
    limit: Decimal
    standing: Weight
    asked: Decimal

    def sentence(self, language: str = "en") -> str:
        """All four numbers in one sentence, `en` or `zh`; any other language reads English."""
        limit, currency = money(self.limit), self.account.currency
        spent, reserved, asked = money(self.standing.spent), money(self.standing.reserved), money(self.asked)
        name = self.account.name(language)
        if language.startswith("zh"):
            return f"{name} 的预算为 {limit} {currency}：已花费 {spent}，已预留 {reserved}，本次申请 {asked}"
        return f"the budget of {name} is {limit} {currency}: {spent} spent, {reserved} reserved, {asked} asked"


def was_refused(render: Render) -> bool:
    """Whether a budget stands between this render and its submit."""
    return render.state is RenderState.PLANNED and render.failure_code == OVER_BUDGET


def reason(render: Render, language: str = "en") -> str:
    """Why a budget refused this render, `en` or `zh`."""
    english, _, chinese = render.failure_raw.partition("\n")
    if language.startswith("zh"):
        return f"未提交，未产生费用：{chinese or english}。用 `workprint budget set` 提高限额后重试本次运行。"
    return f"Nothing was sent: {english}. Raise the limit with `workprint budget set`, then retry the run."


def refusal(account: AccountKey, limit: Decimal, standing: Weight, asked: Decimal) -> Refusal | None:
    """Why a submit of `asked` is too much; None when it fits."""
    return None if standing.total + asked <= limit else Refusal(account, limit, standing, asked)
