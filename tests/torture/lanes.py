"""A lane: one campaign after the other over block documents of its own, beside other lanes of the same round."""

import asyncio
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from prefect.blocks.core import Block
from prefect.client.orchestration import PrefectClient
from pydantic import SecretStr

from blocks.bucket import ArchiveBucket
from blocks.ledger.block import LedgerDatabase
from blocks.provider import VideoProvider
from blocks.report_callback import CallbackSender
from tests.torture.films import MODEL, S3_SECONDS
from tests.torture.servers import Ground

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BUCKET = "workprint-torture"
#: Seconds without a sign of life after which a process counts as gone.
LEASE = 2.0


@dataclass(slots=True)
class Zygote:
    """The driver's end of the forking process."""

    process: subprocess.Popen[bytes]
    writer: asyncio.StreamWriter
    waiting: dict[int, "asyncio.Future[tuple[int, float]]"] = field(default_factory=dict)
    pids: dict[int, int] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def run(self, order: dict[str, Any]) -> tuple[int, float]:
        """Fork a child for the order and wait for its end: exit code (negative: the signal) and CPU seconds.

        Who is cancelled meanwhile leaves no child behind.
        """
        number = next(self.numbers)
        ended: asyncio.Future[tuple[int, float]] = asyncio.get_running_loop().create_future()
        self.waiting[number] = ended
        self.writer.write(json.dumps({**order, "id": number}).encode() + b"\n")
        try:
            return await ended
        except asyncio.CancelledError:
            if number in self.pids:
                os.kill(self.pids[number], signal.SIGKILL)
            raise

    def warm(self, modules: list[str], s3: list[dict[str, str]], films: str) -> None:
        """Have more ready in every child from now on."""
        self.writer.write(json.dumps({"modules": modules, "s3": s3, "films": films}).encode() + b"\n")


@asynccontextmanager
async def zygote(ground: Ground) -> AsyncIterator[Zygote]:
    """Start the forking process and listen to it."""
    ours, process = _started(ground)
    reader, writer = await asyncio.open_unix_connection(sock=ours)
    made = Zygote(process, writer)
    await reader.readline()
    listening = asyncio.create_task(_listen(made, reader))
    try:
        yield made
    finally:
        listening.cancel()
        writer.close()
        await writer.wait_closed()
        await asyncio.to_thread(process.wait, 30)


def _started(ground: Ground) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    ours, theirs = socket.socketpair()
    with theirs, (ground.home / "zygote.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.zygote", str(theirs.fileno())],
            env=dict(ground.env),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    return ours, process


async def _listen(made: Zygote, reader: asyncio.StreamReader) -> None:
    while line := await reader.readline():
        said = json.loads(line)
        if "pid" in said:
            made.pids[said["id"]] = said["pid"]
            continue
        del made.pids[said["id"]]
        if not (ended := made.waiting.pop(said["id"])).done():  # else somebody had no patience any more
            ended.set_result((said["status"], said["cpu"]))
    for waiting in made.waiting.values():
        waiting.cancel("the zygote is gone: see zygote.log")


async def save_lane(client: PrefectClient, ground: Ground, lane: str, ledger_url: str, desk_url: str) -> ArchiveBucket:
    """The block documents of a lane; its bucket, made."""
    bucket = ArchiveBucket(
        credentials=ground.s3.credentials(),
        bucket=BUCKET,
        prefix=f"{lane}/",
        may_create=True,
        read_timeout=S3_SECONDS,
        link_timeout=S3_SECONDS,
    )
    await bucket.ensure()
    blocks: dict[str, Block] = {
        "ledger": LedgerDatabase(url=SecretStr(ledger_url), lease_seconds=LEASE),
        "archive": bucket,
        "sandbox": provider(ground, desk_url),
        "callback": CallbackSender(secret=SecretStr(SECRET), allow_private_network=True),
    }
    for name, block in blocks.items():
        await block._save(f"{name}-{lane}", overwrite=True, client=client)
    return bucket


def provider(ground: Ground, desk_url: str) -> VideoProvider:
    """An impatient account: whatever is in doubt is settled within seconds."""
    return VideoProvider(
        base_url=ground.sandbox.base_url,
        api_key=SecretStr(ground.sandbox.key),
        model=MODEL,
        requests_per_second=1000,
        connect_timeout=1.0,
        read_timeout=1.0,
        list_lag=1.5,
        allow_private_network=True,
        callback_base_url=desk_url,
    )
