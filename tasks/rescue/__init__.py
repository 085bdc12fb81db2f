"""Rescue: what a run left behind is finished, whoever died. One module for each kind of thing left behind.

`team` opens what all of them need; `unknowns` settles lost submits; `inflight` looks at renders nobody watches;
`charges` asks what nobody knew the cost of; `archive` brings home what is paid for, earliest deadline first; `gates`
denies what nobody answered; `telling` reminds people and sends what did not go out; `runs` starts campaigns again whose
process died. Each takes only what no living process holds (`blocks.ledger.leases`), makes only compare-and-set changes,
and returns what it did: two rescues at once do nothing twice.

May import: what `tasks` may.
Must not: POST a render. Rescue never buys anything; a campaign that runs again does.
"""
