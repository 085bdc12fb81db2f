"""How much the desk takes, how long it waits, and what it says when its ledger is gone."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blocks.ledger import Ledger
from tests.blocks.ledger import raw
from tests.deployments.desk.desk import BODY, HOLDER, TOKEN, Desk, head, inbox, running_desk
from tests.servers.postgres import Postgres
from tests.tasks.orders import until
from workprint.callbacks import LONGEST_BODY
from workprint.render import Render


async def test_a_body_of_exactly_one_mebibyte_is_kept(desk: Desk, ledger_url: str, render: Render) -> None:
    """The limit is the longest body that is taken."""
    assert 200 == (await desk.call(b"x" * LONGEST_BODY)).status_code
    assert [(LONGEST_BODY,)] == await inbox(ledger_url, "size")


async def test_an_oversized_body_that_says_so_is_not_read(desk: Desk, ledger_url: str, render: Render) -> None:
    """The answer comes on the headers alone, nothing is kept, and it is counted."""
    answer = await desk.say(head(f"Content-Length: {LONGEST_BODY + 1}"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert [] == await inbox(ledger_url)
    assert 'provider="other",outcome="oversized"} 1' in await desk.metrics()


async def test_an_oversized_body_of_unknown_length_is_read_to_the_limit(
    desk: Desk, ledger_url: str, render: Render
) -> None:
    """A chunked body is cut off at the limit: the answer comes although the body never ends."""
    chunk = b"%x\r\n%b\r\n" % (LONGEST_BODY, b"x" * LONGEST_BODY)
    answer = await desk.say(head("Transfer-Encoding: chunked"), chunk, b"1\r\nx\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert [] == await inbox(ledger_url)
    assert 'outcome="oversized"} 1' in await desk.metrics()


async def test_a_slow_body_is_given_up(ledger_url: str, ledger: Ledger, render: Render) -> None:
    """A body that does not come in time is answered with 408, and its connection is closed."""
    async with running_desk(ledger_url, body_seconds=0.2) as desk:
        answer = await desk.say(head("Content-Length: 10"), b"{")
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert 'outcome="slow"} 1' in await desk.metrics()
    assert [] == await inbox(ledger_url)


@pytest.mark.parametrize("beginning", [b"", b"POST /callbacks/sandbox/x HT", b"POST / HTTP/1.1\r\nHost: a\r\nX-A: "])
async def test_a_slow_head_is_given_up(ledger_url: str, ledger: Ledger, beginning: bytes) -> None:
    """A connection on which no whole head comes in time is closed, also after a first request."""
    async with running_desk(ledger_url, head_seconds=0.2) as desk:
        assert b"" == await desk.say(beginning)
        reader, writer = await desk.connected()
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n")
        assert b"200 OK" in await reader.readuntil(b"}")
        writer.write(beginning or b"P")
        async with asyncio.timeout(20):
            assert b"" == await reader.read()
        writer.close()


async def test_a_client_that_hangs_up_is_counted(desk: Desk, ledger_url: str, render: Render) -> None:
    """Half a body is not kept: the provider had no answer and calls again."""
    _, writer = await desk.connected()
    writer.write(head("Content-Length: 10") + b"{")
    await writer.drain()
    writer.close()

    async def counted() -> bool:
        return 'outcome="broken_off"} 1' in await desk.metrics()

    await until(counted)
    assert [] == await inbox(ledger_url)


async def test_too_many_at_once_are_sent_away(ledger_url: str, ledger: Ledger, render: Render) -> None:
    """Beyond the bound a callback is told to come again, and comes through when there is room."""
    async with running_desk(ledger_url, most_at_once=1) as desk:
        _, first = await desk.connected()
        first.write(head(f"Content-Length: {len(BODY)}") + BODY[:-1])

        async def full() -> bool:
            answer = await desk.call()
            return (503, "5") == (answer.status_code, answer.headers.get("retry-after"))

        await until(full)
        first.write(BODY[-1:])

        async def through() -> bool:
            return (await desk.call()).status_code == 200

        await until(through)
        first.close()
        assert 'outcome="busy"}' in await desk.metrics()


async def test_without_a_database_the_provider_shall_call_again(postgres: Postgres) -> None:
    """While PostgreSQL takes no connection the answer is 503 with Retry-After, and afterwards 200 again."""
    url = await postgres.create_database()
    name, admin = url.rpartition("/")[2], postgres.url("postgres")
    async with running_desk(url) as desk:
        assert [404, 200] == [(await desk.call()).status_code, (await desk.http.get("/healthz")).status_code]
        await raw.run(admin, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await raw.run(admin, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        answer = await desk.call()
        assert (503, "5") == (answer.status_code, answer.headers["retry-after"])
        await until(lambda: _health_is(desk, 503))
        metrics = await desk.metrics()
        assert "workprint_ledger_up 0" in metrics
        assert "workprint_renders" not in metrics
        await raw.run(admin, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert 404 == (await desk.call()).status_code
        await until(lambda: _health_is(desk, 200))
    assert [("forged",)] * 2 == await inbox(url)


async def _health_is(desk: Desk, status: int) -> bool:
    return (await desk.http.get("/healthz")).status_code == status


async def test_a_ledger_that_is_held_up_is_not_waited_for(sqlite_url: str) -> None:
    """While another process holds SQLite's write lock for too long, the provider shall call again."""
    async with running_desk(sqlite_url, commit_seconds=0.2) as desk:
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert 503 == (await desk.call()).status_code
            other.execute("ROLLBACK")

        async def again() -> bool:
            return (await desk.call()).status_code == 404

        await until(again)


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [b"Content-Type", b"Authorization", b"X-A", b"Expect", b"Content-Encoding", b"Upgrade", b"Host"]
        ),
        st.text(st.characters(codec="latin-1", exclude_characters="\r\n\x00"), max_size=40).map(str.encode),
    ),
    max_size=4,
)
PATHS = st.one_of(
    st.just(f"/callbacks/sandbox/{TOKEN}".encode()),
    st.binary(max_size=40).map(lambda tail: b"/callbacks/sandbox/" + tail),
    st.binary(max_size=40),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([b"POST", b"GET", b"PUT", b"\xff"]), PATHS, HEADERS, st.binary(max_size=300))
