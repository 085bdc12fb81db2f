"""Blocks connect: settings, secrets and the one path to each outside system.

Purpose: the provider, the bucket, the ledger's database, the codecs, the moderation models, outbound callbacks and
messages. Every Prefect block is re-exported here, because `prefect block register -m blocks` looks nowhere else.

May import: workprint, prefect (blocks only), httpx, boto3, sqlalchemy, av, PIL, numpy and the moderation libraries.
Must not: import tasks, flows or deployments; retry (retries live in the Prefect task, and only there); decide anything
that `workprint` can decide.

Pitfalls:
- Never rename a `_block_type_slug`, and mind the field order: both are part of what Prefect stores.
- Every foreign error is translated here into `workprint.errors`; nothing above knows httpx, botocore or SQLAlchemy.
- A signed link is a secret with an end: whole in the ledger, never with its query in a log or an error.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blocks.apprise_notice import AppriseNotice
    from blocks.approval_policy import ApprovalPolicy
    from blocks.bucket import ArchiveBucket
    from blocks.ledger.block import LedgerDatabase
    from blocks.project_notices import ProjectNotices
    from blocks.provider import VideoProvider
    from blocks.report_callback import CallbackSender
    from blocks.screening_room import ScreeningRoom

__all__ = [
    "AppriseNotice",
    "ApprovalPolicy",
    "ArchiveBucket",
    "CallbackSender",
    "LedgerDatabase",
    "ProjectNotices",
    "ScreeningRoom",
    "VideoProvider",
]

_HOMES = {
    "ArchiveBucket": "blocks.bucket.block",
    "CallbackSender": "blocks.report_callback",
    "LedgerDatabase": "blocks.ledger.block",
    "ApprovalPolicy": "blocks.approval_policy",
    "AppriseNotice": "blocks.apprise_notice",
    "ProjectNotices": "blocks.project_notices",
    "ScreeningRoom": "blocks.screening_room",
    "VideoProvider": "blocks.provider",
}


def __getattr__(name: str) -> Any:
    """Blocks are imported when asked for (PEP 562): reading a brief must not import Prefect, boto3 and SQLAlchemy."""
    if name not in _HOMES:
        raise AttributeError(f"module 'blocks' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
