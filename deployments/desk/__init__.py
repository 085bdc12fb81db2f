"""The desk: the web process. It takes callbacks in, and tells monitoring how the service is.

`python -m deployments.desk [--host 127.0.0.1] [--port 9120]` prints "desk ready on http://..." once it serves.
WORKPRINT_LEDGER_URL is the ledger's database (default: the home's file); WORKPRINT_METRICS_TOKEN lets others than this
machine read the metrics; WORKPRINT_CALLBACK_KEYS is the file that says which provider signs how (docs/callbacks.md).
None is an argument: everybody on a machine can read those.

Purpose: one process that providers may reach from outside, with as little in it as can be: the ledger, what signatures
are checked with, and neither a provider's API key nor the bucket. Of the ledger it needs INSERT on `callbacks` and
SELECT. With WORKPRINT_ROOM_KEY and WORKPRINT_ROOM_URL it has a second room, the screening room
(`deployments.desk.room`), which asks Prefect for the bucket, writes votes, comments and what was watched, and wakes
runs. Without them it has not, and imports neither Prefect nor Jinja2.

- POST /callbacks/{provider}/{token}: committed to the inbox, judged in the same transaction, then answered.
  200 kept (`{}`, or the provider's `challenge` when it sent one); 404 the token is nobody's, or another provider's, and
  it is kept all the same; 401 the provider's signature does not fit; 408 the body took longer than 10 s; 413 it is
  longer than 1 MiB; 503 with Retry-After: the ledger cannot commit, too many come at once, or the keys that a provider
  publishes cannot be had. Nothing but a 200, 401 or 404 was kept.
- GET /healthz: 200 when the ledger answers, else 503.
- GET /metrics: Prometheus text, for this machine or with the bearer token.

A callback changes no render: whoever looks after it (its process's watcher, else rescue) finds the nudge in the inbox
and asks the provider itself.

Layout: `routes` (the application), `reception` (callbacks), `bodies` (how much is read, and how long), `signing` (the
provider's own signature), `published_keys` (JWKS), `callback_keys` (the file), `watching` (health and metrics),
`metrics` and `exposition` (figures as Prometheus text), `counters` (this process's own figures), `server` (uvicorn),
`settings`, `room` (the screening room, with a contract of its own).

May import: workprint, blocks.ledger, blocks.guard, starlette, uvicorn, deployments.stack.home.
Must not: import prefect without a room, hold a provider's API key, or speak to a provider except for the keys it
publishes; log a path, it holds a token.

Pitfalls:
- There is no TLS here: put a proxy in front that has it, and keep the callback paths out of that proxy's log, too.
- Behind a proxy on the same machine everybody seems to come from it: a request that says it was forwarded is nobody's
  neighbour, and needs the token for /metrics.
- Tables of the callback keys go by the block's name: a misspelt one leaves that block's callbacks unsigned. The desk
  prints the names it knows when it is ready.
"""
