"""More tables: the questions put to people, and their votes."""

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from blocks.ledger.columns import Moment
from blocks.ledger.schema import metadata

#: A run waits for one question at a time.
ASKED = "state = 'open'"

gates = Table(
    "gates",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("campaign_id", String(64), ForeignKey("campaigns.id"), nullable=False),
    # Canonical JSON, as `workprint.gates` writes and reads it.
    Column("offers", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("amount", Text, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("deadline", Moment, nullable=False),
    Column("cause", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("closed_at", Moment),
    Column("half_at", Moment),
    Column("last_tenth_at", Moment),
    UniqueConstraint("id", "campaign_id", name="gates_campaign_of"),
    Index("gates_campaign", "campaign_id"),
    Index("gates_open", "campaign_id", unique=True, sqlite_where=text(ASKED), postgresql_where=text(ASKED)),
)

votes = Table(
    "votes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("gate_id", String(64), nullable=False),
    Column("campaign_id", String(64), nullable=False),
    Column("variant", Text, nullable=False),
    Column("take", Integer, nullable=False),
    Column("offer", String(64), nullable=False),
    Column("decision", String(16), nullable=False),
    Column("actor", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("prompt", Text, nullable=False),
    ForeignKeyConstraint(["gate_id", "campaign_id"], ["gates.id", "gates.campaign_id"], name="votes_gate"),
    Index("votes_campaign", "campaign_id", "variant", "offer"),
)
