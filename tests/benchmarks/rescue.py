"""One pass of rescue over a ledger of 1,000,000 renders, on SQLite and on PostgreSQL.

All but a few of the renders are archived, as in a ledger after years; each has its claim and its film. The few: some in
flight at a provider with no process looking after them, some campaigns that wait at their gates. The pass is the flow
`flows.rescue.rescue` in this process, against a whole running stack, as the worker's process runs it; the first one,
which also makes the connections, is not counted. `python -m tests.benchmarks.rescue [renders]`.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import Ledger, schema
from blocks.ledger.engine import connect
from deployments.sandbox.testing import Sandbox
from deployments.stack.home import Home
from deployments.stack.plan import SANDBOX_MODEL
from deployments.stack.supervisor import stack
from tests.benchmarks.quiet import FREE_PORTS, without_rescue
from tests.blocks.ledger.making import archive, campaign, claim, spec, step
from tests.servers.postgres import find_binaries, postgres_server
from workprint.brief import InputType
from workprint.gates import Cause, Deadline, Gate
from workprint.outcomes import Accepted
from workprint.policy import OPEN
from workprint.render import Render
from workprint.spec import Spec
from workprint.states import RenderState

RENDERS = 1_000_000
#: Seconds for one pass, on two cores.
MOST = 2.0
IN_FLIGHT, AT_GATES, ROUNDS = 20, 50, 5
#: Columns of a copied row that have to be its own: SQL over its number.
_OWN = {
    "renders": ("id", "fingerprint", "task_id", "link_sha256", "client_ref"),
    "claims": ("variant", "render_id", "fingerprint"),
    "assets": ("key", "manifest_key", "render_id"),
}


async def measure(renders: int = RENDERS) -> dict[str, Any]:
    """Median seconds of one pass for each database; prints them."""
    figures: dict[str, Any] = {"renders": renders, "most_seconds": MOST}
    with tempfile.TemporaryDirectory(prefix="workprint-bench-") as folder:
        home = Home(Path(folder) / "home")
        async with stack(home, lambda _what, _state: None, FREE_PORTS) as up:
            await without_rescue()
            sandbox = Sandbox(up.state.sandbox_url, home.secrets().sandbox_key, home.sandbox)
            await sandbox.faults({"fault": "never_ends", "match": {"prompt": "in flight"}, "times": 0, "hold": 100_000})
            async for name, url in _databases(Path(folder)):
                figures[name] = await _passes(url, renders)
    print(json.dumps(figures, indent=2))
    return figures


async def _databases(folder: Path) -> AsyncIterator[tuple[str, str]]:
    yield "sqlite", f"sqlite:///{folder}/large.db"
    if binaries := find_binaries():
        with postgres_server(binaries, fsync=True) as server:
            yield "postgresql", await server.create_database()


async def _passes(url: str, renders: int) -> dict[str, float]:
    from blocks.ledger.block import LedgerDatabase
    from flows.rescue import rescue

    seeding = time.perf_counter()
    await _seed(url, renders)
    seeding = time.perf_counter() - seeding
    await LedgerDatabase(url=url).save("ledger", overwrite=True)
    took = []
    for _ in range(1 + ROUNDS):
        began, cpu = time.perf_counter(), time.process_time()
        state = await rescue(return_state=True)
        took.append((time.perf_counter() - began, time.process_time() - cpu))
        assert state.is_completed(), state
    wall, busy = zip(*took[1:], strict=True)
    return {
        "pass_seconds": round(statistics.median(wall), 2),
        "slowest_seconds": round(max(wall), 2),
        "own_cpu_seconds": round(statistics.median(busy), 2),
        "first_seconds": round(took[0][0], 2),
        "seeding_seconds": round(seeding, 1),
    }


async def _seed(url: str, renders: int) -> None:
    async with await Ledger.open(url) as ledger:
        await ledger.open_campaign(campaign())
        await ledger.close_campaign("cmp", "Delivered")
        done = await archive(ledger, (await claim(ledger, _spec("long ago"))).render)
        for number in range(AT_GATES):
            run_id = str(UUID(int=number + 1))
            await ledger.open_campaign(campaign(run_id))
            end = Deadline(datetime.now(UTC) + timedelta(days=1), Cause.TIMEOUT)
            asked = {"amount": "1", "currency": "CNY", "opened_at": datetime.now(UTC), "end": end}
            await ledger.gates.open(Gate.asked(run_id, (), OPEN, **asked))
        for number in range(IN_FLIGHT):
            await _in_flight(ledger, (await claim(ledger, _spec(f"in flight {number}"), variant=f"f{number}")).render)
    engine = await connect(url)
    async with engine.connect() as connection:
        await _copied(connection, done, renders)
    await engine.dispose()


def _spec(content: str) -> Spec:
    """Of the stack's own provider block, so that rescue can ask it."""
    return replace(
        spec(content),
        provider="sandbox",
        model=SANDBOX_MODEL,
        references=(),
        input_type=InputType.TEXT_TO_VIDEO,
        native=True,
    )


async def _in_flight(ledger: Ledger, render: Render) -> None:
    """At a provider that never ends it: asked about in every pass."""
    from blocks.provider import VideoProvider

    sent = await ledger.change(step(render, RenderState.SUBMITTING))
    provider: VideoProvider = await VideoProvider.aload("sandbox")
    async with provider:
        answer = await provider.submit(render.spec, {}, client_ref=render.client_ref)
    assert isinstance(answer, Accepted), answer
    await ledger.change(step(sent, RenderState.QUEUED, {"task_id": answer.task_id}))


async def _copied(connection: AsyncConnection, done: Render, renders: int) -> None:
    """The archived render, its claim and its film, so many times; the guards of the life would refuse the shortcut."""
    lite = connection.dialect.name == "sqlite"
    await connection.execute(text("DROP TRIGGER renders_first" if lite else "SET session_replication_role = replica"))
    for table in (schema.renders, schema.claims, schema.assets):
        await connection.execute(text(_copy(table, done.id, renders, lite=lite)))
    await connection.commit()
    if not lite:  # as PostgreSQL's autovacuum does; nobody does it to a SQLite file
        await connection.execute(text("ANALYZE"))
        await connection.commit()


def _copy(table: Table, render_id: str, renders: int, *, lite: bool) -> str:
    numbers = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {renders}) "
        if lite
        else f"WITH n(i) AS (SELECT generate_series(1, {renders})) "
    )
    columns = [column.name for column in table.columns if column.computed is None]
    own = _OWN[table.name]
    values = ", ".join(
        f"'{name}-' || n.i" if name in own and "id" not in name else _value(name, own) for name in columns
    )
    source = "id" if table.name == "renders" else "render_id"
    insert = f"INSERT INTO {table.name} ({', '.join(columns)}) "
    select = f"SELECT {values} FROM {table.name} o, n WHERE o.{source} = '{render_id}'"
    return f"{insert}{numbers}{select}" if lite else f"{numbers}{insert}{select}"


def _value(name: str, own: tuple[str, ...]) -> str:
    """Ids of renders agree between the tables; a task id is anything that is nobody else's."""
    return f"'rnd_' || n.i || '_{name if name == 'task_id' else 'id'}'" if name in own else f"o.{name}"


if __name__ == "__main__":
    asyncio.run(measure(*map(int, sys.argv[1:])))
