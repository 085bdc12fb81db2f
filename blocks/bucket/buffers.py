"""A fixed number of part buffers for the whole process: what bounds the memory of all downloads together.

Memory is part size times count, however large the files are and however many come at once. A landing that has filled a
buffer never needs a second one to get rid of it, so waiting for a buffer cannot end in a deadlock.
"""

import threading
from functools import lru_cache
from queue import Empty, LifoQueue

from workprint.errors import ArchiveError

#: Seconds between two looks at whether the waiting landing was called off.
_LOOK = 0.5


class Buffers:
    """Lends out bytearrays of one size; a shortened one is replaced."""

    def __init__(self, size: int, count: int) -> None:
        self.size = size
        self._free: LifoQueue[bytearray | None] = LifoQueue()
        for _ in range(count):
            self._free.put(None)  # made on first use

    def take(self, called_off: threading.Event) -> bytearray:
        """A buffer of the full size. Raises `ArchiveError` when the landing is called off while waiting."""
        while not called_off.is_set():
            try:
                buffer = self._free.get(timeout=_LOOK)
            except Empty:
                continue
            return buffer if buffer is not None and len(buffer) == self.size else bytearray(self.size)
        raise ArchiveError("the download was called off")

    def give_back(self, buffer: bytearray | None) -> None:
        """Return a buffer; nobody may use it afterwards. None: it is lost, a new one takes its place."""
        self._free.put(buffer)


@lru_cache(maxsize=8)
def buffers_for(size: int, count: int) -> Buffers:
    """The process's buffers of that size."""
    return Buffers(size, count)
