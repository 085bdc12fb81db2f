"""Gates, votes and sealed approvals: the question, the people's words, and no final without a yes that still fits."""

from alembic import op
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)

from blocks.ledger.columns import Moment
from blocks.ledger.migrations.finals_of_0005 import BOUND, FINALS, UNFIT, field

revision = "0005"
down_revision = "0004"

GATE_STATES = "'open', 'decided', 'superseded', 'expired'"
CAUSES = "'timeout', 'draft', 'quote', 'sunset'"
#: Nobody votes for the deadline: it decides when nobody does.
CHANNELS = "'screening-room', 'prefect-ui', 'cli'"
VOTES = "'approved', 'rejected', 'revise'"
DECISIONS = f"{VOTES}, 'withdrawn'"
#: A question that comes back (a price goes up and down again) is the same question, with its first deadline.
GATE_STEPS = "'open>decided', 'open>superseded', 'open>expired', 'superseded>open'"
FROZEN_QUESTION = "id, campaign_id, offers, policy, amount, currency, opened_at, deadline, cause"


def upgrade() -> None:
    """New tables first, then new columns of old ones, then what is refused."""
    _gates()
    _votes()
    _columns()
    sqlite = op.get_context().dialect.name == "sqlite"
    (_widen_sqlite if sqlite else _widen_postgresql)()
    _view(sqlite=sqlite)
    (_guards_sqlite if sqlite else _guards_postgresql)()


def _gates() -> None:
    op.create_table(
        "gates",
        Column("id", String(64), primary_key=True),
        Column("campaign_id", String(64), ForeignKey("campaigns.id"), nullable=False),
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
        CheckConstraint(f"state IN ({GATE_STATES})", name="gates_state"),
        CheckConstraint(f"cause IN ({CAUSES})", name="gates_cause"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="gates_closed"),
        CheckConstraint("length(currency) = 3", name="gates_currency"),
    )
    op.create_index("gates_campaign", "gates", ["campaign_id"])
    open_ = text("state = 'open'")
    # A run waits for one question at a time.
    op.create_index("gates_open", "gates", ["campaign_id"], unique=True, sqlite_where=open_, postgresql_where=open_)


def _votes() -> None:
    op.create_table(
        "votes",
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
        CheckConstraint(f"decision IN ({VOTES})", name="votes_decision"),
        CheckConstraint(f"channel IN ({CHANNELS})", name="votes_channel"),
        CheckConstraint("take >= 1 AND length(offer) = 64 AND length(actor) > 0", name="votes_about"),
    )
    op.create_index("votes_campaign", "votes", ["campaign_id", "variant", "offer"])


def _columns() -> None:
    sqlite = op.get_context().dialect.name == "sqlite"
    an_object = (
        "CASE WHEN json_valid(evidence) THEN json_type(evidence) = 'object' ELSE 0 END"
        if sqlite
        else "json_typeof(evidence::json) = 'object'"
    )
    for column in (
        "role TEXT NOT NULL DEFAULT ''",
        "channel TEXT NOT NULL DEFAULT ''",
        "gate_id VARCHAR(64) REFERENCES gates (id)",
        f"evidence TEXT CONSTRAINT approvals_evidence CHECK (evidence IS NULL OR {an_object})",
        "withdraws VARCHAR(64) REFERENCES approvals (id) CONSTRAINT approvals_withdrawal "
        "CHECK ((decision = 'withdrawn') = (withdraws IS NOT NULL))",
    ):
        op.execute(f"ALTER TABLE approvals ADD COLUMN {column}")
    op.create_index("approvals_withdraws", "approvals", ["withdraws"], unique=True)
    op.execute("ALTER TABLE claims ADD COLUMN revision_id VARCHAR(64) REFERENCES approvals (id)")


def _widen_postgresql() -> None:
    op.drop_constraint("approvals_decision", "approvals")
    op.create_check_constraint("approvals_decision", "approvals", f"decision IN ({DECISIONS})")


