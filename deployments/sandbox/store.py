"""The sandbox's own SQLite file: its tasks and its bill. Used from one thread; every change is one transaction."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, astuple, fields, replace
from pathlib import Path

from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.faults import Fault
from deployments.sandbox.tasks import OPEN, Charge, Cost, Params, Status, Task, charge_for
from deployments.sandbox.values import PageQuery

#: Ark forgets a task after this many seconds.
KEPT_SECONDS = 7 * 24 * 3600
_SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    model TEXT NOT NULL,
    params TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    error_code TEXT NOT NULL DEFAULT '',
    error_message TEXT NOT NULL DEFAULT '',
    faults TEXT NOT NULL DEFAULT '[]',
    deleted INTEGER NOT NULL DEFAULT 0,
    voice TEXT NOT NULL DEFAULT 'ark'
);
CREATE INDEX IF NOT EXISTS tasks_status ON tasks (status);
CREATE TABLE IF NOT EXISTS bill (
    task_id TEXT PRIMARY KEY,
    model TEXT NOT NULL,
    resolution TEXT NOT NULL,
    draft INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    rate TEXT NOT NULL,
    amount TEXT NOT NULL,
    safety_identifier TEXT NOT NULL,
    at REAL NOT NULL,
    currency TEXT NOT NULL
);
"""


