"""The sandbox's own SQLite file: its tasks and its bill. Used from one thread; every change is one transaction."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, astuple, fields, replace
from pathlib import Path

from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.faults import Fault
from deployments.sandbox.tasks import OPEN, Charge, Params, Status, Task, charge_for

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
    deleted INTEGER NOT NULL DEFAULT 0
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

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def create(self, task_id: str, params: Params, faults: Sequence[Fault], now: float) -> Task:
        """Put a new task at the end of the queue."""
        written = json.dumps([fault.model_dump(mode="json") for fault in faults])
        values = (task_id, params.model, json.dumps(asdict(params)), Status.QUEUED.value, now, now, written)
        with self._db:
            cursor = self._db.execute(
                "INSERT INTO tasks (id, model, params, status, created_at, updated_at, faults) VALUES (?,?,?,?,?,?,?)",
                values,
            )
        return Task(task_id, cursor.lastrowid or 0, params, Status.QUEUED, now, now, faults=tuple(faults))

    def find(self, task_id: str, now: float) -> Task | None:
        """The task, unless it was deleted or is older than 7 days."""
        row = self._db.execute(
            "SELECT * FROM tasks WHERE id = ? AND deleted = 0 AND created_at > ?", (task_id, now - KEPT_SECONDS)
        ).fetchone()
        return None if row is None else _task(row)

    def listed(
        self,
        now: float,
        page: int,
        size: int,
        *,
        status: str = "",
        model: str = "",
        ids: Sequence[str] = (),
        without: Sequence[str] = (),
    ) -> tuple[list[Task], int]:
        """One page of tasks, newest first, and how many there are in all; `without` names tasks to leave out."""
        where: list[str] = ["deleted = 0", "created_at > ?"]
        values: list[str | float] = [now - KEPT_SECONDS]
        for column, value in (("status", status), ("model", model)):
            if value:
                where.append(f"{column} = ?")
                values.append(value)
        for word, named in (("IN", ids), ("NOT IN", without)):
            if named:
                where.append(f"id {word} ({','.join('?' * len(named))})")
                values.extend(named)
        clause = " AND ".join(where)
        total = self._db.execute(f"SELECT COUNT(*) FROM tasks WHERE {clause}", values).fetchone()[0]  # noqa: S608
        rows = self._db.execute(
            f"SELECT * FROM tasks WHERE {clause} ORDER BY seq DESC LIMIT ? OFFSET ?",  # noqa: S608 - fixed words only
            [*values, size, (page - 1) * size],
        )
        return [_task(row) for row in rows], total

    def with_fault(self, name: FaultName, now: float) -> list[Task]:
        """The tasks that were given this fault and can still be found."""
        rows = self._db.execute(
            "SELECT * FROM tasks WHERE deleted = 0 AND created_at > ? AND faults LIKE ?",
            (now - KEPT_SECONDS, f'%"fault": "{name}"%'),
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

    def move(self, task: Task, status: Status, now: float, *, code: str = "", message: str = "") -> Task:
        """Give the task another status; what it costs is billed in the same transaction."""
        moved = replace(task, status=status, updated_at=now, error_code=code, error_message=message)
        with self._db:
            self._db.execute(
                "UPDATE tasks SET status = ?, updated_at = ?, error_code = ?, error_message = ? WHERE id = ?",
                (status.value, now, code, message, task.id),
            )
            if moved.charged:
                self._charge(charge_for(moved, now))
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
