"""The screening room: personal links, comments, what was watched, and an outbox of notices."""

from alembic import op
from sqlalchemy import Boolean, CheckConstraint, Column, Float, ForeignKey, Integer, String, Text, text

from blocks.ledger.columns import Moment

revision = "0006"
down_revision = "0005"

OCCASIONS = "'opened', 'reminded', 'escalated', 'decided', 'delivered', 'failed'"
NOTICE_STATES = "'waiting', 'sent', 'given_up'"
REGION = ("region_x", "region_y", "region_width", "region_height")
#: What stays as it was written, for each table of which something may change.
FROZEN = {
    "tickets": "id, campaign_id, name, roles, issued_by, issued_at, expires_at, agent",
    "watches": "person, draft_sha256",
    "notices": "id, campaign_id, occasion, subject, target, person, created_at",
}
#: Table -> the row that is there already under the key of a new one.
TAKEN = {
    "tickets": "id = NEW.id",
    "comments": "id = NEW.id",
    "watches": "person = NEW.person AND draft_sha256 = NEW.draft_sha256",
    "notices": "id = NEW.id",
}


def upgrade() -> None:
    """The tables, then what is refused."""
    sqlite = op.get_context().dialect.name == "sqlite"
    _tickets()
    _comments()
    _watches(sqlite=sqlite)
    _notices()
    _doubtful()
    _unsealed()
    (_guards_sqlite if sqlite else _guards_postgresql)()


def _tickets() -> None:
    op.create_table(
        "tickets",
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
        CheckConstraint("length(id) > 0 AND length(name) > 0 AND length(issued_by) > 0", name="tickets_named"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by = '')", name="tickets_revoked"),
    )
    op.create_index("tickets_campaign", "tickets", ["campaign_id"])


def _comments() -> None:
    whole = " AND ".join(f"{side} IS NULL" for side in REGION)
    part = " AND ".join(f"{side} IS NOT NULL AND {side} BETWEEN 0 AND 1" for side in REGION)
    op.create_table(
        "comments",
        Column("id", String(64), primary_key=True),
        Column("campaign_id", String(64), ForeignKey("campaigns.id"), nullable=False),
        Column("variant", Text, nullable=False),
        Column("take", Integer, nullable=False),
        Column("draft_sha256", String(64), nullable=False),
        Column("actor", Text, nullable=False),
        Column("text", Text, nullable=False),
        Column("at", Moment, nullable=False),
        Column("second", Float),
        *(Column(side, Float) for side in REGION),
        CheckConstraint("take >= 1 AND length(draft_sha256) = 64 AND length(variant) > 0", name="comments_about"),
        CheckConstraint("length(id) > 0 AND length(actor) > 0 AND length(text) > 0", name="comments_said"),
        # A day: PostgreSQL takes neither infinity nor NaN for less.
        CheckConstraint("second IS NULL OR second BETWEEN 0 AND 86400", name="comments_second"),
        CheckConstraint(f"({whole}) OR ({part})", name="comments_region"),
    )
    op.create_index("comments_campaign", "comments", ["campaign_id", "variant", "take"])


def _watches(*, sqlite: bool) -> None:
    digits = "slots <> '' AND slots NOT GLOB '*[^0-9a-f]*'" if sqlite else "slots ~ '^[0-9a-f]+$'"
    op.create_table(
        "watches",
        Column("person", Text, primary_key=True),
        Column("draft_sha256", String(64), primary_key=True),
        # Bits as lowercase hex digits, as `workprint.watched` counts them.
        Column("slots", Text, nullable=False),
        Column("at", Moment, nullable=False),
        CheckConstraint("length(person) > 0 AND length(draft_sha256) = 64", name="watches_about"),
        CheckConstraint(f"{digits} AND length(slots) <= 512", name="watches_slots"),
    )


