"""The tables, as queries see them. Constraints and triggers are made by the migrations, which never import this file.

A test compares both, so neither can drift.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Computed,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from blocks.ledger.columns import Moment, Money

#: The newest migration. Opening a ledger that already stands here costs one SELECT and no Alembic.
REVISION = "0006"

#: A render holds its fingerprint unless it ended without a film and without a charge (`workprint.render.is_live`).
LIVE = "NOT (state IN ('failed', 'cancelled', 'expired') AND charge_state IN ('not_charged', 'refunded'))"

#: Somebody must still do something for these renders: few at any time, whatever the size of the ledger.
OPEN = "state IN ('planned', 'submitting', 'unknown', 'queued', 'processing', 'succeeded')"
RUNNING = "closed_at IS NULL"
#: Ended, and nobody knows what it cost: reserved until somebody does.
DOUBTFUL = "state = 'failed' AND charge_state = 'unknown'"
WAITING = "handled_at IS NULL"
TIMED = "lag_seconds IS NOT NULL"

Json = JSON().with_variant(JSONB(), "postgresql")

metadata = MetaData()

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("cost_centre", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("brief", Json, nullable=False),
    Column("brief_hash", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("callback_url", Text),
    Column("flow_run_id", String(64)),
    Column("state", String(64), nullable=False),
    Column("started_by", Text, nullable=False),
    Column("holder", String(80)),
    Column("rescues", Integer, nullable=False, server_default="0"),
    Column("gate", String(64)),
    Column("gate_deadline", Moment),
    Index("campaigns_flow_run", "flow_run_id"),
    Index("campaigns_open", "created_at", sqlite_where=text(RUNNING), postgresql_where=text(RUNNING)),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("campaign_id", String(64), ForeignKey("campaigns.id"), nullable=False),
    Column("variant", Text, nullable=False),
    Column("take", Integer, nullable=False),
    Column("decision", String(16), nullable=False),
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("covers", String(64), nullable=False),
    Column("draft_render_id", String(40), ForeignKey("renders.id", name="approvals_draft", use_alter=True)),
    Column("draft_sha256", String(64)),
    Column("final_fingerprint", String(64)),
    Column("max_amount", Money),
    Column("currency", String(3), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("role", Text, nullable=False, server_default=""),
    Column("channel", Text, nullable=False, server_default=""),
    Column("gate_id", String(64), ForeignKey("gates.id")),
    # Canonical JSON: what `covers` is the SHA-256 of.
    Column("evidence", Text),
    Column("withdraws", String(64), ForeignKey("approvals.id")),
    UniqueConstraint("id", "final_fingerprint", "campaign_id", name="approvals_cover"),
    Index("approvals_campaign", "campaign_id"),
    Index("approvals_draft_render", "draft_render_id"),
    Index("approvals_withdraws", "withdraws", unique=True),
)

renders = Table(
    "renders",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("campaign_id", String(64), ForeignKey("campaigns.id"), nullable=False),
    Column("variant", Text, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("take", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("live", Boolean, Computed(LIVE, persisted=True)),
    Column("last_seq", Integer, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("spec", Text, nullable=False),
    # What was asked: the same as in `spec`, one column each, for whoever asks with SQL.
    Column("provider", String(80), nullable=False),
    Column("model", Text, nullable=False),
    Column("dialect", String(80), nullable=False),
    Column("input_type", String(32), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("negative_prompt", Text, nullable=False),
    Column("reference_files", Json, nullable=False),
    Column("duration", Integer, nullable=False),
    Column("resolution", String(16), nullable=False),
    Column("ratio", String(8), nullable=False),
    Column("fps", Integer, nullable=False),
    Column("camera_motion", String(16), nullable=False),
    Column("camera_speed", String(8), nullable=False),
    Column("audio", String(8), nullable=False),
    Column("seed", BigInteger, nullable=False),
    # Who asked, and what became of it.
    Column("client_ref", String(64), nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("callback_url", Text),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("submitted_at", Moment),
    Column("finished_at", Moment),
    Column("task_id", Text),
    Column("attempts", Integer, nullable=False),
    Column("retry_of", String(40), ForeignKey("renders.id")),
    Column("link", Text),
    # SHA-256 of the link without its query string: a link can be longer than an index entry may be.
    Column("link_sha256", String(64)),
    Column("link_expires_at", Moment),
    Column("failure_kind", String(16)),
    Column("failure_stage", String(16)),
    Column("failure_code", Text, nullable=False),
    Column("failure_raw", Text, nullable=False),
    Column("charge_state", String(16), nullable=False),
    Column("charge_amount", Money, nullable=False),
    Column("charge_currency", String(3), nullable=False),
    Column("charge_evidence", String(16), nullable=False),
    Column("charge_source", Text, nullable=False),
    Column("moderation", String(16), nullable=False),
    Column("moderation_findings", Json, nullable=False),
    Column("draft_render_id", String(40), ForeignKey("renders.id")),
    Column("approval_id", String(64)),
    Column("token_hash", String(64)),
    Column("holder", String(80)),
    Column("cancel_state", String(16)),
    ForeignKeyConstraint(
        ["approval_id", "fingerprint", "campaign_id"],
        ["approvals.id", "approvals.final_fingerprint", "approvals.campaign_id"],
        name="renders_approval",
    ),
    Index("renders_live", "fingerprint", unique=True, sqlite_where=text("live"), postgresql_where=text("live")),
    Index("renders_campaign", "campaign_id"),
    Index("renders_state", "state"),
    # A task belongs to one render, whoever adopts it.
    Index("renders_task", "task_id", "provider", unique=True),
    Index("renders_link", "link_sha256"),
    Index("renders_finished", "provider", "model", "kind", "finished_at"),
    Index("renders_token", "token_hash", unique=True),
    Index("renders_open", "state", "holder", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
    Index("renders_moved", "updated_at"),
    # `state` again: SQLite would prefer `renders_state`, with every failure there ever was.
    Index("renders_doubtful", "state", "finished_at", sqlite_where=text(DOUBTFUL), postgresql_where=text(DOUBTFUL)),
    Index("renders_cost", "submitted_at"),
)

claims = Table(
    "claims",
    metadata,
    Column("campaign_id", String(64), ForeignKey("campaigns.id"), primary_key=True),
    Column("variant", Text, primary_key=True),
    Column("take", Integer, primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("render_id", String(40), ForeignKey("renders.id"), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("approval_id", String(64)),
    Column("adopted", Boolean, nullable=False),
    Column("claimed_at", Moment, nullable=False),
    # The decision that asked for this take.
    Column("revision_id", String(64), ForeignKey("approvals.id")),
    ForeignKeyConstraint(
        ["approval_id", "fingerprint", "campaign_id"],
        ["approvals.id", "approvals.final_fingerprint", "approvals.campaign_id"],
        name="claims_approval",
    ),
    Index("claims_render", "render_id"),
)

events = Table(
    "events",
    metadata,
    Column("render_id", String(40), ForeignKey("renders.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("before", String(16)),
    Column("after", String(16), nullable=False),
    Column("source", String(16), nullable=False),
    Column("actor", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("note", Text, nullable=False),
)

assets = Table(
    "assets",
    metadata,
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
    Index("assets_render", "render_id"),
    Index("assets_archived", "archived_at"),
    Index("assets_manifest", "manifest_key"),
)
