"""The parts of the watcher (`tasks.watcher`): how one process waits for many renders at once.

Purpose: `waiters` who is waited for; `agenda` who is asked about next; `asking` the requests; `hearing` what an answer
changes; `lookout` what the ledger tells; `reliance` how far callbacks are relied on.

May import: workprint, blocks.
Must not: be used by anybody but the watcher; keep what is not in the ledger beyond a render's end.

Pitfalls:
- A render may be settled by a look while a question about it is on its way: only compare-and-set says who was first.
- 10,000 renders may be waited for: nothing here may walk over all of them at every look or answer.
"""
