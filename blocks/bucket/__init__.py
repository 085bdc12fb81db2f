"""The bucket: S3 and what is kept there, through one block.

Purpose: `ArchiveBucket` (in `block`). `land` streams a provider's link in, in one pass: `link` opens it, `intake` reads
and hashes, `buffers` bound the memory, `upload` sends the parts. `read` reads back and promotes, `objects` does single
objects, `probe` finds out what the server honours, `client` holds boto3 and translates its errors.

May import: workprint, boto3, prefect (in `block`), prefect_aws, `blocks.guard`.
Must not: retry, overwrite other bytes, or believe a server's word for what a SHA-256 of ours can tell.

Pitfalls:
- Not every server refuses to overwrite: whatever `probe` found missing is worked around with a look beforehand.
- S3 takes metadata before the first byte only: a file of several parts has no SHA-256 in it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blocks.bucket.block import ArchiveBucket

__all__ = ["ArchiveBucket"]


def __getattr__(name: str) -> Any:
    """The block is imported when asked for (PEP 562): the values beside it must not import Prefect."""
    if name != "ArchiveBucket":
        raise AttributeError(f"module 'blocks.bucket' has no attribute {name!r}")
    from blocks.bucket.block import ArchiveBucket

    return ArchiveBucket
