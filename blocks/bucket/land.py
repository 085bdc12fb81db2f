"""Provider link -> bucket in one streaming pass: constant memory, SHA-256 on the way, visible only when it is whole.

One thread reads and hashes into part buffers; the full ones are sent by a few threads of the process. A file that fits
one part is one PUT. Half an upload of another process is never resumed, and our own is aborted when anything fails.
"""

from blocks.bucket.buffers import Buffers, buffers_for
from blocks.bucket.checksums import checksum_arguments
from blocks.bucket.client import translated
from blocks.bucket.intake import Intake, Order
from blocks.bucket.objects import head, never_overwriting, same_or_raise, unquoted
from blocks.bucket.upload import Upload, check_free
from blocks.bucket.values import SHA256, Landed
from workprint.errors import AlreadyThere, BadMedia


def land(order: Order) -> Landed:
    """Carry the order out. Raises `ArchiveError` and its family; then nothing of ours is left in the bucket."""
    _check_announced(order)
    buffers = buffers_for(order.place.part_size, order.place.concurrency)
    intake = Intake(order, buffers)
    if _looks_first(order) and (there := head(order.place, order.key)) is not None:
        return same_or_raise(order.place, _drained(order, intake), there)
    first = intake.next_part()
    if first is None:
        raise BadMedia(f"{order.source.shown} is empty (0 bytes)")
    try:
        if intake.ended:
            return _as_one(order, intake, first, buffers)
        return _in_parts(order, intake, first, buffers)
    except AlreadyThere:
        return same_or_raise(order.place, _drained(order, intake), head(order.place, order.key))


def _looks_first(order: Order) -> bool:
    """Whether a HEAD is worth it: not for a small file on a server that refuses the one PUT by itself."""
    length = order.source.length
    return not order.honours.create or length is None or length > order.place.part_size


def _check_announced(order: Order) -> None:
    length = order.source.length
    if length == 0:
        raise BadMedia(f"{order.source.shown} is empty (0 bytes)")
    if length is not None and length > order.max_bytes:
        raise BadMedia(f"{order.source.shown} has {length} bytes, more than the {order.max_bytes} allowed")


def _drained(order: Order, intake: Intake) -> Landed:
    """Read and hash the rest without keeping it: only to tell whether the existing object holds the same bytes."""
    buffers = buffers_for(order.place.part_size, order.place.concurrency)
    while (part := intake.next_part()) is not None:
        buffers.give_back(part)
    if intake.size == 0:
        raise BadMedia(f"{order.source.shown} is empty (0 bytes)")
    return _landed(order, intake, "")


def _landed(order: Order, intake: Intake, etag: str) -> Landed:
    return Landed(order.key, intake.sha256, intake.size, etag, intake.media_type)


def _as_one(order: Order, intake: Intake, body: bytearray, buffers: Buffers) -> Landed:
    """The whole file as one PUT, with its SHA-256 in the metadata."""
    try:
        check_free(order, honoured=order.honours.create)
        with translated(f"writing {order.key}"):
            answer = order.place.client.put_object(
                **order.place.at(order.key),
                Body=body,  # type: ignore[arg-type]  # a bytearray is sent without a copy
                ContentType=intake.media_type,
                Metadata={SHA256: intake.sha256},
                **checksum_arguments(order.honours, body),
                **never_overwriting(honoured=order.honours.create),
            )
    finally:
        buffers.give_back(body)
    return _landed(order, intake, unquoted(answer.get("ETag")))


def _in_parts(order: Order, intake: Intake, first: bytearray, buffers: Buffers) -> Landed:
    upload = Upload(order, buffers)
    try:
        upload.begin(intake.media_type)
    except BaseException:
        buffers.give_back(first)
        raise
    part: bytearray | None = first
    try:
        while part is not None:
            upload.send(part)
            part = intake.next_part()
        etag = upload.complete()
    except BaseException:
        upload.abort()
        raise
    return _landed(order, intake, etag)
