"""Money and life signs: accounts and limits, the charge of every attempt, leases, gates, and the inbox with its lag."""

from alembic import op
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Integer,
    String,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from blocks.ledger.columns import Moment, Money

revision = "0004"
down_revision = "0003"

#: States in which somebody must still do something for a render.
OPEN = "state IN ('planned', 'submitting', 'unknown', 'queued', 'processing', 'succeeded')"
SCOPES = "'campaign', 'cost_centre', 'day'"
CHARGES = "'quoted', 'charged', 'not_charged', 'refunded', 'unknown'"
CANCELS = "'requested', 'confirmed', 'too_late'"
#: What is set aside (`workprint.budgets.weight`).
RESERVED = (
    "r.charge_state <> 'charged' AND (r.charge_state = 'unknown' "
    "OR r.state IN ('submitting', 'unknown', 'queued', 'processing'))"
)


def upgrade() -> None:
    """New tables first, then new columns of old ones."""
    _accounts()
    _charges()
    _leases()
    _callbacks()
    _columns()
    _guards()
    _carry_over()


def _carry_over() -> None:
    """What stands in an older ledger weighs on the new accounts, or its end would make them negative."""
    sqlite = op.get_context().dialect.name == "sqlite"
    day = "substr(r.submitted_at, 1, 10)" if sqlite else "to_char(r.submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
    for scope, key in (("campaign", "r.campaign_id"), ("cost_centre", "c.cost_centre"), ("day", day)):
        op.execute(
            "INSERT INTO accounts (scope, key, currency, spent, reserved) "  # noqa: S608  our own words only
            f"SELECT '{scope}', {key}, r.charge_currency, "
            "SUM(CASE WHEN r.charge_state = 'charged' THEN r.charge_amount ELSE 0 END), "
            f"SUM(CASE WHEN {RESERVED} THEN r.charge_amount ELSE 0 END) "
            "FROM renders r JOIN campaigns c ON c.id = r.campaign_id WHERE r.submitted_at IS NOT NULL "
            f"GROUP BY {key}, r.charge_currency"
        )
    op.execute(
        "INSERT INTO charges (render_id, seq, attempt, at, state, amount, currency, evidence, source) "
        "SELECT id, last_seq, attempts, updated_at, charge_state, charge_amount, charge_currency, charge_evidence, "
        "charge_source FROM renders WHERE submitted_at IS NOT NULL"
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        *_key(),
        Column("spent", Money, nullable=False),
        Column("reserved", Money, nullable=False),
        CheckConstraint(f"scope IN ({SCOPES})", name="accounts_scope"),
        CheckConstraint("spent >= 0 AND reserved >= 0", name="accounts_amounts"),
    )
    op.create_table(
        "limits",
        *_key(),
        Column("amount", Money, nullable=False),
        Column("set_by", Text, nullable=False),
        Column("set_at", Moment, nullable=False),
        CheckConstraint(f"scope IN ({SCOPES})", name="limits_scope"),
        CheckConstraint("amount >= 0", name="limits_amount"),
    )


def _key() -> list[Column[str]]:
    names = (("scope", 16), ("key", 128), ("currency", 3))
    return [Column(name, String(length), primary_key=True) for name, length in names]


def _charges() -> None:
    op.create_table(
        "charges",
        Column("render_id", String(40), ForeignKey("renders.id"), primary_key=True),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("attempt", Integer, nullable=False),
        Column("at", Moment, nullable=False),
        Column("state", String(16), nullable=False),
        Column("amount", Money, nullable=False),
        Column("currency", String(3), nullable=False),
        Column("evidence", String(16), nullable=False),
        Column("source", Text, nullable=False),
        CheckConstraint(f"state IN ({CHARGES})", name="charges_state"),
        CheckConstraint("evidence IN ('reported', 'estimated')", name="charges_evidence"),
        CheckConstraint("amount >= 0 AND attempt >= 0", name="charges_numbers"),
    )


def _leases() -> None:
    op.create_table(
        "leases",
        Column("holder", String(80), primary_key=True),
        Column("until", Moment, nullable=False),
    )
    op.create_index("leases_until", "leases", ["until"])


