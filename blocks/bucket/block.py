"""`ArchiveBucket`: the bucket where films are safe. Settings, credentials and the one path to S3.

Keys are relative to the block's `prefix`. Every method is async; boto3 runs in threads. Nothing here retries, and
nothing overwrites other bytes. Our own SHA-256 is the truth. It travels in the object's metadata (`sha256`) when the
file came as one part or was promoted. S3 takes metadata only before the first byte, so a freshly landed file of several
parts has none; it is read and hashed when the question comes up.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

from prefect.blocks.core import Block
from prefect_aws import AwsCredentials, MinIOCredentials
from pydantic import Field

from blocks.bucket import objects, read
from blocks.bucket.client import Place
from blocks.bucket.intake import Order
from blocks.bucket.land import land
from blocks.bucket.link import OpenLink, open_link
from blocks.bucket.probe import honours_of
from blocks.bucket.values import Honours, Landed, Progress, Stored

_P = ParamSpec("_P")
_T = TypeVar("_T")

#: S3's own lower limit for a part that is not the last.
MIN_PART = 5 * 1024**2
#: One landing waits in one thread; buffers bound the memory, not this.
_CALLS = ThreadPoolExecutor(max_workers=32, thread_name_prefix="workprint-s3")


class ArchiveBucket(Block):
    """A bucket on any S3 server, reached with Prefect's own AWS or MinIO credentials."""

    _block_type_name = "Workprint Archive Bucket"
    _block_type_slug = "workprint-archive-bucket"
    _description = "Where Workprint keeps films: streamed from the provider's link, verified, never overwritten."

    credentials: AwsCredentials | MinIOCredentials = Field(
        description="Credentials block; its client parameters name the endpoint."
    )
    bucket: str = Field(min_length=3, max_length=63, description="Name of the bucket.")
    prefix: str = Field(default="", description="Put before every key, as it is: end it with a slash.")
    public_endpoint_url: str | None = Field(
        default=None, description="What an approver's browser reaches the server by. Empty: the endpoint itself."
    )
    may_create: bool = Field(default=False, description="Create the bucket when there is none.")
    part_size: Annotated[int, Field(ge=MIN_PART, le=1024**3)] = Field(
        default=8 * 1024**2, description="Bytes of one part. Files up to this size are one PUT."
    )
    concurrency: Annotated[int, Field(ge=2, le=32)] = Field(
        default=4, description="Part buffers of the process. Memory of all downloads together: part size times this."
    )
    read_timeout: float = Field(
        default=120.0, gt=0, description="Seconds the S3 server may take to answer, or between two bytes of an answer."
    )
    link_timeout: float = Field(
        default=60.0, gt=0, description="Seconds between two bytes of a provider's link before it counts as broken off."
    )

    async def ensure(self) -> None:
        """Return when the bucket is there, creating it if `may_create`. Raises `ArchiveError`."""
        await _in_thread(objects.ensure, self._place, may_create=self.may_create)

    async def probe(self) -> Honours:
        """What the server really honours: tried once per bucket and process; what is missing is logged once."""
        return await _in_thread(honours_of, self._place)

    async def land(
        self,
        link: str,
        key: str,
        *,
        max_bytes: int,
        expect_media: tuple[str, ...] = ("video/mp4",),
        headers: Mapping[str, str] | None = None,
        allow_private: bool = False,
        trusted: str = "",
        on_progress: Progress | None = None,
    ) -> Landed:
        """Stream the provider's link into the bucket in one pass with constant memory.

        The same bytes under the key already: fine, they are returned. Raises `LinkDead` (401, 403, 404, 410, 451),
        `BadMedia` (empty, too large, not of `expect_media`), `Truncated`, `AlreadyThere`, `UnsafeUrl`, or plain
        `ArchiveError` where trying again may help. Whatever is raised, nothing of ours is left in the bucket.
        `on_progress` is called in the event loop. `headers` go to the link's own host only; `trusted` is the one
        host[:port] that may be in a private network without `allow_private`.
        """
        honours = await self.probe()
        source = await open_link(
            link, headers=headers or {}, allow_private=allow_private, timeout=self.link_timeout, trusted=trusted
        )
        order = Order(source, self._place, honours, key, max_bytes, expect_media, _in_loop(on_progress))
        return await _run(order, source)

    async def read_back(self, key: str, sha256: str, path: Path) -> None:
        """Download to `path`; `NotVerified` (and no file) unless the bytes have that SHA-256."""
        await _in_thread(read.read_back, self._place, key, sha256, path)

    async def promote(self, source_key: str, target_key: str, sha256: str) -> Landed:
        """Copy to the final key, in the server, verified by reading. The source stays; safe to repeat."""
        honours = await self.probe()
        return await _in_thread(read.promote, self._place, honours, source_key, target_key, sha256)

    async def put(self, key: str, body: bytes, media_type: str) -> Landed:
        """Store a small body. The same bytes again are fine; `AlreadyThere` for other bytes."""
        honours = await self.probe()
        return await _in_thread(objects.put, self._place, honours, key, body, media_type)

    async def get(self, key: str) -> bytes:
        """The whole object in memory. `ArchiveError` when there is none."""
        return await _in_thread(objects.get, self._place, key)

    async def head(self, key: str) -> Stored | None:
        """What the bucket says of the object; None when there is none."""
        return await _in_thread(objects.head, self._place, key)

    async def landed(self, key: str) -> Landed | None:
        """What already lies whole under a key of ours, hashed by reading where its metadata has no SHA-256."""
        return await _in_thread(objects.landed, self._place, key)

    async def list(self, prefix: str = "") -> tuple[str, ...]:
        """All keys below a prefix, sorted."""
        return await _in_thread(objects.list_keys, self._place, prefix)

    async def remove(self, key: str) -> None:
        """Delete one object; nothing happens when there is none. (`Block.delete` deletes the block itself.)"""
        await _in_thread(objects.delete, self._place, key)

    async def presign(self, key: str, seconds: int) -> str:
        """A GET link for a browser, against `public_endpoint_url`, for at most 604800 seconds."""
        return await _in_thread(objects.presign, self._place, key, seconds, self.public_endpoint_url)

    def full_key(self, key: str) -> str:
        """The key as S3 and the people looking into it know it: with the prefix."""
        return self.prefix + key

    @property
    def _place(self) -> Place:
        return Place(self.credentials, self.bucket, self.prefix, self.part_size, self.concurrency, self.read_timeout)


async def _in_thread(call: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
    return await asyncio.get_running_loop().run_in_executor(_CALLS, lambda: call(*args, **kwargs))


async def _run(order: Order, source: OpenLink) -> Landed:
    """Land in a thread. When we are cancelled, the thread is called off and awaited: it aborts its own upload."""
    work = asyncio.get_running_loop().run_in_executor(_CALLS, _land_and_close, order, source)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        order.called_off.set()
        await asyncio.wait([work])
        work.exception()  # "called off", and of no more interest
        raise


def _land_and_close(order: Order, source: OpenLink) -> Landed:
    try:
        return land(order)
    finally:
        source.close()


def _in_loop(on_progress: Progress | None) -> Progress:
    """The same callback, called in the event loop however far away the thread is."""
    if on_progress is None:
        return lambda *_: None
    loop = asyncio.get_running_loop()

    def tell(done: int, total: int | None) -> None:
        loop.call_soon_threadsafe(on_progress, done, total)

    return tell
