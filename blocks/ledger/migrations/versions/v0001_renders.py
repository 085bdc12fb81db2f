"""Campaigns, approvals, renders, claims and events."""

from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from blocks.ledger.columns import Moment, Money

revision = "0001"
down_revision = None

STATES = "planned submitting unknown queued processing succeeded archived link_expired failed cancelled expired"
AT_PROVIDER = "'queued', 'processing', 'succeeded', 'archived', 'link_expired'"
MOTIONS = (
    "static push_in pull_out pan_left pan_right tilt_up tilt_down "
    "truck_left truck_right orbit crane_up crane_down handheld"
)
FAILURES = "parameters auth quota rate_limit content_policy upstream queue_timeout link network internal"
LIVE = "NOT (state IN ('failed', 'cancelled', 'expired') AND charge_state IN ('not_charged', 'refunded'))"
Json = JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Approvals and renders point at each other; the tie from approval to draft closes last (SQLite has it inline)."""
    _campaigns()
    _approvals()
    _renders()
    _claims()
    _events()
    if op.get_context().dialect.name == "postgresql":
        op.create_foreign_key("approvals_draft", "approvals", "renders", ["draft_render_id"], ["id"])


def one_of(table: str, column: str, words: str) -> CheckConstraint:
    """The column holds one of these words, or nothing where it may."""
    values = ", ".join(f"'{word}'" for word in words.split())
    return CheckConstraint(f'"{column}" IN ({values})', name=f"{table}_{column}")


def covered(table: str) -> ForeignKeyConstraint:
    """A final's approval says yes to this very fingerprint, in this very campaign."""
    return ForeignKeyConstraint(
        ["approval_id", "fingerprint", "campaign_id"],
        ["approvals.id", "approvals.final_fingerprint", "approvals.campaign_id"],
        name=f"{table}_approval",
    )


def approval_iff_final(table: str) -> CheckConstraint:
    """A final needs an approval and a draft has none."""
    return CheckConstraint("(kind = 'final') = (approval_id IS NOT NULL)", name=f"{table}_final_needs_approval")


def _campaigns() -> None:
    op.create_table(
        "campaigns",
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
    )
    op.create_index("campaigns_flow_run", "campaigns", ["flow_run_id"])


def _approvals() -> None:
    op.create_table(
        "approvals",
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
        UniqueConstraint("id", "final_fingerprint", "campaign_id", name="approvals_cover"),
        one_of("approvals", "decision", "approved rejected revise"),
        CheckConstraint("final_fingerprint IS NULL OR decision = 'approved'", name="approvals_only_yes_covers"),
        CheckConstraint("max_amount >= 0", name="approvals_max_amount"),
        CheckConstraint("take >= 1", name="approvals_take"),
    )
    op.create_index("approvals_campaign", "approvals", ["campaign_id"])
    op.create_index("approvals_draft_render", "approvals", ["draft_render_id"])


def _renders() -> None:
    op.create_table(
        "renders",
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
        covered("renders"),
        approval_iff_final("renders"),
        *_render_words(),
        CheckConstraint(f"state NOT IN ({AT_PROVIDER}) OR task_id IS NOT NULL", name="renders_task_known"),
        CheckConstraint("state NOT IN ('succeeded', 'archived') OR link IS NOT NULL", name="renders_link_known"),
        CheckConstraint("(link IS NULL) = (link_sha256 IS NULL)", name="renders_link_findable"),
        CheckConstraint("charge_amount >= 0 AND length(charge_currency) = 3", name="renders_charge"),
        CheckConstraint(
            "take >= 1 AND attempts >= 0 AND last_seq >= 1 AND duration > 0 AND fps > 0", name="renders_numbers"
        ),
    )
    _render_indexes()


def _render_words() -> list[CheckConstraint]:
    return [
        one_of("renders", "kind", "draft final"),
        one_of("renders", "state", STATES),
        one_of("renders", "input_type", "text_to_video image_to_video video_to_video reference_to_video"),
        one_of("renders", "camera_motion", MOTIONS),
        one_of("renders", "camera_speed", "slow medium fast"),
        one_of("renders", "audio", "mute generate keep"),
        one_of("renders", "failure_kind", FAILURES),
        one_of("renders", "failure_stage", "submit queue render download moderation archive"),
        one_of("renders", "charge_state", "quoted charged not_charged refunded unknown"),
        one_of("renders", "charge_evidence", "reported estimated"),
        one_of("renders", "moderation", "not_checked passed blocked"),
    ]


def _render_indexes() -> None:
    live = text("live")
    op.create_index("renders_live", "renders", ["fingerprint"], unique=True, sqlite_where=live, postgresql_where=live)
    op.create_index("renders_campaign", "renders", ["campaign_id"])
    op.create_index("renders_state", "renders", ["state"])
    op.create_index("renders_task", "renders", ["task_id"])
    op.create_index("renders_link", "renders", ["link_sha256"])
    op.create_index("renders_finished", "renders", ["provider", "model", "kind", "finished_at"])


def _claims() -> None:
    op.create_table(
        "claims",
        Column("campaign_id", String(64), ForeignKey("campaigns.id"), primary_key=True),
        Column("variant", Text, primary_key=True),
        Column("take", Integer, primary_key=True),
        Column("kind", String(8), primary_key=True),
        Column("render_id", String(40), ForeignKey("renders.id"), nullable=False),
        Column("fingerprint", String(64), nullable=False),
        Column("approval_id", String(64)),
        Column("adopted", Boolean, nullable=False),
        Column("claimed_at", Moment, nullable=False),
        covered("claims"),
        approval_iff_final("claims"),
        one_of("claims", "kind", "draft final"),
        CheckConstraint("take >= 1", name="claims_take"),
    )
    op.create_index("claims_render", "claims", ["render_id"])


def _events() -> None:
    op.create_table(
        "events",
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
        one_of("events", "before", STATES),
        one_of("events", "after", STATES),
        one_of("events", "source", "submit poll callback rescue person archive"),
        CheckConstraint("seq >= 1", name="events_seq"),
    )