def _callbacks() -> None:
    """Nothing was ever written to the first inbox: it is made anew with what a receipt has to tell."""
    op.drop_table("callbacks")
    op.create_table(
        "callbacks",
        Column("id", String(64), primary_key=True),
        Column("received_at", Moment, nullable=False),
        Column("provider", String(80), nullable=False),
        Column("token_hash", String(64), nullable=False),
        Column("headers", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        Column("body", Text, nullable=False),
        Column("size", Integer, nullable=False),
        Column("sha256", String(64), nullable=False),
        Column("verified", Boolean, nullable=False),
        Column("render_id", String(40), ForeignKey("renders.id")),
        Column("outcome", Text, nullable=False),
        Column("handled_at", Moment),
        Column("lag_seconds", Float),
    )
    op.create_index("callbacks_render", "callbacks", ["render_id"])
    strangers = text("render_id IS NULL")
    op.create_index(
        "callbacks_strangers", "callbacks", ["received_at"], sqlite_where=strangers, postgresql_where=strangers
    )
    op.create_index("callbacks_token", "callbacks", ["token_hash", "sha256"])
    waiting = text("handled_at IS NULL")
    op.create_index("callbacks_open", "callbacks", ["render_id"], sqlite_where=waiting, postgresql_where=waiting)
    timed = text("lag_seconds IS NOT NULL")
    op.create_index("callbacks_handled", "callbacks", ["handled_at"], sqlite_where=timed, postgresql_where=timed)


def _columns() -> None:
    op.drop_index("renders_task", "renders")
    op.create_index("renders_task", "renders", ["task_id", "provider"], unique=True)
    op.add_column("renders", Column("token_hash", String(64)))
    op.add_column("renders", Column("holder", String(80)))
    op.execute(f"ALTER TABLE renders ADD COLUMN cancel_state VARCHAR(16) CHECK (cancel_state IN ({CANCELS}))")
    op.create_index("renders_token", "renders", ["token_hash"], unique=True)
    open_ = text(OPEN)
    op.create_index("renders_open", "renders", ["state", "holder"], sqlite_where=open_, postgresql_where=open_)
    op.create_index("renders_moved", "renders", ["updated_at"])
    doubt = text("state = 'failed' AND charge_state = 'unknown'")
    op.create_index("renders_doubtful", "renders", ["finished_at"], sqlite_where=doubt, postgresql_where=doubt)
    op.create_index("renders_cost", "renders", ["submitted_at"])
    op.create_index("assets_archived", "assets", ["archived_at"])
    op.add_column("campaigns", Column("holder", String(80)))
    op.add_column("campaigns", Column("rescues", Integer, nullable=False, server_default="0"))
    op.add_column("campaigns", Column("gate", String(64)))
    op.add_column("campaigns", Column("gate_deadline", Moment))
    running = text("closed_at IS NULL")
    op.create_index("campaigns_open", "campaigns", ["created_at"], sqlite_where=running, postgresql_where=running)


def _guards() -> None:
    """The charges of a render are history: append-only like its events (v0003 says why)."""
    why = "charges is append-only"
    if op.get_context().dialect.name == "sqlite":
        same = "EXISTS (SELECT 1 FROM charges WHERE render_id = NEW.render_id AND seq = NEW.seq)"
        for name, when, condition in (
            ("charges_no_update", "UPDATE", "1"),
            ("charges_no_delete", "DELETE", "1"),
            ("charges_no_replace", "INSERT", same),
        ):
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {when} ON charges WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
            )
        return
    refuse = f"BEGIN RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation'; END"
    op.execute(f"CREATE FUNCTION workprint_charges_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ {refuse} $$")
    for name, when in (
        ("no_change", "UPDATE OR DELETE ON charges FOR EACH ROW"),
        ("no_truncate", "TRUNCATE ON charges FOR EACH STATEMENT"),
    ):
        op.execute(f"CREATE TRIGGER charges_{name} BEFORE {when} EXECUTE FUNCTION workprint_charges_frozen()")
