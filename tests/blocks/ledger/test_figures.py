"""The figures: what they count, and that counting never reads the whole ledger."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event

from blocks.ledger import Ledger
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import NOON, S, archive, campaign, claim, spec, step, succeed
from workprint.render import Render

#: Tables that grow without end.
_GROWING = ("renders", "assets", "callbacks", "events", "charges")


async def flying(ledger: Ledger, content: str, url: str, age: timedelta) -> Render:
    """A render at the provider, submitted that long ago."""
    sent = await ledger.change(step((await claim(ledger, spec(content), variant=content)).render, S.SUBMITTING))
    queued = await ledger.change(step(sent, S.QUEUED, {"task_id": f"task of {content}"}))
    await raw.run(url, f"UPDATE renders SET submitted_at = '{_text(datetime.now(UTC) - age)}' WHERE id = '{queued.id}'")
    return queued


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


async def test_overdue_is_counted_by_the_usual_time_of_the_model(ledger: Ledger, ledger_url: str) -> None:
    """Ten minutes are late for a quick model; for one that takes an hour they are not."""
    await flying(ledger, "old", ledger_url, timedelta(minutes=11))
    await flying(ledger, "new", ledger_url, timedelta(minutes=9))
    assert 1 == (await ledger.figures.snapshot()).overdue
    done = await archive(ledger, (await claim(ledger, spec("done"), variant="done")).render)
    hour = _text(datetime.now(UTC) - timedelta(hours=1))
    await raw.run(ledger_url, f"UPDATE renders SET submitted_at = '{hour}' WHERE id = '{done.id}'")
    assert 0 == (await ledger.figures.snapshot()).overdue


async def test_the_margin_is_that_of_the_first_link_to_end(ledger: Ledger) -> None:
    """Of two films not yet archived the one whose link ends first counts, also when it has ended."""
    assert (await ledger.figures.snapshot()).archive_margin is None
    for content, seconds in (("soon", -60), ("later", 3600)):
        film = await succeed(ledger, (await claim(ledger, spec(content), variant=content)).render)
        ends = {"link_expires_at": datetime.now(UTC) + timedelta(seconds=seconds)}
        await ledger.record(film.id, source=step(film, S.ARCHIVED).source, actor="x", note="", facts=ends)
    margin = (await ledger.figures.snapshot()).archive_margin
    assert margin is not None
    assert margin < -60


async def test_old_lags_and_links_are_left_out(ledger: Ledger, ledger_url: str) -> None:
    """Lags of the last hour count, links of films archived in the last day, and nothing older."""
    for content in ("old", "new"):
        await archive(ledger, (await claim(ledger, spec(content), variant=content)).render)
        await ledger.inbox.receive("sandbox", content, {}, b"{}")
    now, before = (_text(datetime.now(UTC) - timedelta(hours=hours)) for hours in (0, 25))
    await raw.run(ledger_url, f"UPDATE callbacks SET lag_seconds = 5, handled_at = '{before}'")
    await raw.run(ledger_url, f"UPDATE assets SET archived_at = '{before}'")
    found = await ledger.figures.snapshot()
    assert ((), ()) == (found.callback_lags, found.links_left)
    await raw.run(ledger_url, f"UPDATE callbacks SET handled_at = '{now}' WHERE id = (SELECT min(id) FROM callbacks)")
    await raw.run(ledger_url, f"UPDATE assets SET archived_at = '{now}' WHERE key = (SELECT min(key) FROM assets)")
    found = await ledger.figures.snapshot()
    assert ((5.0,), (86_000.5,)) == (found.callback_lags, found.links_left)


async def test_a_dead_process_is_not_counted(ledger: Ledger) -> None:
    """Only leases that have not run out are living processes."""
    await ledger.leases.beat("alive", 60)
    await ledger.leases.beat("dead", -60)
    assert 1 == (await ledger.figures.snapshot()).processes


async def test_no_figure_reads_a_whole_table(sqlite_url: str) -> None:
    """SQLite plans every one of their queries with an index on each table that grows."""
    asked: list[tuple[str, Any]] = []
    async with await Ledger.open(sqlite_url, clock=lambda: NOON) as ledger:
        await ledger.open_campaign(campaign())
        await flying(ledger, "old", sqlite_url, timedelta(minutes=11))
        event.listen(
            ledger._door._engine.sync_engine,
            "before_cursor_execute",
            lambda _connection, _cursor, statement, parameters, *_: asked.append((statement, parameters)),
        )
        await ledger.figures.snapshot()
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as file:
        plans = [row[3] for ask in asked for row in file.execute(f"EXPLAIN QUERY PLAN {ask[0]}", ask[1])]
    used = {word for plan in plans for word in plan.split()}
    assert {"renders_open", "renders_finished", "assets_archived", "callbacks_handled", "leases_until"} <= used
    assert [] == [plan for plan in plans if plan.startswith("SCAN") and plan.split()[1] in _GROWING]
    assert [] == [plan for plan in plans if "renders_finished (provider=? AND model=? AND kind=?)" in plan]
