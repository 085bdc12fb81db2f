"""Torture: small campaigns, one fault each, then rescue, then the books: nothing paid twice, nothing paid lost.

`python -m tests.torture N=300 [--seed 0] [--family WORDS] [--only NUMBER]` prints one line a campaign, the table by
kind of fault, and for every campaign that went wrong the very command that shows it again. Exit code 1 when anything
was charged twice, lost, or left unsettled.

Real parts: a Prefect server (on PostgreSQL: on SQLite it answers all but one writer with 503), the embedded S3 server,
the sandbox over HTTP in its own process (two films, rendered once), a ledger on SQLite and one on PostgreSQL, and flow
runs executed as Prefect's runner does it.

How one campaign goes (`story`): a run of `flows.campaign.campaign` with a prompt of its own is executed by a child of
the zygote; the gate is answered; a process that was killed is reported crashed, as the worker does; then `recover`:
passes of `flows.rescue.rescue` as runs of their own, and when that does not help, a person's Retry. At the end `books`
compares the sandbox's bill and tasks with the ledger.

Layout:
- `servers`, `films`: what a round stands on
- `zygote`, `warm`, `child`: a process that has imported everything forks one child an execution (10 ms, not 3 s). A
  first run shows which modules children import late; the zygote then has them, and an S3 client, before it forks.
- `points`: the choke points (ledger transaction, provider transport, S3 events, download), each passage named and
  counted; kill -9 at the one that is armed. A dry run enumerates them.
- `cases`: all faults, in an order by seed; `lanes`, `round`: several campaigns at the same time over each ledger
- `recover`, `books`, `table`: afterwards

Fault injection in the child is the one place of the tests that wraps our functions. The child also loads every block
by its name and the lane's (`ledger-sqlite`), because block names are fixed in the flows.

Pitfalls:
- The zygote must have one thread when it forks: no event loop, no connection, OpenBLAS told to use one thread.
  onnxruntime keeps one idle thread of its own from its import on; sessions made before the fork work after it.
- Case numbers follow from seed and enumerated points: a change of the code that adds a commit moves them.
- Numbers of a point count one name in one process: `commit queued #1` is the draft's in pass 1, the final's in pass 2.
"""
