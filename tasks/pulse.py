"""The pulse of a process: its lease in the ledger, renewed while it lives, so that others know when it is gone."""

import asyncio
import logging
import os
import secrets
import socket

from blocks.ledger.ledger import Ledger
from workprint.errors import LedgerError

log = logging.getLogger(__name__)

#: A lease is renewed so many times in its length: one lost renewal is no death.
BEATS = 5


class Pulse:
    """Belongs to one event loop. `seconds`: after so long without a renewal the process counts as gone."""

    def __init__(self, ledger: Ledger, seconds: float) -> None:
        self._ledger = ledger
        #: Length of the lease.
        self.seconds = seconds
        #: This process's name in the ledger.
        self.holder = f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(8)}"
        self._beating: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """The first sign of life is on record when this returns: before anything is held."""
        await self._ledger.leases.beat(self.holder, self.seconds)
        self._beating = asyncio.create_task(self._beat(), name="workprint-pulse")

    async def stop(self) -> None:
        """An orderly end: what was still held is free at once."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
            await self._ledger.leases.let_go(self.holder)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.seconds / BEATS)
            try:
                await self._ledger.leases.beat(self.holder, self.seconds)
            except LedgerError as error:  # the database is away for a moment: the next beat tells
                log.warning("pulse.missed %s", error)