def _widen_sqlite() -> None:
    """One word more in a CHECK, the way SQLite documents for what leaves the stored rows alone.

    sqlite.org/lang_altertable.html, section 7. Making the table anew would delete rows that others hold on to.
    """
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        f"UPDATE sqlite_master SET sql = replace(sql, {_quoted(f'IN ({VOTES})')}, {_quoted(f'IN ({DECISIONS})')}) "  # noqa: S608
        "WHERE type = 'table' AND name = 'approvals'"
    )
    op.execute("PRAGMA writable_schema = RESET")


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _view(*, sqlite: bool) -> None:
    """Approvals beside what their evidence says, in the columns' own words; `seal` is what `covers` must be.

    SQLite knows no SHA-256: there the code alone checks the seal (`workprint.deciding.disagreements`).
    """
    said = ", ".join(
        f"{field(name, sqlite=sqlite)} AS said_{name}" for name in ("model", *BOUND) if name != "max_amount"
    )
    amount = field("max_amount", sqlite=sqlite)
    # As `blocks.ledger.columns.Money` keeps it. A double is exact to a millionth below nine thousand million.
    money = f"CAST(round(CAST({amount} AS REAL) * 1000000) AS INTEGER)" if sqlite else f"round(({amount})::numeric, 6)"
    seal = "covers" if sqlite else "encode(sha256(convert_to(evidence, 'UTF8')), 'hex')"
    op.execute(
        f"CREATE VIEW sealed_approvals AS SELECT a.*, {said}, {money} AS said_max_amount, {seal} AS seal, "  # noqa: S608
        "EXISTS (SELECT 1 FROM approvals w WHERE w.withdraws = a.id) AS withdrawn FROM approvals a"
    )


def _guards_sqlite() -> None:
    def refuse(name: str, when: str, why: str, condition: str = "1") -> None:
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{why}'); END")

    for table in ("votes", "gates"):
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608  our own two table names
        refuse(f"{table}_no_delete", f"DELETE ON {table}", f"{table} is append-only")
        refuse(f"{table}_no_replace", f"INSERT ON {table}", f"{table} is append-only", taken)
    refuse("votes_no_update", "UPDATE ON votes", "votes is append-only")
    refuse("gates_frozen", f"UPDATE OF {FROZEN_QUESTION} ON gates", "a question is frozen")
    step = f"NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({GATE_STEPS})"
    refuse("gates_step", "UPDATE OF state ON gates", "the life of a gate has no such step", step)
    for name, (when, rows, (tables, where, reasons)) in FINALS.items():
        cases = " ".join(f"WHEN {wrong} THEN RAISE(ABORT, '{UNFIT}{why}')" for why, wrong in reasons.items())
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} WHEN {rows} AND NEW.approval_id IS NOT NULL BEGIN "  # noqa: S608
            f"SELECT RAISE(ABORT, '{UNFIT}none covers it') WHERE NOT EXISTS (SELECT 1 FROM approvals a WHERE {where}); "
            f"SELECT CASE {cases} END FROM {tables} WHERE {where}; END"
        )


def _guards_postgresql() -> None:
    def refuse(name: str, when: str, why: str, condition: str = "true") -> None:
        _trigger(name, when, f"IF {condition} THEN RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation'; END IF;")

    refuse("votes_no_change", "UPDATE OR DELETE ON votes FOR EACH ROW", "votes is append-only")
    refuse("gates_no_delete", "DELETE ON gates FOR EACH ROW", "gates is append-only")
    for table in ("votes", "gates"):
        refuse(f"{table}_no_truncate", f"TRUNCATE ON {table} FOR EACH STATEMENT", f"{table} is append-only")
    refuse("gates_frozen", f"UPDATE OF {FROZEN_QUESTION} ON gates FOR EACH ROW", "a question is frozen")
    step = f"NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({GATE_STEPS})"
    refuse("gates_step", "UPDATE OF state ON gates FOR EACH ROW", "the life of a gate has no such step", step)
    for name, (when, rows, (tables, where, reasons)) in FINALS.items():
        cases = " ".join(f"WHEN {wrong} THEN '{why}'" for why, wrong in reasons.items())
        # The lock: a withdrawal in this very moment is waited for, and then seen.
        body = (
            f"IF {rows} AND NEW.approval_id IS NOT NULL THEN "  # noqa: S608  our own words only
            "PERFORM 1 FROM approvals WHERE id = NEW.approval_id FOR KEY SHARE; "
            f"SELECT CASE {cases} END INTO fault FROM {tables} WHERE {where}; "
            "IF NOT FOUND THEN fault := 'none covers it'; END IF; "
            f"IF fault IS NOT NULL THEN RAISE EXCEPTION '{UNFIT}%', fault USING ERRCODE = 'check_violation'; END IF; "
            "END IF;"
        )
        _trigger(name, f"{when} FOR EACH ROW", body)


def _trigger(name: str, when: str, body: str) -> None:
    op.execute(
        f"CREATE FUNCTION workprint_{name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ DECLARE fault text; BEGIN {body} RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION workprint_{name}()")
