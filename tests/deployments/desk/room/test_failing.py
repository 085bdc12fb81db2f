"""What guests are told when something behind the room fails: one page in both languages, and nothing of the error."""

import asyncio
import logging
from datetime import timedelta

import pytest

from blocks.bucket import ArchiveBucket
from blocks.ledger import Ledger
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import campaign
from tests.deployments.desk.room.room import LINKS, inside, now, path, personal, running_room, ticket, word
from tests.servers.postgres import Postgres
from tests.tasks.orders import until


async def test_without_the_ledger_nobody_is_let_in(postgres: Postgres) -> None:
    """While the database takes no connection every page says to try again, and afterwards everything is as before."""
    url = await postgres.create_database()
    name, admin = url.rpartition("/")[2], postgres.url("postgres")
    async with await Ledger.open(url) as ledger:
        await ledger.open_campaign(campaign())
        lin = await ledger.room.issue(ticket())
    async with running_room(url) as desk:
        assert 200 == (await desk.http.get(personal(lin))).status_code
        await raw.run(admin, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await raw.run(admin, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        for address in (personal(lin), "/room/", "/room/cmp"):
            answer = await desk.http.get(address, headers=inside(lin))
            assert (503, "5") == (answer.status_code, answer.headers["retry-after"])
            assert [True, True, False] == [text in answer.text for text in ("not ready", "暂时不可用", "Traceback")]
        said = await desk.http.post(
            "/room/cmp/watched", json={}, headers={**inside(lin), "x-workprint-csrf": word(lin)}
        )
        assert (503, True) == (said.status_code, bool(said.json()["problems"][0]["zh"]))
        assert 403 == (await desk.http.get("/room/in/x")).status_code
        await raw.run(admin, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

        async def again() -> bool:
            return (await desk.http.get("/room/", headers=inside(lin))).status_code == 303

        await until(again)


async def test_what_nobody_expected(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """A campaign whose brief cannot be read is a page with 500 to the guest, and a traceback in the log alone."""
    async with await Ledger.open(sqlite_url) as ledger:
        await ledger.open_campaign(campaign())
        lin = await ledger.room.issue(ticket())
    async with running_room(sqlite_url) as desk:
        with caplog.at_level(logging.ERROR):
            answer = await desk.http.get("/room/cmp?secret=address", headers=inside(lin))
        assert (500, True, False) == (answer.status_code, "系统出现错误" in answer.text, "Traceback" in answer.text)
        (record,) = [record for record in caplog.records if record.message.startswith("room_failed")]
        assert ("room_failed page=/room/{campaign}", True) == (record.message, record.exc_info is not None)
        assert 303 == (await desk.http.get("/room/", headers=inside(lin))).status_code


async def test_nobody_waits_for_ever(sqlite_url: str) -> None:
    """When what a page needs does not come in time, the guest is asked to try again."""

    async def never() -> ArchiveBucket:
        await asyncio.Event().wait()
        raise AssertionError

    async with running_room(sqlite_url, archive=never, answer_seconds=0.2) as desk:
        answer = await desk.http.get(path(LINKS.preview("drafts/cmp/sheet.webp", now() + timedelta(days=1))))
        assert (503, "5") == (answer.status_code, answer.headers["retry-after"])
