"""Triggers: what no program may do to the ledger, whatever it was told.

History (events, approvals) is append-only; a campaign's brief and a render's content are frozen; a render starts as
`planned`, takes only the steps of the life, and is `archived` only once its film is on record. The owner of the
database can drop a trigger, of course: this stops mistakes and half-informed scripts, not the administrator.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

STEPS = (
    "planned>submitting planned>cancelled submitting>planned submitting>queued submitting>failed submitting>unknown "
    "unknown>queued unknown>failed queued>processing queued>succeeded queued>failed queued>cancelled queued>expired "
    "processing>succeeded processing>failed processing>cancelled processing>expired "
    "succeeded>archived succeeded>link_expired succeeded>failed"
)
STEP_LIST = ", ".join(f"'{step}'" for step in STEPS.split())
FROZEN_BRIEF = "id, brief, brief_hash, created_at"
FROZEN_CONTENT = (
    "id, campaign_id, variant, kind, take, fingerprint, spec, provider, model, dialect, input_type, prompt, "
    "negative_prompt, reference_files, duration, resolution, ratio, fps, camera_motion, camera_speed, audio, seed, "
    "client_ref, submitted_by, callback_url, created_at, retry_of, draft_render_id, approval_id"
)
NO_STEP = f"NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({STEP_LIST})"
NO_FILM = (
    "OLD.state = 'succeeded' AND NEW.state = 'archived' AND NOT EXISTS (SELECT 1 FROM assets WHERE render_id = NEW.id)"
)


def upgrade() -> None:
    """The same promises in each database's own words."""
    if op.get_context().dialect.name == "postgresql":
        _postgresql()
    else:
        _sqlite()


def _refuse_sqlite(name: str, when: str, why: str, condition: str = "1") -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{why}'); END")


def _sqlite() -> None:
    for table, same in (("events", "render_id = NEW.render_id AND seq = NEW.seq"), ("approvals", "id = NEW.id")):
        why = f"{table} is append-only"
        _refuse_sqlite(f"{table}_no_update", f"UPDATE ON {table}", why)
        _refuse_sqlite(f"{table}_no_delete", f"DELETE ON {table}", why)
        # INSERT OR REPLACE deletes and fires no delete trigger (sqlite.org/lang_conflict.html): refused here.
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608  our own two table names
        _refuse_sqlite(f"{table}_no_replace", f"INSERT ON {table}", why, taken)
    _refuse_sqlite("campaigns_frozen", f"UPDATE OF {FROZEN_BRIEF} ON campaigns", "a brief is frozen")
    _refuse_sqlite("renders_frozen", f"UPDATE OF {FROZEN_CONTENT} ON renders", "the content of a render is frozen")
    _refuse_sqlite("renders_first", "INSERT ON renders", "a render starts as planned", "NEW.state <> 'planned'")
    _refuse_sqlite("renders_step", "UPDATE OF state ON renders", "the life of a render has no such step", NO_STEP)
    _refuse_sqlite("renders_film", "UPDATE OF state ON renders", "archived needs an asset", NO_FILM)


def _refuse_postgresql(name: str, when: str, why: str, condition: str = "true") -> None:
    body = (
        f"BEGIN IF {condition} THEN RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END"
    )
    op.execute(f"CREATE FUNCTION workprint_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION workprint_{name}()")


def _postgresql() -> None:
    for table in ("events", "approvals"):
        why = f"{table} is append-only"
        _refuse_postgresql(f"{table}_no_change", f"UPDATE OR DELETE ON {table} FOR EACH ROW", why)
        _refuse_postgresql(f"{table}_no_truncate", f"TRUNCATE ON {table} FOR EACH STATEMENT", why)
    row = "ON {table} FOR EACH ROW".format
    _refuse_postgresql("campaigns_frozen", f"UPDATE OF {FROZEN_BRIEF} {row(table='campaigns')}", "a brief is frozen")
    on_renders = row(table="renders")
    _refuse_postgresql(
        "renders_frozen", f"UPDATE OF {FROZEN_CONTENT} {on_renders}", "the content of a render is frozen"
    )
    _refuse_postgresql("renders_first", f"INSERT {on_renders}", "a render starts as planned", "NEW.state <> 'planned'")
    step = f"UPDATE OF state {on_renders}"
    _refuse_postgresql("renders_step", step, "the life of a render has no such step", NO_STEP)
    _refuse_postgresql("renders_film", step, "archived needs an asset", NO_FILM)
