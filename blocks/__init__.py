"""Blocks connect: settings, secrets and the one path to each outside system.

Purpose: the provider, the bucket, the ledger's database, the codecs, the moderation models, outbound callbacks. Every
Prefect block is re-exported here, because `prefect block register -m blocks` looks nowhere else.

May import: workprint, prefect (blocks only), httpx, boto3, sqlalchemy, av, PIL, numpy and the moderation libraries.
Must not: import tasks, flows or deployments; retry (retries live in the Prefect task, and only there); decide anything
that `workprint` can decide.

Pitfalls:
- Never rename a `_block_type_slug`, and mind the field order: both are part of what Prefect stores.
- Every foreign error is translated here into `workprint.errors`; nothing above knows httpx, botocore or SQLAlchemy.
- A signed link is a secret with an end: whole in the ledger, never with its query in a log or an error.
"""
