"""The sandbox as a process of its own."""

import asyncio
import os
import signal
import stat
import sys
from pathlib import Path

import httpx
import pytest

from deployments.sandbox.__main__ import main
from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.deployments.sandbox.client import TASKS, Client, text_body
from tests.deployments.sandbox.frames import decoded

#: Faults of the end, as prompts too: charged, charged, not charged.
_ENDS = ("charged_but_failed", "unsafe_link", "failed_task")


async def started(home: Path, *more: str) -> tuple[asyncio.subprocess.Process, str]:
    """The sandbox as a process, and the line it prints when it is ready. `more` are arguments of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "WORKPRINT_SANDBOX_KEY"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deployments.sandbox", "--home", str(home), "--port", "0", *more,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        return process, (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
    except TimeoutError:
        process.kill()
        raise


async def stopped(process: asyncio.subprocess.Process) -> tuple[int, str]:
    """The exit code after SIGTERM, and what it wrote to standard error in all its life."""
    assert process.stderr is not None
    process.send_signal(signal.SIGTERM)
    complaints = await process.stderr.read()
    return await process.wait(), complaints.decode()


async def test_it_says_when_it_is_ready_and_stops_when_told(tmp_path: Path) -> None:
    """One line tells the address; SIGTERM ends it with 0; keys and files belong to their owner only."""
    process, line = await started(tmp_path / "home")
    try:
        assert line.startswith("sandbox ready on http://127.0.0.1:")
        key = (tmp_path / "home" / "key").read_text()
        async with httpx.AsyncClient(base_url=line.split()[-1], trust_env=False) as client:
            assert (await client.get("/healthz")).status_code == 200
            listed = await client.get(TASKS, headers={"Authorization": f"Bearer {key}"})
            assert listed.json() == {"items": [], "total": 0}
    finally:
        process.send_signal(signal.SIGTERM)
        code = await process.wait()
    assert code == 0
    for name in ("key", "link.key"):
        assert stat.S_IMODE((tmp_path / "home" / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("fault", ["accept_then_timeout", "slow_answer"])
async def test_it_stops_while_it_keeps_a_submit_waiting(tmp_path: Path, fault: str) -> None:
    """Told to stop while it holds an answer back, it breaks the connection instead, and complains of nothing."""
    process, line = await started(tmp_path)
    sandbox = Sandbox(line.split()[-1], (tmp_path / "key").read_text(), tmp_path)
    await sandbox.faults({"fault": fault, "hold": 3600})
    async with Client(sandbox) as client:
        waiting = asyncio.create_task(client.submit(text_body()))
        while not await sandbox.tasks():  # noqa: ASYNC110 - nothing but asking tells
            await asyncio.sleep(0.02)
        assert (0, "") == await stopped(process)
        with pytest.raises(httpx.RemoteProtocolError):
            await waiting


async def test_it_stops_in_the_middle_of_a_slow_download(tmp_path: Path) -> None:
    """Told to stop while a file trickles out, it breaks the connection, and complains of nothing."""
    process, line = await started(tmp_path)
    sandbox = Sandbox(line.split()[-1], (tmp_path / "key").read_text(), tmp_path)
    await sandbox.faults({"fault": "slow_download", "rate": 100})
    async with Client(sandbox) as client:
        task = await client.ended(text_body())
        async with client.http.stream("GET", task["content"]["video_url"]) as reply:
            assert (0, "") == await stopped(process)
            with pytest.raises(httpx.RemoteProtocolError):
                await reply.aread()


async def test_a_killed_sandbox_forgets_nothing(tmp_path: Path) -> None:
    """Killed in the middle of a render, the next start makes the film, and bills it once."""
    process, line = await started(tmp_path)
    try:
        seen = Sandbox(line.split()[-1], (tmp_path / "key").read_text(), tmp_path)
        async with Client(seen) as client:
            task_id = await client.accepted(text_body())
            await client.until(task_id, lambda task: task["status"] == "running")
    finally:
        process.kill()
        await process.wait()
    async with running_sandbox(tmp_path) as sandbox, Client(sandbox) as client:
        task = await client.until(task_id, lambda task: task["status"] == "succeeded")
        assert len(decoded(await client.film(task))) == 96
        assert [task_id] == [charge["task_id"] for charge in (await sandbox.bill())["charges"]]


async def test_a_kill_never_parts_a_charge_from_its_status(tmp_path: Path) -> None:
    """Killed again and again while tasks end, the bill has each charged task once and no other, with faults kept."""
    made: list[str] = []
    for _ in range(2):
        process, line = await started(tmp_path, "--fixed", "50kB", "--latency", "0.1")
        sandbox = Sandbox(line.split()[-1], (tmp_path / "key").read_text(), tmp_path)
        try:
            await sandbox.faults(*({"fault": fault, "match": {"prompt": fault}, "times": 0} for fault in _ENDS))
            async with Client(sandbox) as client:
                made += [await client.accepted(text_body(_ENDS[number % len(_ENDS)])) for number in range(30)]
        finally:
            process.kill()
            await process.wait()
    async with running_sandbox(tmp_path, fixed="50kB") as sandbox, Client(sandbox) as client:
        for task_id in made:
            await client.until(task_id, lambda task: task["status"] not in {"queued", "running"})
        charged = [charge["task_id"] for charge in (await sandbox.bill())["charges"]]
        tasks = await sandbox.tasks()
    assert made == [task["id"] for task in tasks]
    assert sorted(charged) == sorted(task["id"] for task in tasks if task["prompt"] != "failed_task")
    assert [[task["prompt"]] for task in tasks] == [task["faults"] for task in tasks]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--port", "none"], "--port"),
        (["--latency", "-1"], "--latency"),
        (["--fixed", "lots"], "lots"),
        (["--fixed", "."], "holds no film"),
        (["--renew-links", "perhaps"], "--renew-links"),
        (["--faults", "none.json"], "none.json"),
    ],
)
def test_wrong_settings_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], named: str
) -> None:
    """A setting that cannot be is told by its flag, with exit code 2 and no traceback."""
    code = main(["--home", str(tmp_path), *arguments])
    assert code == 2
    assert named in capsys.readouterr().err
