"""The desk as a process of its own."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import product
from pathlib import Path

import httpx
import pytest

from blocks.ledger import Ledger
from deployments.desk.__main__ import main
from tests.deployments.desk.desk import BODY, TOKEN, inbox
from tests.servers.postgres import Postgres
from workprint.render import Render

pytestmark = pytest.mark.system


@asynccontextmanager
async def started(**environment: str) -> AsyncIterator[tuple[Process, str]]:
    """The process, and the address it tells when it is ready. It ends with the test, however that ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deployments.desk", "--port", "0", stdout=PIPE, stderr=PIPE,
        env={**os.environ, **environment, "PYTHONWARNINGS": "error"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        assert line.startswith("desk ready on http://127.0.0.1:")
        yield process, line.split()[-1]
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def stopped(process: Process, number: signal.Signals) -> tuple[int | None, str]:
    """The exit code, and everything it wrote after it was ready."""
    process.send_signal(number)
    out, err = await process.communicate()
    return process.returncode, (out + err).decode()


async def test_what_was_answered_survives_kill_9(ledger_url: str, render: Render) -> None:
    """Killed the moment its answer is there, the desk has the callback in the ledger."""
    for n in range(3):
        async with (
            started(WORKPRINT_LEDGER_URL=ledger_url) as (process, url),
            httpx.AsyncClient(trust_env=False) as client,
        ):
            answer = await client.post(f"{url}/callbacks/sandbox/{TOKEN}", content=b'{"n": %d}' % n)
            process.kill()
            assert 200 == answer.status_code
    assert [("nudge", f'{{"n": {n}}}') for n in range(3)] == await inbox(ledger_url, "outcome, body")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_commits_what_came(ledger_url: str, render: Render, number: signal.Signals) -> None:
    """Everything that was answered before the stop is kept, and the exit code is 0."""
    async with started(WORKPRINT_LEDGER_URL=ledger_url) as (process, url), httpx.AsyncClient(trust_env=False) as client:
        posts = [client.post(f"{url}/callbacks/sandbox/{TOKEN}", content=b'{"n": %d}' % n) for n in range(50)]
        calling = [asyncio.create_task(post) for post in posts]
        await calling[0]
        assert (0, "") == await stopped(process, number)
        answers = await asyncio.gather(*calling, return_exceptions=True)
    answered = sum(isinstance(answer, httpx.Response) and answer.status_code == 200 for answer in answers)
    assert 0 < answered <= len(await inbox(ledger_url))


PATHS = [f"/callbacks/sandbox/{TOKEN}", f"/callbacks/elsewhere/{TOKEN}", f"/none/{TOKEN}", f"/{TOKEN}?t={TOKEN}"]
FIELDS = [
    "Upgrade: websocket\r\nConnection: Upgrade",
    "X: \x01",
    "Content-Length: -1",
    "Content-Length: 9",
    "Content-Length: 9999999",
]


async def test_no_token_is_ever_logged(ledger_url: str, render: Render) -> None:
    """Whatever is done with a token's path, nothing of it stands in what the process writes."""
    async with started(WORKPRINT_LEDGER_URL=ledger_url) as (process, url):
        host, port = url.removeprefix("http://").split(":")
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            for method, path in product(("POST", "GET"), PATHS):
                await client.request(method, path, content=BODY)
        for field in FIELDS:
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(f"POST /callbacks/sandbox/{TOKEN} HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n".encode())
            await writer.drain()
            writer.close()
        code, said = await stopped(process, signal.SIGTERM)
    assert (0, False) == (code, TOKEN in said)


async def test_a_ledger_that_cannot_be_had_is_told(postgres: Postgres, capfd: pytest.CaptureFixture[str]) -> None:
    """Without its database, or with a wrong password for it, the desk ends with 1 and one sentence without secrets."""
    for address in ("127.0.0.1:1/none", f"127.0.0.1:{postgres.port}/postgres"):
        os.environ["WORKPRINT_LEDGER_URL"] = f"postgresql://postgres:s3cret@{address}"
        try:
            code = await asyncio.to_thread(main, ["--port", "0"])
        finally:
            del os.environ["WORKPRINT_LEDGER_URL"]
        said = capfd.readouterr().err
        assert (1, True) == (code, said.startswith("the desk cannot start: "))
        assert ("s3cret" in said, "Traceback" in said) == (False, False)


def test_a_taken_port_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A port that somebody else has is named, with exit code 1 and no traceback."""
    os.environ["WORKPRINT_HOME"] = str(tmp_path)
    try:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            assert 1 == main(["--port", str(port)])
    finally:
        del os.environ["WORKPRINT_HOME"]
    said = capfd.readouterr().err
    assert said.startswith(f"the desk cannot listen on 127.0.0.1 port {port}: ")
    assert "Traceback" not in said


def test_a_port_that_cannot_be_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    """A number that is no port is wrong usage: exit code 2."""
    with pytest.raises(SystemExit) as caught:
        main(["--port", "99999"])
    assert 2 == caught.value.code
    assert "--port" in capfd.readouterr().err


async def test_the_homes_ledger_is_the_default(tmp_path: Path) -> None:
    """With no other ledger named it is the home's own file, which is made."""
    async with started(WORKPRINT_HOME=str(tmp_path / "home")) as (process, _):
        assert (0, "") == await stopped(process, signal.SIGTERM)
    async with await Ledger.open(f"sqlite:///{tmp_path}/home/ledger.db") as ledger:
        await ledger.figures.alive()
