"""Claims, many in one transaction: the render that exists for a content, or a new one. Never two.

The unique index on the fingerprint of live renders decides who was first; everybody else is given that render.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, insert, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import schema
from blocks.ledger.ids import new_render_id
from blocks.ledger.rows import (
    RENDER_COLUMNS,
    Values,
    clean_fields,
    event_values,
    new_render_values,
    spec_values,
    to_claim,
    to_render,
)
from blocks.ledger.upserts import insert_or_leave
from workprint.charges import Charge
from workprint.errors import ApprovalMissing, LedgerError, StaleState
from workprint.render import Change, Claim, Decision, Render, Source
from workprint.spec import Kind, Spec
from workprint.states import RenderState

Key = tuple[str, str, int, str]
_KEY = (schema.claims.c.campaign_id, schema.claims.c.variant, schema.claims.c.take, schema.claims.c.kind)


@dataclass(frozen=True, slots=True)
class ClaimWish:
    """What one caller of `Ledger.claim` wants."""

    campaign_id: str
    variant: str
    spec: Spec
    fingerprint: str
    dialect: str
    quote: Charge
    submitted_by: str
    callback_url: str | None
    retry_of: str | None
    approval_id: str | None
    draft_render_id: str | None
    note: str = ""
    #: The decision that asked for this take.
    revision_id: str | None = None

    @property
    def key(self) -> Key:
        """What is claimed: one row of `claims`."""
        return (self.campaign_id, self.variant, self.spec.take, self.spec.kind.value)


@dataclass(frozen=True, slots=True)
class _Known:
    """What stands in the ledger for a batch of wishes."""

    claims: dict[Key, RowMapping]
    claimed: dict[str, Render]
    live: dict[str, Render]
    #: Approval id -> (campaign, fingerprint) it covers.
    covers: dict[str, tuple[str, str]]


async def apply_claims(
    connection: AsyncConnection, wishes: Sequence[ClaimWish], now: datetime
) -> list[Claim | LedgerError]:
    """Serve every wish that may be served, and say for each what came of it, in order.

    No two may name one key or one fingerprint. StaleState when another process claimed the same key with other content
    in this very moment: nothing may be committed then.
    """
    known = await _known(connection, wishes)
    outcomes = [_existing(wish, known) for wish in wishes]
    fresh = [wish for wish, outcome in zip(wishes, outcomes, strict=True) if outcome is None]
    served = await _serve(connection, fresh, known, now) if fresh else {}
    return [outcome or served[wish.key] for wish, outcome in zip(wishes, outcomes, strict=True)]


async def _known(connection: AsyncConnection, wishes: Sequence[ClaimWish]) -> _Known:
    claims = await _claims(connection, [wish.key for wish in wishes])
    return _Known(
        claims,
        await _renders_by_id(connection, [row["render_id"] for row in claims.values()]),
        await _live(connection, [wish.fingerprint for wish in wishes]),
        await _covers(connection, [wish.approval_id for wish in wishes if wish.approval_id]),
    )


async def _claims(connection: AsyncConnection, keys: Sequence[Key]) -> dict[Key, RowMapping]:
    rows = (await connection.execute(select(schema.claims).where(tuple_(*_KEY).in_(keys)))).mappings()
    return {(row["campaign_id"], row["variant"], row["take"], row["kind"]): row for row in rows}


async def _renders_by_id(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Render]:
    if not ids:
        return {}
    rows = await connection.execute(select(*RENDER_COLUMNS).where(schema.renders.c.id.in_(ids)))
    return {row["id"]: to_render(row) for row in rows.mappings()}


async def _live(connection: AsyncConnection, fingerprints: Sequence[str]) -> dict[str, Render]:
    query = select(*RENDER_COLUMNS).where(schema.renders.c.fingerprint.in_(fingerprints), text("live"))
    return {row["fingerprint"]: to_render(row) for row in (await connection.execute(query)).mappings()}


async def _covers(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    if not ids:
        return {}
    table = schema.approvals.c
    gone = select(table.withdraws).where(table.withdraws.in_(ids))
    query = select(table.id, table.campaign_id, table.final_fingerprint).where(
        table.id.in_(ids), table.decision == Decision.APPROVED, table.evidence.is_not(None), table.id.not_in(gone)
    )
    return {row[0]: (row[1], row[2]) for row in await connection.execute(query)}


def _existing(wish: ClaimWish, known: _Known) -> Claim | LedgerError | None:
    """The claim that stands already, or why there can be none; None when one has to be made."""
    if refused := _refusal(wish, known):
        return refused
    row = known.claims.get(wish.key)
    if row is None:
        return None
    render = known.claimed[row["render_id"]]
    over = wish.retry_of == render.id and not render.live
    if over and (wish.spec.provider != render.spec.provider or wish.approval_id != row["approval_id"]):
        return None  # another provider makes what this one refused, or it was approved anew
    if render.fingerprint != wish.fingerprint:
        return LedgerError(
            f"the {wish.spec.kind} of {wish.variant} take {wish.spec.take} is already claimed with other content",
            fix="changed content is a new take",
        )
    return None if over else to_claim(row, render)


def _refusal(wish: ClaimWish, known: _Known) -> LedgerError | None:
    if wish.spec.kind is Kind.DRAFT:
        return LedgerError("a draft needs no approval and takes none") if wish.approval_id else None
    if known.covers.get(wish.approval_id or "") != (wish.campaign_id, wish.fingerprint):
        return ApprovalMissing(
            f"no approval of {wish.campaign_id} covers this final of {wish.variant} take {wish.spec.take}",
            fix="approve the draft this final is made from, with exactly these final settings",
        )
    return None


async def _serve(
    connection: AsyncConnection, wishes: Sequence[ClaimWish], known: _Known, now: datetime
) -> dict[Key, Claim]:
    # Everybody takes index entries in the same order, so two processes wait for each other and do not deadlock.
    await _create(connection, sorted(wishes, key=lambda wish: wish.fingerprint), known, now)
    live = await _live(connection, [wish.fingerprint for wish in wishes])
    if missing := [wish.variant for wish in wishes if wish.fingerprint not in live]:
        raise StaleState(f"the renders of {', '.join(missing)} ended in this very moment")
    await _claim(connection, sorted(wishes, key=lambda wish: wish.key), live, known, now)
    found = await _claimed(connection, {wish.key: live[wish.fingerprint].id for wish in wishes})
    return {key: to_claim(row, live[row["fingerprint"]]) for key, row in found.items()}


async def _create(connection: AsyncConnection, wishes: Sequence[ClaimWish], known: _Known, now: datetime) -> None:
    """Insert a render and its first event for every fingerprint nobody holds."""
    rows = [_render_values(wish, now) for wish in wishes if wish.fingerprint not in known.live]
    if not rows:
        return
    await connection.execute(insert_or_leave(connection, schema.renders), rows)
    ids = schema.renders.c.id
    made = set((await connection.execute(select(ids).where(ids.in_([row["id"] for row in rows])))).scalars())
    notes = {wish.fingerprint: wish.note for wish in wishes}
    if births := [_birth(row, notes[row["fingerprint"]], now) for row in rows if row["id"] in made]:
        await connection.execute(insert(schema.events), births)


def _render_values(wish: ClaimWish, now: datetime) -> Values:
    return clean_fields(
        {
            **new_render_values(new_render_id(now), wish.quote, now),
            **spec_values(wish.spec),
            "campaign_id": wish.campaign_id,
            "variant": wish.variant,
            "dialect": wish.dialect,
            "submitted_by": wish.submitted_by,
            "callback_url": wish.callback_url,
            "retry_of": wish.retry_of,
            "approval_id": wish.approval_id,
            "draft_render_id": wish.draft_render_id,
        }
    )


def _birth(row: Values, note: str, now: datetime) -> Values:
    born = Change(row["id"], RenderState.PLANNED, RenderState.PLANNED, Source.SUBMIT, row["submitted_by"], note=note)
    return event_values(born, 1, None, now)


async def _claim(
    connection: AsyncConnection, wishes: Sequence[ClaimWish], live: dict[str, Render], known: _Known, now: datetime
) -> None:
    """Point every claim at its render: a new claim, or one whose render ended without a film and without a charge."""
    for wish in (wish for wish in wishes if wish.key in known.claims):
        row = _claim_values(wish, live[wish.fingerprint], now)
        mine = (column == value for column, value in zip(_KEY, wish.key, strict=True))
        await connection.execute(update(schema.claims).where(*mine).values(row))
    if new := [_claim_values(w, live[w.fingerprint], now) for w in wishes if w.key not in known.claims]:
        await connection.execute(insert_or_leave(connection, schema.claims), new)


def _claim_values(wish: ClaimWish, render: Render, now: datetime) -> Values:
    return {
        "campaign_id": wish.campaign_id,
        "variant": wish.variant,
        "take": wish.spec.take,
        "kind": wish.spec.kind.value,
        "render_id": render.id,
        "fingerprint": wish.fingerprint,
        "approval_id": wish.approval_id,
        "adopted": render.campaign_id != wish.campaign_id,
        "claimed_at": now,
        "revision_id": wish.revision_id,
    }


async def _claimed(connection: AsyncConnection, wanted: dict[Key, str]) -> dict[Key, RowMapping]:
    """The claims as they stand now. Somebody else may have come first, but then with the same render."""
    found = await _claims(connection, list(wanted))
    if {key: row["render_id"] for key, row in found.items()} != wanted:
        raise StaleState("somebody else claimed the same take with other content in this very moment")
    return found