def _notices() -> None:
    op.create_table(
        "notices",
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
        CheckConstraint(f"occasion IN ({OCCASIONS})", name="notices_occasion"),
        CheckConstraint(f"state IN ({NOTICE_STATES})", name="notices_state"),
        CheckConstraint("attempts >= 0 AND length(subject) > 0 AND length(target) > 0", name="notices_about"),
        CheckConstraint("(state = 'waiting') = (next_at IS NOT NULL)", name="notices_next"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="notices_sent"),
    )
    op.create_index("notices_campaign", "notices", ["campaign_id"])
    waiting = text("state = 'waiting'")
    op.create_index("notices_due", "notices", ["next_at"], sqlite_where=waiting, postgresql_where=waiting)


def _doubtful() -> None:
    """The index of doubtful charges made anew: as it was, SQLite preferred the one of every failed render."""
    doubt = text("state = 'failed' AND charge_state = 'unknown'")
    op.drop_index("renders_doubtful", "renders")
    columns = ["state", "finished_at"]
    op.create_index("renders_doubtful", "renders", columns, sqlite_where=doubt, postgresql_where=doubt)


def _unsealed() -> None:
    """A yes from before approvals were sealed lets no final in any more: where none was sent yet, it is asked again."""
    sent = "r.state <> 'planned' AND (r.approval_id = a.id OR c.approval_id = a.id)"
    serving = "renders r LEFT JOIN claims c ON c.render_id = r.id"
    kept = "campaign_id, variant, take, at, covers, draft_render_id, draft_sha256, currency, prompt, role, channel"
    new = "'old_' || substr(a.id, 1, 60), 'withdrawn', 'workprint', 'approved before approvals were sealed', a.id"
    op.execute(
        f"INSERT INTO approvals ({kept}, id, decision, actor, note, withdraws) "  # noqa: S608  our own words only
        f"SELECT {', '.join('a.' + name for name in kept.split(', '))}, {new} FROM approvals a "
        "JOIN campaigns k ON k.id = a.campaign_id AND k.closed_at IS NULL "
        "WHERE a.decision = 'approved' AND a.evidence IS NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {serving} WHERE {sent}) "
        "AND NOT EXISTS (SELECT 1 FROM approvals w WHERE w.withdraws = a.id)"
    )


def _guards_sqlite() -> None:
    def refuse(name: str, when: str, why: str, condition: str = "1") -> None:
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{why}'); END")

    for table, taken in TAKEN.items():
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {taken})"  # noqa: S608  our own four table names
        refuse(f"{table}_no_delete", f"DELETE ON {table}", f"{table} is append-only")
        refuse(f"{table}_no_replace", f"INSERT ON {table}", f"{table} is append-only", there)
    refuse("comments_no_update", "UPDATE ON comments", "comments is append-only")
    for table, columns in FROZEN.items():
        refuse(f"{table}_frozen", f"UPDATE OF {columns} ON {table}", f"{table}: this is frozen")
    refuse("tickets_once", "UPDATE ON tickets", "a ticket is revoked once", "OLD.revoked_at IS NOT NULL")
    refuse("notices_once", "UPDATE ON notices", "a notice is sent once", "OLD.state = 'sent'")


def _guards_postgresql() -> None:
    def refuse(name: str, when: str, why: str, condition: str = "true") -> None:
        _trigger(name, when, f"IF {condition} THEN RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation'; END IF;")

    for table in TAKEN:
        refuse(f"{table}_no_delete", f"DELETE ON {table} FOR EACH ROW", f"{table} is append-only")
        refuse(f"{table}_no_truncate", f"TRUNCATE ON {table} FOR EACH STATEMENT", f"{table} is append-only")
    refuse("comments_no_update", "UPDATE ON comments FOR EACH ROW", "comments is append-only")
    for table, columns in FROZEN.items():
        refuse(f"{table}_frozen", f"UPDATE OF {columns} ON {table} FOR EACH ROW", f"{table}: this is frozen")
    once = "UPDATE ON {} FOR EACH ROW"
    refuse("tickets_once", once.format("tickets"), "a ticket is revoked once", "OLD.revoked_at IS NOT NULL")
    refuse("notices_once", once.format("notices"), "a notice is sent once", "OLD.state = 'sent'")


def _trigger(name: str, when: str, body: str) -> None:
    op.execute(
        f"CREATE FUNCTION workprint_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION workprint_{name}()")
