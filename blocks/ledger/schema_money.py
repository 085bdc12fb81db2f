"""More tables: the money on accounts, the charge of every attempt, life signs, and the inbox of callbacks."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, text

from blocks.ledger.columns import Moment, Money
from blocks.ledger.schema import TIMED, WAITING, Json, metadata

#: Callbacks with a token that is nobody's.
STRANGERS = "render_id IS NULL"

accounts = Table(
    "accounts",
    metadata,
    Column("scope", String(16), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("spent", Money, nullable=False),
    Column("reserved", Money, nullable=False),
)

limits = Table(
    "limits",
    metadata,
    Column("scope", String(16), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("amount", Money, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Moment, nullable=False),
)

charges = Table(
    "charges",
    metadata,
    Column("render_id", String(40), ForeignKey("renders.id"), primary_key=True),
    # Number of the event that brought it.
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("attempt", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("amount", Money, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("evidence", String(16), nullable=False),
    Column("source", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("holder", String(80), primary_key=True),
    Column("until", Moment, nullable=False),
    Index("leases_until", "until"),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("received_at", Moment, nullable=False),
    Column("provider", String(80), nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", Text, nullable=False),
    # Bytes of the body as it came, and their SHA-256: a stranger's body is kept shortened.
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("render_id", String(40), ForeignKey("renders.id")),
    Column("outcome", Text, nullable=False),
    Column("handled_at", Moment),
    # Seconds after the change it speaks of was on record by another path; 0 when it brought the change itself.
    Column("lag_seconds", Float),
    Index("callbacks_render", "render_id"),
    Index("callbacks_strangers", "received_at", sqlite_where=text(STRANGERS), postgresql_where=text(STRANGERS)),
    Index("callbacks_token", "token_hash", "sha256"),
    Index("callbacks_handled", "handled_at", sqlite_where=text(TIMED), postgresql_where=text(TIMED)),
    Index("callbacks_open", "render_id", sqlite_where=text(WAITING), postgresql_where=text(WAITING)),
)
