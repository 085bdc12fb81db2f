"""Torture: small campaigns, one fault each, then rescue, then the books: nothing paid twice, nothing paid lost.

`make torture N=300`, or `python -m tests.torture [N=300] [--seed 0] [--turn 0] [--what WORDS]`, prints one line a
campaign, the table by kind of fault after each round of 300, and for every campaign that went wrong the very command
that shows it again. Exit code 1, at the end of the round, when anything was charged twice, lost or left unsettled, or
when an account is not the sum of its renders. In the first round a campaign meets one fault, from the second on two.
pytest runs a slice: WORKPRINT_TORTURE campaigns, 300 unless told (`test_torture`).

Real parts: a Prefect server (on PostgreSQL: on SQLite it answers all but one writer with 503), the embedded S3 server,
the sandbox over HTTP in its own process (two films, rendered once), a ledger on SQLite and one on PostgreSQL with a
desk each, and flow runs executed as Prefect's runner does it.

What is done to a campaign (`cases`): kill -9 of its process at every commit, request and S3 call that a run without
trouble was seen to make, reported by a worker or lost without a word; kill -9 of the desk at every callback and commit;
wires (`wires`) between flow and provider, its downloads, S3, the ledger and Prefect, and between provider and desk: cut
before a request, before its answer or within it, silent, slow, or answering 500 and 503; every fault of the sandbox on
draft and final; two workers on one run; two people at one gate.

How one campaign goes (`story`): a run of `flows.campaign.campaign` with a prompt of its own is executed by a child of
the zygote; the gate is answered; a process that was killed is reported crashed, as the worker does; then `recover`:
passes of `flows.rescue.rescue` as runs of their own, and when that does not help, a person's Retry. At the end `books`
compares the sandbox's bill and tasks with renders, charges, events, approvals and accounts of the ledger.

Layout:
- `servers`, `films`: what a round stands on
- `zygote`, `warm`, `child`: a process that has imported everything forks one child an execution (10 ms, not 3 s). A
  first run shows which modules children import late; the zygote then has them, and an S3 client, before it forks.
- `spared`: previews and judgement of the two films, made once by the real functions; Prefect's events go nowhere
- `points`: the choke points (ledger transaction, provider transport, S3 events, download), each passage named and
  counted; kill -9 at the one that is armed. Runs without trouble enumerate them.
- `wires`, `desks`, `people`: the other things that go wrong; `injection`: what one case needs of all that
- `cases`: all faults, in an order by seed; `lanes`, `round`: several campaigns at the same time over each ledger
- `recover`, `books`, `table`: afterwards

Fault injection in the child is the one place of the tests that wraps our functions. The child also loads every block
by its name and the lane's (`ledger-sqlite`), because block names are fixed in the flows, and leads it to its wires.

Pitfalls:
- The zygote must have one thread when it forks: no event loop, no connection, OpenBLAS told to use one thread.
  onnxruntime keeps one idle thread of its own from its import on; sessions made before the fork work after it.
- Numbers of a point count one name in one process: `commit queued #1` is the draft's in pass 1, the final's in pass 2.
- Turns of a wire are counted, not named, and polls come by the clock: the same turn need not be the same request. A
  case whose moment did not come is told again, twice at the most.
- No wire keeps silent towards PostgreSQL: the ledger has no time-out for a server that is there and says nothing.
- Torn within `100 Continue`, botocore 1.43 reads for ever and burns a core (awsrequest._consume_headers): the wires
  let that line through whole.
"""
