"""Assets, and the inbox of callbacks."""

from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Integer,
    String,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from blocks.ledger.columns import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Both point at renders."""
    _assets()
    _callbacks()


def _assets() -> None:
    op.create_table(
        "assets",
        Column("key", String(1024), primary_key=True),
        Column("bucket", String(64), primary_key=True),
        Column("render_id", String(40), ForeignKey("renders.id"), nullable=False),
        Column("place", String(16), nullable=False),
        Column("sha256", String(64), nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("media_type", String(80), nullable=False),
        Column("width", Integer, nullable=False),
        Column("height", Integer, nullable=False),
        Column("duration", Float, nullable=False),
        Column("fps", Float, nullable=False),
        Column("has_audio", Boolean, nullable=False),
        Column("etag", Text, nullable=False),
        Column("archived_at", Moment, nullable=False),
        Column("link_seconds_left", Float),
        Column("manifest_key", String(1024), nullable=False),
        CheckConstraint("place IN ('draft', 'delivery', 'quarantine')", name="assets_place"),
        CheckConstraint("size > 0", name="assets_size"),
    )
    op.create_index("assets_render", "assets", ["render_id"])
    op.create_index("assets_manifest", "assets", ["manifest_key"])


def _callbacks() -> None:
    op.create_table(
        "callbacks",
        Column("id", String(64), primary_key=True),
        Column("received_at", Moment, nullable=False),
        Column("provider", String(80), nullable=False),
        Column("token_hash", String(64), nullable=False),
        Column("headers", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        Column("body", Text, nullable=False),
        Column("verified", Boolean, nullable=False),
        Column("render_id", String(40), ForeignKey("renders.id")),
        Column("outcome", Text, nullable=False),
    )
    op.create_index("callbacks_render", "callbacks", ["render_id"])
