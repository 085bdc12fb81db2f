"""The conformance kit: does a dialect, with the block that speaks it, do at a provider what Workprint relies on?

`workprint conform DIALECT` runs every check against the sandbox, which speaks the dialect's provider as its documents
say and misbehaves on request. `--against URL` runs those that a stranger's server allows: one cheap draft, asked about,
listed, cancelled, downloaded. `docs/conformance.md` holds the table of all dialects; a test compares it with a run.

Purpose: one list of checks (`checks`), each a small async function over a `Case`. A check passes when it returns, fails
with a `Deviation` that says what was expected and what was seen, and is "not offered" where the provider documents no
such thing (`needs`): told by name and counted, never left out silently.

- `check`: what a check is. `needs`: what a provider may lack. `catalogue`: all of them
- `subject`: the account under test and what is known of it. `case`: what one check works with
- `stage`: the sandbox, started in the dialect's voice. `books`: its faults and its own record of tasks and charges
- `loopback`: callbacks in, and servers that lie
- `submit`, `states`, `errors`, `recovery`, `callbacks`, `links`, `cancel`, `drafts`, `money`, `safety`, `limits`: the
  checks themselves
- `runner`: all checks of a dialect at once. `scorecard`, `report`: what came of it, for people and programs
- `foreign`: a real server: what it may cost at most

May import: deployments.sandbox (to start it), blocks, workprint, httpx. Must not: import tests, or read a dialect's
private names; what the checks rely on is what `workprint.dialects.Dialect` promises.

Pitfalls:
- Checks of a dialect run at the same time, on one account: each has a prompt of its own, and its faults match by it.
- A check never looks at the whole bill or list: others write there too. It asks for its own tasks.
"""
