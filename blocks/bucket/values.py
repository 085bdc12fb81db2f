"""What the archive bucket answers with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

#: Metadata name of the SHA-256 (S3 sends it as `x-amz-meta-sha256`).
SHA256 = "sha256"

#: Told the bytes read so far and the size the link announced (None: it did not), about once a part.
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Landed:
    """A file that lies whole in the bucket. `key` is relative to the block's prefix, `size` in bytes."""

    key: str
    sha256: str
    size: int
    #: As S3 gave it, without quotes. Not an MD5 for files of several parts.
    etag: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What the bucket says of one object. `sha256` is empty where the metadata has none: see `blocks.bucket`."""

    key: str
    size: int
    etag: str
    media_type: str
    sha256: str
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Honours:
    """What a server really does, found out by trying; a missing ability is worked around, never assumed."""

    #: `If-None-Match: *` on PutObject is refused when the key exists.
    create: bool
    #: ... and of many writers at the same moment exactly one wins.
    atomic_create: bool
    #: The same header on CompleteMultipartUpload.
    create_on_multipart: bool
    #: The same header on CopyObject. None of the three: a HEAD comes first, and a race stays possible.
    create_on_copy: bool
    #: A wrong `x-amz-checksum-crc32` is refused, on single uploads and on parts.
    verifies_checksum: bool
    #: A wrong `Content-MD5` is refused.
    verifies_md5: bool

    def shortcomings(self) -> tuple[str, ...]:
        """What is missing, in plain words; empty when nothing is."""
        lines = (
            (self.create, "does not refuse to overwrite (If-None-Match on PutObject); we look first instead"),
            (self.atomic_create, "lets several of many simultaneous writers of one new key win"),
            (
                self.create_on_multipart,
                "ignores If-None-Match when a multipart upload completes; we look first instead",
            ),
            (self.create_on_copy, "ignores If-None-Match on copies; we look first instead"),
            (self.verifies_checksum, "does not verify CRC32 checksums"),
            (self.verifies_md5, "does not verify Content-MD5"),
        )
        return tuple(line for honoured, line in lines if not honoured)
