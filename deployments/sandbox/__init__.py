"""The sandbox: a video provider to try things on. It speaks every dialect over real HTTP and renders real little films.

`python -m deployments.sandbox --home DIR --port 9110` prints "sandbox ready on http://127.0.0.1:9110" once it serves.
Tests and benchmarks use `deployments.sandbox.testing.running_sandbox`.

Purpose: everything Workprint expects of a provider, without an account: tasks, refusals and error codes, drafts and
finals made from them, a queue, links that end, callbacks and their signatures, and a bill that says what was charged.
One core does it all; a voice (`deployments.sandbox.voices`) is one provider's words for it. Tasks and bill live in
`sandbox.db` of the home; a restart takes up what was queued or running. The same request gives the same bytes.

May import: starlette, uvicorn, httpx, pydantic, cryptography, Pillow, numpy, PyAV; of Workprint only the table of film
sizes and prices (workprint.models) and the fonts (blocks.media.fonts). It stands in for somebody else's server, and
shares no code that speaks to a provider with the client it tests.

Routes (all but /files, /healthz and a provider's public keys want the key, as `Authorization: Bearer KEY` or in the
word of the voice):
- those of each voice below its prefix: Ark's at /api/v3, every other at /NAME (a block says that as path_prefix). Ark:
  POST, GET /api/v3/contents/generations/tasks (page_num, page_size, filter.status, filter.model, filter.task_ids);
  GET, DELETE .../tasks/{id}: DELETE cancels what is queued, refuses what runs, else forgets it
- GET /files/{name}: results, by links signed as TOS signs them; Range requests
- GET /sandbox/bill: charges, tokens, sums by currency, and amount and currency where there is only one. GET
  /sandbox/tasks: every task that ever was, as it truly is, in its voice's words, with id, voice, status (in ours),
  prompt, safety_identifier (the client's own id), faults, charge (or null) and whether its record was deleted
- GET, POST, PUT /sandbox/faults: show, add, replace. GET /healthz

The camera moves as the prompt says: "Camera: slow push in." (static, push in, pull out, pan left or right, tilt up or
down, truck left or right, orbit, crane up or down, handheld; slow, medium, fast).

Faults: a JSON list of `{"fault": ..., "match": {...}, "times": 1}`. `match` says which tasks: `nth` (the n-th since the
fault was set), `prompt` (contains), `kind` (draft or final), `probability` (by seed); all that is said must hold, and
by default it is the next task. `times` is how many tasks, 0 for always. Only a submit that passes its voice's checks
counts as a task, and a fault counts only tasks of voices it applies to: a provider without a list has no list that
fails (`voices.applies`). Codes and words below are Ark's; each voice has its own for the same thing. A fault is stored
with the task it hits and survives a restart with it. GET says how many tasks each fault has hit (`fired`) and where it
strikes. `fault_table` is the list of them.

Submit:
- accept_then_timeout: the task is made, the answer never comes; after `hold` seconds the connection breaks
- too_many_requests: 429 with Retry-After (`retry_after` seconds); no task
- server_error: a bare 500; no task, or with `created` true a task all the same
- gateway_timeout: 504 with an HTML page; no task, or with `created` true a task all the same
- ok_with_error_body: 200 with an error in the voice's shape (`code`: by default its word for too many); no task
- overdue_account: 403 AccountOverdueError; no task
- reset_before: the connection breaks without an answer; no task
- ok_without_id: success with `{}`, or the provider's wrapper around nothing; the task is made
- garbled_answer: 200 with an HTML page; the task is made
- cut_answer: the JSON stops in the middle and the connection breaks; the task is made
- slow_answer: the task is made, and the whole answer comes after `hold` seconds

Polling, by GET of one task and by the list with filter.task_ids alike. `polls` is how many answers about the task are
hit (0: all, by default 1); they are counted in memory, and faults that replace an answer wait for each other:
- flapping: 404, or left out of the list, though the task is there
- poll_error: a bare 500
- poll_storm: 429 with Retry-After (`retry_after` seconds)
- garbled_poll: 200 with an HTML page
- unknown_status: a status nobody documented (`word`: suspended), without a result
- status_backwards: once it was shown running, it is shown queued again
- clock_skew: created_at and updated_at are off by `seconds` (by default -3600); in the list without filter too

List without filter.task_ids:
- list_lag: the task is not in it for `hold` seconds after it was made
- list_error: a bare 500, `polls` times
- list_without_reference: the task's safety_identifier is echoed nowhere: list, GET and callbacks

End:
- content_rejected: the film is rendered, then refused with OutputVideoSensitiveContentDetected; not charged
- failed_task: the task fails with InternalServiceError; not charged
- charged_but_failed: the task fails with InternalServiceError, says its usage, and is on the bill
- completed_but_failed: the status says success, the second question says it failed; not charged
- completed_without_link: succeeded and charged, without a video_url
- unsafe_link: succeeded and charged, and the link leads to `link` (a cloud's metadata address)
- expired_task: waits as queued for its latency, then is expired; not charged
- cancelled_by_provider: waits as queued for its latency, then is cancelled; not charged
- cancel_ignored: DELETE of the queued task says 200, and it runs and is charged all the same
- never_ends: runs `hold` seconds longer than its latency

Download:
- zero_byte_file: succeeded and charged, and the file is empty
- wrong_duration: succeeded and charged, and the film is half as long (at least a second)
- expired_link: succeeded and charged, and the link has ended before anybody saw it; where asking again renews it the
  first `polls` links
- slow_download: the file comes at `rate` bytes a second
- truncated_download: Content-Length says all, half of it comes, the connection breaks
- not_ready: `status` (404, 403 or 400) for the first `polls` downloads
- html_file: 200 with an HTML page instead of the film

Callbacks, when the task has a callback_url:
- callback_never: none is sent
- callback_duplicate: each is sent three times
- callback_early: the first is sent, and answered, before the submit is answered
- callback_late: each is sent `hold` seconds after its change
- callback_reordered: nothing until the end; then the last word first, and what came before it after it
- callback_lying: while the task runs, one more says it has ended: `claim` succeeded, with `link`, or failed
- callback_forged: each is also sent to the URL with a random last path segment
- callback_malformed: each breaks off in the middle of its JSON
- callback_oversized: each has 2 MiB and a bit
- callback_unknown_id: each is about a task that does not exist
- callback_bad_signature: each is signed with somebody else's secret

`--fixed` turns rendering off for benchmarks: reference media are not fetched, and every task succeeds after exactly the
latency with the same file (FILE), a film of that size (`8MiB`), or the film of FOLDER that fits: 480p-16x9-5s.mp4
(resolution, ratio, seconds), else 480p.mp4, else the task fails. The two faults of the film itself (zero_byte_file,
wrong_duration) need rendering.

Pitfalls:
- The link is the same at every GET unless the provider documents that asking again renews it, or `--renew-links true`.
- Callbacks are signed with the secret of `webhook.key` in the home: `Sandbox.webhook_secret`, `whsec_` and Base64.
- Nothing is thrown away: films and media stay in the home until somebody deletes it, though after 7 days no task finds
  them any more.
- Seed -1 and no seed mean a seed that follows from the request: asking twice gives the same film, unlike Ark.
- The bill's whole tokens are rounded down; Ark's rounding is not documented.
"""
