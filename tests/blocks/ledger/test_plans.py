"""Every question that rescue, watcher and desk ask again and again goes through an index, however large the ledger."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from blocks.ledger import Ledger
from workprint.spec import Kind
from workprint.states import IN_FLIGHT, RenderState

#: Tables that grow with every render. `leases` has a row for each living process.
GROWING = (
    *("renders", "events", "claims", "assets", "charges", "callbacks", "campaigns", "approvals"),
    *("gates", "votes", "tickets", "comments", "watches", "notices"),
)
S = RenderState

ASKED: dict[str, Callable[[Ledger], Awaitable[Any]]] = {
    "orphans in flight": lambda ledger: ledger.leases.orphans(*IN_FLIGHT, holder="me"),
    "orphans of a lost submit": lambda ledger: ledger.leases.orphans(S.SUBMITTING, S.UNKNOWN, holder="me"),
    "orphans to archive": lambda ledger: ledger.leases.orphans(S.SUCCEEDED, holder="me"),
    "stray nudges": lambda ledger: ledger.inbox.stray_nudges(),
    "nudges of a process": lambda ledger: ledger.inbox.nudges("me"),
    "what moved": lambda ledger: ledger.looks.moved(datetime.now(UTC)),
    "where some stand": lambda ledger: ledger.looks.standing(["rnd_1"]),
    "who won": lambda ledger: ledger.looks.last_steps(["rnd_1"]),
    "overdue gates": lambda ledger: ledger.gates.overdue(),
    "due gates": lambda ledger: ledger.gates.due(),
    "the open gate": lambda ledger: ledger.gates.current("cmp"),
    "gates of a campaign": lambda ledger: ledger.gates.of("cmp"),
    "votes of a campaign": lambda ledger: ledger.gates.votes("cmp"),
    "decided gates": lambda ledger: ledger.gates.unheard(),
    "lost campaigns": lambda ledger: ledger.runs.lost(),
    "rivals": lambda ledger: ledger.in_state(S.SUBMITTING, S.UNKNOWN),
    "known tasks": lambda ledger: ledger.known_tasks(["a", "b"]),
    "campaigns served": lambda ledger: ledger.served_by(["rnd_1"]),
    "transfer time": lambda ledger: ledger.archive_seconds(),
    "render time": lambda ledger: ledger.typical_seconds("sandbox", "sandbox-1", Kind.DRAFT),
    "doubtful charges": lambda ledger: ledger.money.doubtful(datetime.now(UTC), 10),
    "bodies": lambda ledger: ledger.inbox.bodies("rnd_1"),
    "tickets of a campaign": lambda ledger: ledger.room.tickets("cmp"),
    "comments of a campaign": lambda ledger: ledger.room.comments("cmp"),
    "what was watched": lambda ledger: ledger.room.watched("lin", ["a" * 64, "b" * 64]),
    "due notices": lambda ledger: ledger.notices.due(),
    "notices of a campaign": lambda ledger: ledger.notices.of("cmp"),
}
#: Questions whose rows are few among very many: any other index would do, and be slow.
FEW = {
    "doubtful charges": "renders_doubtful",
    "overdue gates": "gates_open",
    "due gates": "gates_open",
    "due notices": "notices_due",
}


def _engine(ledger: Ledger) -> AsyncEngine:
    return ledger._door._engine


@asynccontextmanager
async def _listening(engine: AsyncEngine) -> AsyncIterator[list[tuple[str, Any]]]:
    """The SELECTs sent meanwhile, with their parameters as the driver gets them."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            sent.append((statement, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def _plan(engine: AsyncEngine, statement: str, parameters: Any) -> str:
    """How the database would find the rows; PostgreSQL is told to scan only where no index serves."""
    lite = engine.dialect.name == "sqlite"
    async with engine.connect() as connection:
        if not lite:
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN " if lite else "EXPLAIN "
        rows = await connection.exec_driver_sql(explain + statement, parameters)
        return "\n".join(str(row[-1]) for row in rows)


def _scanned(plan: str) -> list[str]:
    """Growing tables that are read from end to end."""
    lines = [line.strip(" ->") for line in plan.splitlines()]
    scans = [f"{word}{table}" for table in GROWING for word in ("SCAN ", "Seq Scan on ")]
    return [line for line in lines if any(line.startswith(scan) and "USING" not in line for scan in scans)]


@pytest.mark.parametrize("question", ASKED)
async def test_an_index_serves(ledger: Ledger, question: str) -> None:
    """No question of every minute reads a growing table from end to end."""
    engine = _engine(ledger)
    async with _listening(engine) as sent:
        await ASKED[question](ledger)
    assert sent
    assert [] == [line for statement, values in sent for line in _scanned(await _plan(engine, statement, values))]


@pytest.mark.parametrize("question", FEW)
async def test_the_small_index_serves(sqlite_url: str, question: str) -> None:
    """On SQLite, which goes by the words of a condition, few rows are found through the index that holds only these."""
    async with await Ledger.open(sqlite_url) as ledger, _listening(_engine(ledger)) as sent:
        await ASKED[question](ledger)
        (statement, values), *_ = sent
        assert FEW[question] in await _plan(_engine(ledger), statement, values)


async def test_a_missing_index_would_be_seen(ledger: Ledger) -> None:
    """The test above finds a look-up that no index serves."""
    async with _listening(_engine(ledger)) as sent, _engine(ledger).connect() as connection:
        await connection.execute(text("SELECT id FROM renders WHERE negative_prompt = 'blur'"))
    (statement, values), *_ = sent
    assert 1 == len(_scanned(await _plan(_engine(ledger), statement, values)))
