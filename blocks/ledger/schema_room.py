"""More tables: personal links into the screening room, comments, what was watched, and notices to send."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, text

from blocks.ledger.columns import Moment
from blocks.ledger.schema import metadata

#: Few at any time, however many were sent.
TO_SEND = "state = 'waiting'"

tickets = Table(
    "tickets",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("campaign_id", String(64), ForeignKey("campaigns.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("agent", Boolean, nullable=False),
    Column("revoked_at", Moment),
    Column("revoked_by", Text, nullable=False),
    Index("tickets_campaign", "campaign_id"),
)

comments = Table(
    "comments",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("campaign_id", String(64), ForeignKey("campaigns.id"), nullable=False),
    Column("variant", Text, nullable=False),
    Column("take", Integer, nullable=False),
    Column("draft_sha256", String(64), nullable=False),
    Column("actor", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("second", Float),
    Column("region_x", Float),
    Column("region_y", Float),
    Column("region_width", Float),
    Column("region_height", Float),
    Index("comments_campaign", "campaign_id", "variant", "take"),
)

watches = Table(
    "watches",
    metadata,
    # As `workprint.policy.person` spells it.
    Column("person", Text, primary_key=True),
    Column("draft_sha256", String(64), primary_key=True),
    # Bits as lowercase hex digits.
    Column("slots", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("campaign_id", String(64), ForeignKey("campaigns.id"), nullable=False),
    Column("occasion", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment),
    Column("sent_at", Moment),
    Column("problem", Text, nullable=False),
    Index("notices_campaign", "campaign_id"),
    Index("notices_due", "next_at", sqlite_where=text(TO_SEND), postgresql_where=text(TO_SEND)),
)
