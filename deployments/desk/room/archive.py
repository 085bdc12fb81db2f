"""The bucket: the Prefect block `archive`, loaded when it is first needed and looked at again now and then.

The desk knows the bucket only through Prefect. While Prefect is away, what was loaded goes on being used.
"""

import asyncio
import importlib
import logging
import os
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workprint.errors import ArchiveError, WorkprintError

if TYPE_CHECKING:
    from blocks.bucket import ArchiveBucket

logger = logging.getLogger(__name__)
#: Name of the block document, as everywhere.
ARCHIVE = "archive"
#: Seconds after which a block that somebody changed in Prefect counts here, too.
FRESH = 300.0
#: Seconds between two tries while it cannot be had.
PAUSE = 5.0
#: Seconds in which a link that was made serves whoever asks for the same.
AGAIN = 60.0
#: Links that are remembered.
_MOST = 1000
#: Seconds one try may take.
_PATIENCE = 10.0


def warm_up() -> None:
    """Import Prefect and boto3: two seconds, in a thread at the start, so that the first guest does not wait."""
    # Without a server of its own Prefect's client would start one inside this process.
    os.environ.setdefault("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "false")
    for name in ("blocks.bucket.block", "prefect.client.orchestration", "tasks.voting"):
        importlib.import_module(name)


async def load_archive() -> "ArchiveBucket":
    """The block from Prefect. ArchiveError: Prefect does not answer, or has none."""
    await asyncio.to_thread(warm_up)
    from prefect.settings import PREFECT_API_URL

    from blocks.bucket import ArchiveBucket

    if not PREFECT_API_URL.value():
        raise ArchiveError("the desk knows no Prefect server", fix="set PREFECT_API_URL and restart the desk")
    try:
        async with asyncio.timeout(_PATIENCE):
            block: ArchiveBucket = await ArchiveBucket.aload(ARCHIVE)
    except Exception as error:  # Prefect's client raises its own, httpx's and pydantic's errors
        raise ArchiveError(f"the block {ARCHIVE} cannot be loaded ({type(error).__name__})") from error
    return block


class Archive:
    """The bucket as this desk knows it. Belongs to one event loop."""

    def __init__(self, load: "Callable[[], Awaitable[ArchiveBucket]]") -> None:
        self._load = load
        self._bucket: ArchiveBucket | None = None
        self._origin = ""
        self._links: dict[tuple[str, int], tuple[float, str]] = {}
        self._next = -1.0
        self._one_at_a_time = asyncio.Lock()

    async def bucket(self) -> "ArchiveBucket":
        """The bucket. ArchiveError while Prefect cannot say which one."""
        async with self._one_at_a_time:
            if time.monotonic() >= self._next:
                await self._look()
        if self._bucket is None:
            raise ArchiveError("the bucket is not known: Prefect has not said which one it is")
        return self._bucket

    async def link(self, key: str, seconds: int) -> str:
        """A link to an object, good for `seconds`, or for up to a minute less. ArchiveError as above."""
        bucket, now = await self.bucket(), time.monotonic()
        made, link = self._links.get((key, seconds), (-AGAIN, ""))
        if now - made >= AGAIN:
            link = await bucket.presign(key, seconds)
            if len(self._links) >= _MOST:
                self._links.clear()
            self._links[key, seconds] = now, link
        return link

    async def origin(self) -> str:
        """Where a browser loads its films from, as `https://bucket.example.com`; empty while nobody knows."""
        try:
            await self.bucket()
        except ArchiveError:
            return ""
        return self._origin

    async def _look(self) -> None:
        """Load it anew; a failure leaves what was known."""
        try:
            self._bucket = await self._load()
            self._links.clear()
            # As S3 writes it: with some servers the bucket's name is part of the host.
            link = urlsplit(await self._bucket.presign("origin", 60))
        except WorkprintError as error:
            logger.warning("archive_not_loaded %s", error)
            self._next = time.monotonic() + PAUSE
        else:
            self._origin, self._next = f"{link.scheme}://{link.netloc}", time.monotonic() + FRESH
