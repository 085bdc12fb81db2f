"""Several processes on one ledger: real ones, started together."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from itertools import chain

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import S, archive, campaign, claim, spec

pytestmark = pytest.mark.system

RUNNERS = 4
COUNT = 50


async def start(url: str, name: str, count: int) -> Process:
    """A process that waits for its start."""
    command = ("-m", "tests.blocks.ledger.racer", url, name, str(count))
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    ready = await process.stdout.readline()
    assert ready == b"ready\n", (await process.communicate())[1].decode()
    return process


async def test_processes_share_one_new_ledger(empty_url: str) -> None:
    """Processes that open a new database at once pay once for what all of them want, and lock nobody out."""
    processes = await asyncio.gather(*(start(empty_url, f"c{n}", COUNT) for n in range(RUNNERS)))
    outcomes = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [""] * RUNNERS == [errors.decode() for _, errors in outcomes]
    ids = [json.loads(output) for output, _ in outcomes]
    assert [ids[0]["shared"]] * RUNNERS == [one["shared"] for one in ids]
    async with await Ledger.open(empty_url) as ledger:
        assert sorted(ids[0]["shared"]) == [render.id for render in await ledger.in_state(S.PLANNED)]
        own = chain.from_iterable(one["own"] for one in ids)
        assert sorted(own) == [render.id for render in await ledger.in_state(S.ARCHIVED)]
        assert [2 * COUNT] * RUNNERS == [len(await ledger.claims(f"c{n}")) for n in range(RUNNERS)]
        assert {1} == {len(await ledger.events(one)) for one in ids[0]["shared"]}
        assert {6} == {len(await ledger.events(one["own"][-1])) for one in ids}


async def test_killed_process_leaves_a_whole_ledger(empty_url: str) -> None:
    """After kill -9 in the middle of writing, every render's row and history still tell the same story."""
    process = await start(empty_url, "c0", 400)
    assert process.stdin is not None
    async with await Ledger.open(empty_url) as ledger:
        process.stdin.write(b"go\n")
        while not await ledger.in_state(S.SUBMITTING):
            pass  # each look is itself a wait
        process.send_signal(signal.SIGKILL)
        await process.communicate()
        rows = {render.id: render.state for render in await ledger.in_state(*S)}
        assert {one: (await ledger.events(one))[-1].after for one in rows} == rows
        await ledger.open_campaign(campaign("later"))
        assert S.ARCHIVED == (await archive(ledger, (await claim(ledger, spec(), campaign_id="later")).render)).state