async def test_no_request_breaks_the_desk(
    desk: Desk, render: Render, method: bytes, path: bytes, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    """Any bytes in any place are answered with a status below 500, or with the end of the connection."""
    fields = b"".join(b"%b: %b\r\n" % pair for pair in headers)
    request = b"%b %b HTTP/1.1\r\n%bContent-Length: %d\r\nConnection: close\r\n\r\n%b"
    answer = await desk.say(request % (method, path, fields, len(body), body))
    assert answer == b"" or b"200" <= answer.split()[1] < b"500"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=300), st.recursive(st.none() | st.text() | st.floats(), st.lists).map(repr).map(str.encode)
    )
)
async def test_any_body_is_kept(desk: Desk, ledger: Ledger, render: Render, body: bytes) -> None:
    """Every body under a render's token is committed and answered with 200."""
    assert 200 == (await desk.call(body)).status_code
    assert {render.id} >= {nudge.render_id for nudge in await ledger.inbox.nudges(HOLDER)}


async def test_unfinished_bodies_do_not_keep_it_from_stopping(ledger_url: str, ledger: Ledger, render: Render) -> None:
    """Told to stop, it hangs up on who is still sending instead of waiting for the rest."""
    async with running_desk(ledger_url, most_at_once=1) as desk:
        sending = asyncio.create_task(desk.say(head("Content-Length: 10"), b"{"))

        async def sends() -> bool:
            return (await desk.call()).status_code == 503

        await until(sends)
        desk.server.should_exit = True
        assert b"" == await sending
