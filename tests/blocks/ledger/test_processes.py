"""Several processes on one ledger: real ones, started together."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from itertools import chain

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import S, archive, claim, spec

pytestmark = pytest.mark.system


async def start(url: str, name: str, what: str, count: int) -> Process:
    command = ("-m", "tests.blocks.ledger.racer", url, name, what, str(count))
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    ready = await process.stdout.readline()
    assert ready == b"ready\n", (await process.communicate())[1].decode()
    return process


async def race(url: str, what: str, count: int, runners: int) -> list[list[str]]:
    """The render ids each process got, all started at the same moment."""
    processes = await asyncio.gather(*(start(url, f"c{n}", what, count) for n in range(runners)))
    outcomes = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [""] * runners == [errors.decode() for _, errors in outcomes]
    return [json.loads(output) for output, _ in outcomes]


async def test_processes_share_one_render_a_content(empty_url: str) -> None:
    """Three processes that open a new database and claim the same contents at once pay for each once."""
    ids = await race(empty_url, "claim", 40, runners=3)
    assert [ids[0]] * 3 == ids
    async with await Ledger.open(empty_url) as ledger:
        assert set(ids[0]) == {render.id for render in await ledger.in_state(S.PLANNED)}
        assert [40] * 3 == [len(await ledger.claims(f"c{n}")) for n in range(3)]
        assert {1} == {len(await ledger.events(one)) for one in ids[0]}


async def test_processes_do_not_lock_each_other_out(empty_url: str) -> None:
    """Four processes taking their renders through whole lives at once all succeed."""
    ids = await race(empty_url, "live", 60, runners=4)
    async with await Ledger.open(empty_url) as ledger:
        assert sorted(chain.from_iterable(ids)) == [render.id for render in await ledger.in_state(S.ARCHIVED)]
        assert {6} == {len(await ledger.events(one[-1])) for one in ids}


async def test_killed_process_leaves_a_whole_ledger(empty_url: str) -> None:
    """After kill -9 in the middle of writing, every render's row and history still tell the same story."""
    process = await start(empty_url, "c0", "live", 400)
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    async with await Ledger.open(empty_url) as ledger:
        while not await ledger.in_state(S.SUCCEEDED):
            pass  # each look is itself a wait
        process.send_signal(signal.SIGKILL)
        await process.communicate()
        renders = await ledger.in_state(*S)
        assert {render.id: render.state for render in renders} == {
            render.id: (await ledger.events(render.id))[-1].after for render in renders
        }
        assert S.ARCHIVED == (await archive(ledger, (await claim(ledger, spec(), campaign_id="c0")).render)).state
