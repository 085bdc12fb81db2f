"""Reading back and moving on: what counts is the SHA-256 of the bytes that the bucket gives us."""

import hashlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from blocks.bucket.client import Place, translated
from blocks.bucket.intake import Order
from blocks.bucket.land import land
from blocks.bucket.objects import READ, head, never_overwriting, read_through
from blocks.bucket.values import SHA256, Honours, Landed, Stored
from workprint.errors import AlreadyThere, ArchiveError, NotVerified

if TYPE_CHECKING:
    from botocore.response import StreamingBody

#: The largest object S3 copies in one request.
COPY_LIMIT = 5 * 1024**3


def read_back(place: Place, key: str, sha256: str, path: Path) -> None:
    """Copy the object to `path` and raise `NotVerified` (leaving no file) unless its SHA-256 is the expected one."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.partial")
    try:
        found = _download(place, key, partial)
        if found != sha256:
            raise NotVerified(f"{key} holds SHA-256 {found}, expected {sha256}", fix="the object was kept for a look")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _download(place: Place, key: str, path: Path) -> str:
    digest = hashlib.sha256()
    with translated(f"reading {key}"), path.open("wb") as file:
        answer = place.client.get_object(**place.at(key))
        with answer["Body"] as body:
            while chunk := body.read(READ):
                digest.update(chunk)
                file.write(chunk)
    return digest.hexdigest()


def promote(place: Place, honours: Honours, source_key: str, target_key: str, sha256: str) -> Landed:
    """Copy an object to its final key and verify the copy by reading it. The source stays until the caller removes it.

    Safe to repeat. Raises `AlreadyThere` when the target holds other bytes, `NotVerified` when the copy is not what was
    asked for.
    """
    source = head(place, source_key)
    # Last before the copy: where the server ignores the header on copies, this is what keeps us from overwriting.
    fresh = head(place, target_key) is None
    if fresh:
        if source is None:
            raise ArchiveError(f"neither {source_key} nor {target_key} is in the bucket")
        _copy(place, honours, source, target_key, sha256)
    return _verified(place, source_key, target_key, sha256, fresh=fresh)


def _verified(place: Place, source_key: str, target_key: str, sha256: str, *, fresh: bool) -> Landed:
    found = read_through(place, target_key)
    if found.sha256 == sha256:
        return Landed(target_key, sha256, found.size, found.etag, found.media_type)
    if fresh:
        raise NotVerified(f"{target_key} holds SHA-256 {found.sha256}, expected {sha256}", fix=f"{source_key} was kept")
    raise AlreadyThere(f"{target_key} exists and holds other bytes", fix=f"{source_key} was kept")


def _copy(place: Place, honours: Honours, source: Stored, target_key: str, sha256: str) -> None:
    """Inside the server where it can; through us where it cannot, or where the file is too large for one copy."""
    if source.size > COPY_LIMIT:
        _stream(place, honours, source, target_key)
        return
    try:
        with translated(f"copying {source.key} to {target_key}"):
            _server_copy(place, honours, source, target_key, sha256)
    except AlreadyThere:
        return  # somebody was faster; the verification decides whether with the same bytes


def _server_copy(place: Place, honours: Honours, source: Stored, target_key: str, sha256: str) -> None:
    place.client.copy_object(
        **place.at(target_key),
        CopySource={"Bucket": place.bucket, "Key": place.full(source.key)},
        MetadataDirective="REPLACE",
        Metadata={SHA256: sha256},
        ContentType=source.media_type,
        **never_overwriting(honoured=honours.create_on_copy),
    )


def _stream(place: Place, honours: Honours, source: Stored, target_key: str) -> None:
    with translated(f"reading {source.key}"):
        answer = place.client.get_object(**place.at(source.key))
    with answer["Body"] as body:
        land(
            Order(
                source=_StoredSource(source, body),
                place=place,
                honours=honours,
                key=target_key,
                max_bytes=source.size,
                expect_media=(source.media_type,),
                on_progress=lambda *_: None,
            )
        )


class _StoredSource:
    """An object of the bucket as the source of a landing."""

    def __init__(self, stored: Stored, body: "StreamingBody") -> None:
        self.shown = stored.key
        self.length: int | None = stored.size
        self.media_type = stored.media_type
        self._body = body

    def readinto(self, target: memoryview) -> int:
        """Fill `target`; less only at the end."""
        filled = 0
        with translated(f"reading {self.shown}"):
            while filled < len(target) and (chunk := self._body.read(len(target) - filled)):
                target[filled : filled + len(chunk)] = chunk
                filled += len(chunk)
        return filled
