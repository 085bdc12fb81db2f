"""The three places that know the schema, and how a database gets there."""

import asyncio
import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from blocks.ledger import Ledger
from blocks.ledger.engine import connect
from blocks.ledger.migrate import MIGRATIONS
from blocks.ledger.migrations.versions import v0001_renders, v0003_guards
from blocks.ledger.schema import REVISION, metadata
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import campaign
from workprint.brief import Audio, InputType, Motion, Speed
from workprint.charges import ChargeState, Evidence
from workprint.errors import LedgerError
from workprint.failures import FailureKind, Stage
from workprint.render import Verdict
from workprint.spec import Kind
from workprint.states import NEXT, RenderState

_WORDS: dict[str, type[StrEnum]] = {
    "kind": Kind,
    "state": RenderState,
    "input_type": InputType,
    "camera_motion": Motion,
    "camera_speed": Speed,
    "audio": Audio,
    "failure_kind": FailureKind,
    "failure_stage": Stage,
    "charge_state": ChargeState,
    "charge_evidence": Evidence,
    "moderation": Verdict,
}


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_migrations_lead_to_the_schema(ledger_url: str) -> None:
    """What the migrations make is what the queries are written for."""
    engine = await connect(ledger_url)
    async with engine.connect() as connection:
        differences = await connection.run_sync(_differences)
    await engine.dispose()
    assert [] == differences


def test_newest_revision_is_the_one_looked_for() -> None:
    """Opening looks for the newest migration there is."""
    assert REVISION == ScriptDirectory(str(MIGRATIONS)).get_current_head()


@pytest.mark.parametrize("column", _WORDS)
def test_words_of_the_database_are_ours(column: str) -> None:
    """A column with a vocabulary allows exactly the words of its enum."""
    rules = {rule.name: str(rule.sqltext) for rule in _render_rules()}
    assert {str(word) for word in _WORDS[column]} == set(re.findall(r"'(\w+)'", rules[f"renders_{column}"]))


def _render_rules() -> Iterable[v0001_renders.CheckConstraint]:
    return v0001_renders._render_words()


def test_steps_of_the_database_are_ours() -> None:
    """The trigger's list of steps is the one table of transitions."""
    ours = {f"{before}>{after}" for before, following in NEXT.items() for after in following}
    assert ours == set(v0003_guards.STEPS.split())


async def test_opening_twice_at_once(empty_url: str) -> None:
    """Many who open a new database at the same moment all find it ready."""
    ledgers = await asyncio.gather(*(Ledger.open(empty_url) for _ in range(5)))
    await asyncio.gather(*(ledger.open_campaign(campaign(f"c{n}")) for n, ledger in enumerate(ledgers)))
    assert [(REVISION,)] == await raw.run(empty_url, "SELECT version_num FROM alembic_version")
    await asyncio.gather(*(ledger.close() for ledger in ledgers))


async def test_database_of_a_newer_workprint(ledger_url: str) -> None:
    """A database from a newer version is not touched, and the error says what to do."""
    await raw.run(ledger_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerError, match="cannot be brought to revision") as caught:
        await Ledger.open(ledger_url)
    assert "newer Workprint" in caught.value.diagnostics()
    await raw.run(ledger_url, f"UPDATE alembic_version SET version_num = '{REVISION}'")


@pytest.mark.parametrize("url", ["mysql://me:secret@host/db", "sqlite://", "sqlite:///:memory:", "not a url"])
async def test_database_we_do_not_speak(url: str) -> None:
    """A URL the ledger cannot use is refused with what it can use, and no password is repeated."""
    with pytest.raises(LedgerError) as caught:
        await Ledger.open(url)
    assert "postgresql://" in caught.value.diagnostics()
    assert "secret" not in caught.value.diagnostics()


async def test_server_that_is_not_there(tmp_path: Path) -> None:
    """A database that cannot be reached is an error of ours, not the driver's."""
    with pytest.raises(LedgerError):
        await Ledger.open("postgresql://me:secret@127.0.0.1:1/none")
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError):
        await Ledger.open(f"sqlite:///{tmp_path}/file/ledger.db")


async def test_file_that_is_no_database(tmp_path: Path) -> None:
    """A file that is something else is refused and left as it is."""
    (tmp_path / "notes.txt").write_text("my notes " * 1000)
    with pytest.raises(LedgerError):
        await Ledger.open(f"sqlite:///{tmp_path}/notes.txt")
    assert "my notes " * 1000 == (tmp_path / "notes.txt").read_text()


async def test_missing_folder_is_made(tmp_path: Path) -> None:
    """A SQLite ledger makes the folder it is to live in."""
    async with await Ledger.open(f"sqlite:///{tmp_path}/deep/down/ledger.db") as ledger:
        assert () == await ledger.in_state(*RenderState)
