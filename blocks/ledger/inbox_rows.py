"""The inbox in SQL: many callbacks in one transaction, each told at once whose it is."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger.rows import Values, clean, clean_json
from blocks.ledger.schema import renders
from blocks.ledger.schema_money import callbacks
from workprint.callbacks import KEPT_OF_A_STRANGER, Kept, Receipt

#: What nobody had to believe hides nothing: the same body may come once more, and rightly signed.
_UNPROVEN = (Receipt.FORGED, Receipt.WRONG_PROVIDER, Receipt.BAD_SIGNATURE)


@dataclass(frozen=True, slots=True)
class Received:
    """One callback as it came. `sha256` is of the whole body; `signed`: what the provider's own scheme says of it."""

    provider: str
    token_hash: str
    headers: Mapping[str, str]
    body: bytes
    sha256: str
    #: True: the signature fits; False: it does not; None: this provider signs nothing.
    signed: bool | None = None
    id: str = field(default_factory=lambda: f"cb_{secrets.token_hex(16)}")


@dataclass(frozen=True, slots=True)
class _Known:
    #: Token hash -> render id and provider.
    owners: Mapping[str, tuple[str, str]]
    #: Token hash and body hash of what came before.
    before: set[tuple[str, str]]


async def keep_received(connection: AsyncConnection, wishes: Sequence[Received], now: datetime) -> list[Kept]:
    """Keep every one of them, and say what each is worth, in order."""
    known = await _known(connection, wishes)
    kept = [_judged(wish, known) for wish in wishes]
    rows = [_row(wish, verdict, now) for wish, verdict in zip(wishes, kept, strict=True)]
    await connection.execute(insert(callbacks), rows)
    return kept


async def _known(connection: AsyncConnection, wishes: Sequence[Received]) -> _Known:
    hashes = {wish.token_hash for wish in wishes}
    owners = await connection.execute(
        select(renders.c.token_hash, renders.c.id, renders.c.provider).where(renders.c.token_hash.in_(hashes))
    )
    seen = await connection.execute(
        select(callbacks.c.token_hash, callbacks.c.sha256).where(
            tuple_(callbacks.c.token_hash, callbacks.c.sha256).in_([(w.token_hash, w.sha256) for w in wishes]),
            callbacks.c.outcome.not_in(_UNPROVEN),
        )
    )
    return _Known({row[0]: (row[1], row[2]) for row in owners}, {(row[0], row[1]) for row in seen})


def _judged(wish: Received, known: _Known) -> Kept:
    owner = known.owners.get(wish.token_hash)
    receipt = _receipt(wish, owner, known)
    if receipt not in _UNPROVEN:
        known.before.add((wish.token_hash, wish.sha256))
    return Kept(wish.id, receipt, owner[0] if owner else None)


def _receipt(wish: Received, owner: tuple[str, str] | None, known: _Known) -> Receipt:
    if owner is None:
        return Receipt.FORGED
    if owner[1] != wish.provider:
        return Receipt.WRONG_PROVIDER
    if wish.signed is False:
        return Receipt.BAD_SIGNATURE
    if not _is_object(wish.body):
        return Receipt.MALFORMED
    return Receipt.DUPLICATE if (wish.token_hash, wish.sha256) in known.before else Receipt.NUDGE


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def _row(wish: Received, kept: Kept, now: datetime) -> Values:
    text = clean(wish.body.decode(errors="replace"))
    headers: Any = clean_json(dict(wish.headers))
    return {
        "id": wish.id,
        "received_at": now,
        "provider": clean(wish.provider)[:80],
        "token_hash": wish.token_hash,
        "headers": headers,
        "body": text if kept.render_id else text[:KEPT_OF_A_STRANGER],
        "size": len(wish.body),
        "sha256": wish.sha256,
        "verified": bool(wish.signed),
        "render_id": kept.render_id,
        "outcome": kept.receipt,
        "handled_at": None if kept.receipt.counts else now,
    }
