"""Tasks retry: one side effect each, and its retry policy is its decorator.

Purpose: submit and wait for a render, land it in the bucket, moderate, archive, preview, report.

May import: workprint, blocks, prefect.
Must not: import flows, deployments, httpx, boto3, sqlalchemy or av; remember anything that is not in the ledger.

Pitfalls:
- A task may run again at any moment, in another process: the first thing it does is ask the ledger.
- A Retry-After is waited for inside the attempt; the decision to try again is the decorator's alone.
- Few, meaningful tasks: one costs about 17 ms. Never a task per poll (`tasks.watcher` polls).
- Prefect visits task arguments to find futures: pass the `House`, which it treats as a leaf, not open connections.
"""
