"""Changes of renders, many in one transaction: compare-and-set, event, film, charge, accounts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import schema, schema_money
from blocks.ledger.accounting import Step, book, charge_rows
from blocks.ledger.columns import exact_amount
from blocks.ledger.ids import link_digest
from blocks.ledger.rows import RENDER_COLUMNS, Values, asset_values, clean, clean_json, event_values, to_render
from workprint.charges import ChargeState, Evidence
from workprint.errors import LedgerError, NotFound, StaleState
from workprint.failures import FailureKind, Stage
from workprint.render import Asset, CancelState, Change, Render, Verdict
from workprint.states import FRUITLESS, RenderState, check_step

#: Columns a caller may set beside a change; all others are the ledger's own or frozen with the claim.
FACTS = frozenset(
    {
        *("task_id", "attempts", "submitted_at", "finished_at", "link", "link_expires_at"),
        *("failure_kind", "failure_stage", "failure_code", "failure_raw"),
        *("charge_state", "charge_amount", "charge_currency", "charge_evidence", "charge_source"),
        *("moderation", "moderation_findings"),
        *("token_hash", "holder", "cancel_state"),
    }
)
_MUTABLE = (
    *sorted(FACTS - {"moderation_findings"}),
    *("state", "updated_at", "moderation_findings"),
)
_UPDATE = (
    update(schema.renders)
    .where(schema.renders.c.id == bindparam("of_id"), schema.renders.c.last_seq == bindparam("of_seq"))
    .values({name: bindparam(name) for name in (*_MUTABLE, "link_sha256", "last_seq")})
)
_WORDS: dict[str, type[StrEnum]] = {
    "failure_kind": FailureKind,
    "failure_stage": Stage,
    "charge_state": ChargeState,
    "charge_evidence": Evidence,
    "moderation": Verdict,
    "cancel_state": CancelState,
}
_NO_FAILURE: Values = {"failure_kind": None, "failure_stage": None, "failure_code": "", "failure_raw": ""}
_FINISHED = FRUITLESS | {RenderState.SUCCEEDED}


@dataclass(frozen=True, slots=True)
class Wish:
    """One change somebody wants. `facts_only`: the state stays; `any_state`: whatever it is then."""

    change: Change
    asset: Asset | None = None
    facts_only: bool = False
    any_state: bool = True


async def apply_changes(
    connection: AsyncConnection, wishes: Sequence[Wish], now: datetime
) -> list[Render | LedgerError]:
    """Make every change that may be made, and say for each what came of it, in order. No two may name one render."""
    rows = await _lock(connection, [wish.change.render_id for wish in wishes])
    outcomes = [_try_step(rows.get(wish.change.render_id), wish, now) for wish in wishes]
    outcomes = await book(connection, outcomes)
    steps = [outcome for outcome in outcomes if isinstance(outcome, Step)]
    # The film goes first: the database lets no render become `archived` without one.
    if films := [asset_values(step.asset) for step in steps if step.asset]:
        await connection.execute(insert(schema.assets), films)
    if steps:
        await connection.execute(_UPDATE, [step.update for step in steps])
        await connection.execute(insert(schema.events), [step.event for step in steps])
    if charges := charge_rows(steps):
        await connection.execute(insert(schema_money.charges), charges)
    return [outcome.after if isinstance(outcome, Step) else outcome for outcome in outcomes]


async def _lock(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, tuple[Render, int]]:
    """The rows, kept from others until the commit: SQLite has one writer, PostgreSQL locks them in order of id."""
    query = select(*RENDER_COLUMNS).where(schema.renders.c.id.in_(ids)).order_by(schema.renders.c.id)
    rows = (await connection.execute(query.with_for_update(key_share=True))).mappings()
    return {row["id"]: (to_render(row), row["last_seq"]) for row in rows}


def _try_step(found: tuple[Render, int] | None, wish: Wish, now: datetime) -> Step | LedgerError:
    try:
        return _step(found, wish, now)
    except LedgerError as error:
        return error
    except (ValueError, ArithmeticError, TypeError) as error:
        return LedgerError(f"render {wish.change.render_id}: not a fact that can be kept: {error}")


def _step(found: tuple[Render, int] | None, wish: Wish, now: datetime) -> Step:
    change = wish.change
    if found is None:
        raise NotFound(f"no render {change.render_id}")
    before, seq = found
    if wish.facts_only and wish.any_state:
        change = _at(change, before.state)
    _check(before, change, wish)
    moment = max(now, before.updated_at)
    after = _after(before, change, moment)
    event = event_values(change, seq + 1, before.state, moment)
    return Step(before, after, _update_values(after, seq), event, wish.asset)


def _at(change: Change, state: RenderState) -> Change:
    return replace(change, expect=state, to=state)


def _check(before: Render, change: Change, wish: Wish) -> None:
    if before.state != change.expect:
        raise StaleState(f"render {before.id} is {before.state}, not {change.expect}: somebody else changed it first")
    if not wish.any_state and all(getattr(before, name) == value for name, value in change.facts.items()):
        raise StaleState(f"render {before.id}: somebody else wrote down the same first")
    if wish.asset and wish.asset.render_id != before.id:
        raise LedgerError(f"the asset belongs to render {wish.asset.render_id}, not {before.id}")
    if change.to is RenderState.ARCHIVED and not wish.asset and not wish.facts_only:
        raise LedgerError(f"render {before.id} cannot be archived without its asset")


def check_wish(wish: Wish) -> None:
    """What can be refused without asking the database: IllegalTransition, or LedgerError for a fact nobody may set."""
    if not wish.facts_only:
        check_step(wish.change.expect, wish.change.to)
    if unknown := sorted(set(wish.change.facts) - FACTS):
        raise LedgerError(f"not facts of a render that may change: {', '.join(unknown)}")


def _after(before: Render, change: Change, now: datetime) -> Render:
    facts = {name: _storable(name, value) for name, value in change.facts.items()}
    return replace(before, **{"state": change.to, "updated_at": now, **_own_facts(before, change, now), **facts})


def _own_facts(before: Render, change: Change, now: datetime) -> Values:
    if change.to == change.expect:
        return {}
    if change.to is RenderState.SUBMITTING:
        # One `submitting` is one POST, and starts with a clean slate: what failed before stands in the events.
        return {"submitted_at": now, "attempts": before.attempts + 1, **_NO_FAILURE}
    return {"finished_at": before.finished_at or now} if change.to in _FINISHED else {}


def _storable(name: str, value: Any) -> Any:
    if value is not None and name in _WORDS:
        return _WORDS[name](value)
    if isinstance(value, Decimal):
        return exact_amount(value)
    if name == "moderation_findings":
        return tuple(clean_json(value))
    return clean(value) if isinstance(value, str) else value


def _update_values(after: Render, seq: int) -> Values:
    return {
        **{name: getattr(after, name) for name in _MUTABLE},
        "moderation_findings": list(after.moderation_findings),
        "link_sha256": link_digest(after.link) if after.link is not None else None,
        "last_seq": seq + 1,
        "of_id": after.id,
        "of_seq": seq,
    }
