"""The money of a change, in the change's own transaction: accounts, limits, and the charge of every attempt."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import schema
from blocks.ledger.rows import Values
from blocks.ledger.schema_money import accounts, limits
from blocks.ledger.upserts import insert_or_leave
from workprint.budgets import AccountKey, Refusal, Scope, Weight, accounts_of, limit_key, refusal, weight
from workprint.errors import BudgetExceeded, LedgerError
from workprint.render import Asset, Render
from workprint.states import RenderState

_KEY = (accounts.c.scope, accounts.c.key, accounts.c.currency)
_LIMIT_KEY = (limits.c.scope, limits.c.key, limits.c.currency)
_FIX = "raise the limit with `workprint budget set`, wait for reserved renders to end, or order less"
_NOTHING = Decimal(0)
_CHARGE = ("charge_state", "charge_amount", "charge_currency", "charge_evidence", "charge_source")
_UPDATE = (
    update(accounts)
    .where(*(column == bindparam(f"of_{column.name}") for column in _KEY))
    .values(spent=bindparam("spent"), reserved=bindparam("reserved"))
)


@dataclass(frozen=True, slots=True)
class Step:
    """One change as it will be written."""

    before: Render
    after: Render
    update: Values
    event: Values
    asset: Asset | None

    @property
    def asked(self) -> Weight:
        """What the step adds to its accounts."""
        return weight(self.after) - weight(self.before)

    def moves(self, cost_centre: str) -> dict[AccountKey, Weight]:
        """What the step adds to each account. What stood before is taken from where it stood: a corrected charge may
        be in another currency, and a second submit falls on another day.
        """
        changes: dict[AccountKey, Weight] = {}
        for render, sign in ((self.before, -1), (self.after, 1)):
            if render.submitted_at is not None and (amount := weight(render)) != Weight():
                for key in accounts_of(render, cost_centre, render.submitted_at):
                    changes[key] = changes.get(key, Weight()) + Weight(sign * amount.spent, sign * amount.reserved)
        return {key: change for key, change in changes.items() if change != Weight()}

    @property
    def is_submit(self) -> bool:
        """Whether this is the commit before a POST: the only step a budget can refuse."""
        return self.after.state is RenderState.SUBMITTING and self.before.state is not RenderState.SUBMITTING


async def book(connection: AsyncConnection, outcomes: Sequence[Step | LedgerError]) -> list[Step | LedgerError]:
    """Move the weight of every step on its accounts; a submit that does not fit becomes `BudgetExceeded` instead.

    The account rows are locked first and in one order, so two processes that submit at once see each other's money.
    """
    moves = await _moves(connection, [step for step in outcomes if isinstance(step, Step)])
    if not moves:
        return list(outcomes)
    keys = sorted({key for move in moves for key in move.changes}, key=AccountKey.order)
    book_ = _Book(await _locked(connection, keys), await _limits(connection, keys))
    refused = {id(move.step): error for move in moves if (error := book_.enter(move)) is not None}
    await connection.execute(_UPDATE, book_.rows())
    return [refused.get(id(outcome), outcome) for outcome in outcomes]


def charge_rows(steps: Sequence[Step]) -> list[Values]:
    """One row of `charges` for every attempt, and for every change of what is known of its cost."""
    return [_charge(step) for step in steps if step.is_submit or _priced(step.before) != _priced(step.after)]


@dataclass(frozen=True, slots=True)
class _Move:
    """A step and what it adds to each of its accounts."""

    step: Step
    changes: dict[AccountKey, Weight]


class _Book:
    """The locked accounts of one transaction."""

    def __init__(self, standing: dict[AccountKey, Weight], limits_: dict[AccountKey, Values]) -> None:
        self._standing = standing
        self._limits = limits_

    def enter(self, move: _Move) -> BudgetExceeded | None:
        """Add the step's weight, or say which limit stands against it."""
        if move.step.is_submit and (reason := self._against(move)):
            return _exceeded(move.step.before, reason)
        for key, change in move.changes.items():
            self._standing[key] += change
        return None

    def rows(self) -> list[Values]:
        """The accounts as they stand now, for the update."""
        return [
            {"of_scope": k.scope, "of_key": k.key, "of_currency": k.currency, "spent": w.spent, "reserved": w.reserved}
            for k, w in self._standing.items()
        ]

    def _against(self, move: _Move) -> Refusal | None:
        for key in move.changes:
            limit = self._limits.get(limit_key(key))
            if limit and (reason := refusal(key, limit["amount"], self._standing[key], move.step.asked.total)):
                return reason
        return None


def _exceeded(render: Render, reason: Refusal) -> BudgetExceeded:
    what = f"{render.id} ({render.variant})"
    return BudgetExceeded(f"render {what}: {reason.sentence()}", zh=f"渲染 {what}：{reason.sentence('zh')}", fix=_FIX)


async def _moves(connection: AsyncConnection, steps: Sequence[Step]) -> list[_Move]:
    """Those of the steps that move money. Most do not, and cost no look-up."""
    moving = [step for step in steps if step.moves("")]
    if not moving:
        return []
    table = schema.campaigns.c
    wanted = {step.before.campaign_id for step in moving}
    rows = await connection.execute(select(table.id, table.cost_centre).where(table.id.in_(wanted)))
    centres = {row[0]: row[1] for row in rows}
    return [_Move(step, step.moves(centres[step.before.campaign_id])) for step in moving]


async def _locked(connection: AsyncConnection, keys: Sequence[AccountKey]) -> dict[AccountKey, Weight]:
    empty = [
        {"scope": k.scope, "key": k.key, "currency": k.currency, "spent": _NOTHING, "reserved": _NOTHING} for k in keys
    ]
    await connection.execute(insert_or_leave(connection, accounts), empty)
    query = select(accounts).where(tuple_(*_KEY).in_([(k.scope, k.key, k.currency) for k in keys]))
    rows = (await connection.execute(query.order_by(*_KEY).with_for_update())).mappings()
    return {_account_key(row): Weight(row["spent"], row["reserved"]) for row in rows}


async def _limits(connection: AsyncConnection, keys: Sequence[AccountKey]) -> dict[AccountKey, Values]:
    wanted = {limit_key(key) for key in keys}
    query = select(limits).where(tuple_(*_LIMIT_KEY).in_([(k.scope, k.key, k.currency) for k in wanted]))
    return {_account_key(row): dict(row) for row in (await connection.execute(query)).mappings()}


def _account_key(row: object) -> AccountKey:
    values: Values = dict(row)  # type: ignore[call-overload]  # a mapping of SQLAlchemy's own
    return AccountKey(Scope(values["scope"]), values["key"], values["currency"])


def _priced(render: Render) -> tuple[object, ...]:
    return tuple(getattr(render, name) for name in _CHARGE)


def _charge(step: Step) -> Values:
    after = step.after
    return {
        "render_id": after.id,
        "seq": step.event["seq"],
        "attempt": after.attempts,
        "at": step.event["at"],
        "state": after.charge_state,
        "amount": after.charge_amount,
        "currency": after.charge_currency,
        "evidence": after.charge_evidence,
        "source": after.charge_source,
    }
