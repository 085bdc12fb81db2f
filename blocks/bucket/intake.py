"""The reading half of a landing: bytes come in part by part, hashed and counted on the way."""

import hashlib
import threading
from dataclasses import dataclass, field
from typing import Protocol

from blocks.bucket.buffers import Buffers
from blocks.bucket.client import Place
from blocks.bucket.media import HEAD, media_type_of
from blocks.bucket.values import Honours, Progress
from workprint.errors import ArchiveError, BadMedia, Truncated

#: Bytes read and hashed at a time, while they are still in the processor's cache.
_SLICE = 1048576


class Source(Protocol):
    """Where bytes come from: an open link, or an object of the bucket itself."""

    shown: str
    length: int | None
    media_type: str

    def readinto(self, target: memoryview) -> int:
        """Fill `target`; less only at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """One landing: from where, to where, and what is allowed."""

    source: Source
    place: Place
    honours: Honours
    key: str
    max_bytes: int
    expect_media: tuple[str, ...]
    on_progress: Progress
    called_off: threading.Event = field(default_factory=threading.Event)


class Intake:
    """Reads the source part by part, hashing and counting; knows when the last byte has come."""

    def __init__(self, order: Order, buffers: Buffers) -> None:
        self._order = order
        self._source = order.source
        self._buffers = buffers
        self._hash = hashlib.sha256()
        self._ahead = bytearray()
        self.size = 0
        self.ended = False
        self.media_type = ""

    @property
    def sha256(self) -> str:
        """Of everything read so far, in hex."""
        return self._hash.hexdigest()

    def next_part(self) -> bytearray | None:
        """The next buffer of bytes, shortened at the end of the file; None when nothing is left. Give it back."""
        if self.ended:
            return None
        buffer = self._buffers.take(self._order.called_off)
        try:
            filled = self._fill(buffer)
            if filled < len(buffer):
                del buffer[filled:]
        except BaseException:
            self._buffers.give_back(None)  # the error's traceback may still point into this one
            raise
        if filled:
            return buffer
        self._buffers.give_back(buffer)
        return None

    def _fill(self, buffer: bytearray) -> int:
        filled = 0
        with memoryview(buffer) as view:
            filled = self._carry_over(view)
            while filled < len(view) and not self.ended:
                with view[filled : filled + _SLICE] as target:
                    count = self._source.readinto(target)
                    self._count(target[:count], ended=count < len(target))
                filled += count
            self._look_ahead()
        self._order.on_progress(self.size - len(self._ahead), self._source.length)
        return filled

    def _carry_over(self, view: memoryview) -> int:
        count = len(self._ahead)
        view[:count] = self._ahead
        self._ahead = bytearray()
        return count

    def _look_ahead(self) -> None:
        """One byte more, so that a file that just fits a part is known to have ended."""
        if self.ended:
            return
        byte = bytearray(1)
        with memoryview(byte) as view:
            count = self._source.readinto(view)
            self._count(view[:count], ended=count == 0)
        self._ahead = byte[:count]

    def _count(self, piece: memoryview, *, ended: bool) -> None:
        if self._order.called_off.is_set():
            raise ArchiveError("the download was called off")
        if self.size == 0 and len(piece):
            self.media_type = media_type_of(
                self._source.media_type, bytes(piece[:HEAD]), self._order.expect_media, self._source.shown
            )
        self._hash.update(piece)
        self.size += len(piece)
        self.ended = ended
        self._check_size()

    def _check_size(self) -> None:
        shown, announced_size = self._source.shown, self._source.length
        if self.size > self._order.max_bytes:
            raise BadMedia(f"{shown} has more than the {self._order.max_bytes} bytes allowed")
        if self.ended and announced_size is not None and self.size != announced_size:
            raise Truncated(f"{shown} ended after {self.size} of {announced_size} bytes", fix="fetch it again")