class Store:
    """Tasks and charges of one home."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;")
        self._db.executescript(_SCHEMA)
        # Homes from the days of one voice.
        if "voice" not in {row["name"] for row in self._db.execute("PRAGMA table_info(tasks)")}:
            self._db.execute("ALTER TABLE tasks ADD COLUMN voice TEXT NOT NULL DEFAULT 'ark'")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def create(self, task_id: str, params: Params, faults: Sequence[Fault], now: float) -> Task:
        """Put a new task at the end of the queue."""
        written = json.dumps([fault.model_dump(mode="json") for fault in faults])
        values = (
            task_id,
            params.voice,
            params.model,
            json.dumps(asdict(params)),
            Status.QUEUED.value,
            now,
            now,
            written,
        )
        with self._db:
            cursor = self._db.execute(
                "INSERT INTO tasks (id, voice, model, params, status, created_at, updated_at, faults)"
                " VALUES (?,?,?,?,?,?,?,?)",
                values,
            )
        return Task(task_id, cursor.lastrowid or 0, params, Status.QUEUED, now, now, faults=tuple(faults))

    def find(self, voice: str, task_id: str, now: float) -> Task | None:
        """The task of that voice, unless it was deleted or is older than 7 days."""
        return self._one("id = ? AND voice = ?", (task_id, voice), now)

    def anyones(self, task_id: str, now: float) -> Task | None:
        """The task of that id, whoever's it is."""
        return self._one("id = ?", (task_id,), now)

    def by_reference(self, voice: str, reference: str, now: float) -> Task | None:
        """The newest task of that voice that carries the client's own id."""
        return self._one("json_extract(params, '$.safety_identifier') = ? AND voice = ?", (reference, voice), now)

    def _one(self, condition: str, values: tuple[str, ...], now: float) -> Task | None:
        row = self._db.execute(
            f"SELECT * FROM tasks WHERE {condition} AND deleted = 0 AND created_at > ? ORDER BY seq DESC LIMIT 1",  # noqa: S608
            (*values, now - KEPT_SECONDS),
        ).fetchone()
        return None if row is None else _task(row)

    def listed(
        self, voice: str, query: PageQuery, now: float, *, without: Sequence[str] = ()
    ) -> tuple[list[Task], int]:
        """One page of tasks, newest first, and how many there are in all; `without` names tasks to leave out."""
        where = _Where(["voice = ?", "deleted = 0", "created_at > ?"], [voice, now - KEPT_SECONDS])
        where.one_of("status", query.statuses)
        where.one_of("model", (query.model,) if query.model else ())
        where.one_of("id", query.ids)
        where.one_of("json_extract(params, '$.safety_identifier')", query.references)
        where.one_of("id", without, word="NOT IN")
        where.between("created_at", query.since, query.until)
        total = self._db.execute(f"SELECT COUNT(*) FROM tasks WHERE {where}", where.values).fetchone()[0]  # noqa: S608
        if query.after:
            where.add("seq < COALESCE((SELECT seq FROM tasks WHERE id = ?), 0)", query.after)
        rows = self._db.execute(
            f"SELECT * FROM tasks WHERE {where} ORDER BY seq DESC LIMIT ? OFFSET ?",  # noqa: S608 - fixed words only
            [*where.values, query.size, query.skip],
        )
        return [_task(row) for row in rows], total

    def with_fault(self, voice: str, name: FaultName, now: float) -> list[Task]:
        """The tasks of that voice that were given this fault and can still be found."""
        rows = self._db.execute(
            "SELECT * FROM tasks WHERE voice = ? AND deleted = 0 AND created_at > ? AND faults LIKE ?",
            (voice, now - KEPT_SECONDS, f'%"fault": "{name}"%'),
        )
        return [_task(row) for row in rows]

    def all(self) -> list[Task]:
        """Every task that ever was, deleted ones too, oldest first."""
        return [_task(row) for row in self._db.execute("SELECT * FROM tasks ORDER BY seq")]

    def reopen(self) -> list[Task]:
        """Put the tasks a restart interrupted back into the queue, and return all that wait, oldest first."""
        with self._db:
            self._db.execute("UPDATE tasks SET status = 'queued' WHERE status = 'running'")
        return [task for task in self.all() if task.status in OPEN]

    def move(self, task: Task, status: Status, now: float, cost: Cost, *, code: str = "", message: str = "") -> Task:
        """Give the task another status; when it is charged then, its cost is billed in the same transaction."""
        moved = replace(task, status=status, updated_at=now, error_code=code, error_message=message)
        with self._db:
            self._db.execute(
                "UPDATE tasks SET status = ?, updated_at = ?, error_code = ?, error_message = ? WHERE id = ?",
                (status.value, now, code, message, task.id),
            )
            if moved.charged:
                self._charge(charge_for(moved, cost, now))
        return moved

    def delete(self, task: Task) -> None:
        """Hide the record. What was charged stays charged."""
        with self._db:
            self._db.execute("UPDATE tasks SET deleted = 1 WHERE id = ?", (task.id,))

    def deleted(self) -> set[str]:
        """The ids of the tasks whose record was hidden."""
        return {row["id"] for row in self._db.execute("SELECT id FROM tasks WHERE deleted = 1")}

    def bill(self) -> list[Charge]:
        """Every charge, oldest first."""
        columns = ", ".join(column.name for column in fields(Charge))
        rows = self._db.execute(f"SELECT {columns} FROM bill ORDER BY at, task_id")  # noqa: S608 - fixed words only
        return [Charge(**{**dict(row), "draft": bool(row["draft"])}) for row in rows]

    def _charge(self, charge: Charge) -> None:
        columns = ", ".join(column.name for column in fields(Charge))
        self._db.execute(f"INSERT INTO bill ({columns}) VALUES (?,?,?,?,?,?,?,?,?,?)", astuple(charge))  # noqa: S608


class _Where:
    """Conditions that all must hold, and their values."""

    def __init__(self, conditions: list[str], values: list[str | float]) -> None:
        self._conditions, self.values = conditions, values

    def add(self, condition: str, *values: str | float) -> None:
        """One more condition."""
        self._conditions.append(condition)
        self.values.extend(values)

    def one_of(self, column: str, named: Sequence[str], *, word: str = "IN") -> None:
        """The column is one of these; none named: no condition."""
        if named:
            self.add(f"{column} {word} ({','.join('?' * len(named))})", *named)

    def between(self, column: str, first: float, last: float) -> None:
        """The column is in this range, both ends included."""
        self.add(f"{column} BETWEEN ? AND ?", first, last)

    def __str__(self) -> str:
        return " AND ".join(self._conditions)


def _task(row: sqlite3.Row) -> Task:
    return Task(
        row["id"],
        row["seq"],
        Params.from_json(json.loads(row["params"])),
        Status(row["status"]),
        row["created_at"],
        row["updated_at"],
        row["error_code"],
        row["error_message"],
        tuple(Fault.model_validate(fault) for fault in json.loads(row["faults"])),
    )
