"""The sandbox: a video provider to try things on. It speaks Ark over real HTTP and renders real little films.

`python -m deployments.sandbox --home DIR --port 9110` prints "sandbox ready on http://127.0.0.1:9110" once it serves.
Tests and benchmarks use `deployments.sandbox.testing.running_sandbox`.

Purpose: everything Workprint expects of a provider, without an account: Ark's tasks, refusals and error codes, drafts
and finals made from them, a queue, links that end, callbacks, and a bill that says what was charged. Tasks and bill
live in `sandbox.db` of the home; a restart takes up what was queued or running. The same request gives the same bytes.

May import: starlette, uvicorn, httpx, pydantic, Pillow, numpy, PyAV. Must not: import any other package of Workprint.
It stands in for somebody else's server, and shares nothing with the client it tests.

Routes (all but /files and /healthz want `Authorization: Bearer KEY`):
- POST, GET /api/v3/contents/generations/tasks (page_num, page_size, filter.status, filter.model, filter.task_ids)
- GET, DELETE /api/v3/contents/generations/tasks/{id}: DELETE cancels what is queued, refuses what runs, else forgets it
- GET /files/{name}: results, by links signed as TOS signs them; Range requests
- GET /sandbox/bill: charges, tokens, amount, currency. GET /sandbox/tasks: every task that ever was
- GET, POST, PUT /sandbox/faults: show, add, replace. GET /healthz

The camera moves as the prompt says: "Camera: slow push in." (static, push in, pull out, pan left or right, tilt up or
down, truck left or right, orbit, crane up or down, handheld; slow, medium, fast).

Faults: a JSON list of `{"fault": ..., "match": {...}, "times": 1}`. `match` says which tasks: `nth` (the n-th since
the fault was set), `prompt` (contains), `kind` (draft or final), `probability` (by seed); all that is said must hold,
and by default it is the next task. `times` is how often, 0 for always. Only a submit that passes Ark's checks counts as
a task.
- accept_then_timeout: the task is made, the answer never comes; after `hold` seconds the connection breaks
- too_many_requests: 429 with Retry-After (`retry_after` seconds); no task
- server_error: a bare 500; no task, or with `created` true a task all the same
- content_rejected: the film is rendered, then refused with OutputVideoSensitiveContentDetected; not charged
- failed_task: the task fails with InternalServiceError; not charged
- zero_byte_file: succeeded and charged, and the file is empty
- wrong_duration: succeeded and charged, and the film is half as long (at least a second)
- expired_link: succeeded and charged, and the link has ended before anybody saw it
- slow_download: the file comes at `rate` bytes a second
- truncated_download: Content-Length says all, half of it comes, the connection breaks

`--fixed FILE` or `--fixed 8MiB` turns rendering off for benchmarks: reference media are not fetched, and every task
succeeds after exactly the latency with that file. The two faults of the film itself (zero_byte_file, wrong_duration)
need rendering.

Pitfalls:
- The link is the same at every GET: Ark does not document that asking again renews it.
- Ark never documented its code for an unknown task and for cancelling a running one; ours are guesses.
- Nothing is thrown away: films and media stay in the home until somebody deletes it, though after 7 days no task finds
  them any more.
- Seed -1 and no seed mean a seed that follows from the request: asking twice gives the same film, unlike Ark.
- The bill's whole tokens are rounded down; Ark's rounding is not documented.
"""
