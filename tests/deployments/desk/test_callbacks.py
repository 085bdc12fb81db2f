"""Callbacks in: what is kept, what is answered, and that no render changes by it."""

import asyncio
import hashlib
import json

from blocks.ledger import Ledger
from tests.deployments.desk.desk import BODY, HOLDER, TOKEN, Desk, inbox, queued, submitted
from workprint.callbacks import KEPT_OF_A_STRANGER
from workprint.render import Render

STRANGER = "not-a-token-of-ours-but-just-as-long-as-one"
#: No JSON object, each in its own way.
MALFORMED = [b"", b"[]", b"null", b'{"id": ', b"\x00\xff\xfe", b"[" * 100_000, b'{"a":' * 5_000, b"{" + b"9" * 10_000]

CHALLENGES: list[tuple[object, object]] = [
    ({"challenge": "a1B2"}, {"challenge": "a1B2"}),
    ({"challenge": "a" * 513}, {}),
    ({"challenge": "a\nb"}, {}),
    ({"challenge": {"challenge": "a"}}, {}),
    (["challenge"], {}),
]
REFUSED = [
    ("GET", f"/callbacks/sandbox/{TOKEN}", 405),
    ("OPTIONS", f"/callbacks/sandbox/{TOKEN}", 405),
    ("POST", f"/callbacks/sandbox/{TOKEN}/", 404),
    ("POST", f"/callbacks/sandbox/{TOKEN}/more", 404),
    ("POST", "/callbacks/sandbox/", 404),
    ("POST", "/", 404),
    ("POST", "/metrics", 405),
    ("GET", "/docs", 404),
]


async def test_a_callback_is_kept_and_nudges(desk: Desk, ledger: Ledger, ledger_url: str, render: Render) -> None:
    """With a render's token it is committed, answered with 200, and waits for whoever looks after the render."""
    answer = await desk.call()
    assert (200, {}) == (answer.status_code, answer.json())
    (nudge,) = await ledger.inbox.nudges(HOLDER)
    assert render.id == nudge.render_id
    assert [("nudge", render.id, BODY.decode())] == await inbox(ledger_url, "outcome, render_id, body")


async def test_no_callback_changes_a_render(desk: Desk, ledger: Ledger, render: Render) -> None:
    """Whatever a body says, the render and its history stay as they were."""
    before = (await ledger.get(render.id), await ledger.events(render.id))
    for body in (BODY, *MALFORMED):
        assert 200 == (await desk.call(body)).status_code
    assert before == (await ledger.get(render.id), await ledger.events(render.id))


async def test_a_malformed_body_is_kept_and_nudges_nobody(
    desk: Desk, ledger: Ledger, ledger_url: str, render: Render
) -> None:
    """What is no JSON object is kept for support and counted, and nothing follows from it."""
    for body in MALFORMED:
        await desk.call(body)
    assert [("malformed", len(body)) for body in MALFORMED] == await inbox(ledger_url, "outcome, size")
    assert () == await ledger.inbox.nudges(HOLDER)
    assert f'provider="sandbox",outcome="malformed"}} {len(MALFORMED)}' in await desk.metrics()


async def test_a_replay_is_kept_and_counted_once_as_a_nudge(
    desk: Desk, ledger: Ledger, ledger_url: str, render: Render
) -> None:
    """The same body again is answered like the first and nudges nobody."""
    assert [200, 200, 200] == [(await desk.call()).status_code for _ in range(3)]
    assert ["duplicate", "duplicate", "nudge"] == sorted(row[0] for row in await inbox(ledger_url))
    assert 1 == len(await ledger.inbox.nudges(HOLDER))
    assert 'provider="sandbox",outcome="duplicate"} 2' in await desk.metrics()


async def test_early_and_late_callbacks_are_kept(desk: Desk, ledger: Ledger, ledger_url: str) -> None:
    """A callback counts before the provider's answer to the POST is on record, and out of order."""
    await submitted(ledger, TOKEN)
    for status in ("succeeded", "queued", "running"):
        assert 200 == (await desk.call(json.dumps({"id": "unknown here", "status": status}).encode())).status_code
    assert [("nudge",)] * 3 == await inbox(ledger_url)


async def test_a_forged_token_is_kept_shortened(desk: Desk, ledger_url: str, render: Render) -> None:
    """A token that is nobody's is answered with 404, and the beginning of its body is kept with the hash of all."""
    body = b"x" * 100_000
    assert 404 == (await desk.call(body, token=STRANGER)).status_code
    ((outcome, kept, size, sha256, whose),) = await inbox(ledger_url, "outcome, body, size, sha256, render_id")
    assert ("forged", KEPT_OF_A_STRANGER, len(body), None) == (outcome, len(kept), size, whose)
    assert hashlib.sha256(body).hexdigest() == sha256
    assert 'provider="other",outcome="forged"} 1' in await desk.metrics()


async def test_the_right_token_at_another_provider(desk: Desk, ledger: Ledger, ledger_url: str, render: Render) -> None:
    """A render's token under another provider's name is kept, answered with 404, and nudges nobody."""
    assert 404 == (await desk.call(provider="elsewhere")).status_code
    assert [("wrong_provider",)] == await inbox(ledger_url)
    assert () == await ledger.inbox.nudges(HOLDER)
    assert "elsewhere" not in await desk.metrics()


async def test_tokens_are_stored_hashed(desk: Desk, ledger_url: str, render: Render) -> None:
    """Nothing in the inbox holds a token, also when a proxy repeats the path in a header."""
    for token in (TOKEN, STRANGER):
        await desk.call(token=token, headers={"X-Original-URI": f"/callbacks/sandbox/{token}", "X-Plain": "kept"})
    rows = str(await inbox(ledger_url, "provider, token_hash, CAST(headers AS TEXT), body"))
    assert [False, False, True] == [word in rows for word in (TOKEN, STRANGER, "kept")]


async def test_credentials_in_headers_are_not_kept(desk: Desk, ledger_url: str, render: Render) -> None:
    """The headers are kept without keys, cookies and bearer tokens."""
    secrets = {
        "Authorization": "Bearer s3cret-1",
        "Cookie": "a=s3cret-2",
        "X-Api-Key": "s3cret-3",
        "X-K": "sk-s3cret-456789",
    }
    await desk.call(headers={**secrets, "User-Agent": "ark-callback/1"})
    ((headers,),) = await inbox(ledger_url, "CAST(headers AS TEXT)")
    assert "s3cret" not in headers
    assert "ark-callback/1" == json.loads(headers)["user-agent"]


async def test_a_challenge_is_said_back(desk: Desk, render: Render) -> None:
    """A provider that wants its word back gets it, as JSON, when it is a word, and as often as it asks."""
    for body, echo in CHALLENGES * 2:
        answer = await desk.call(json.dumps(body).encode())
        assert (200, "application/json", echo) == (answer.status_code, answer.headers["content-type"], answer.json())


async def test_a_stranger_hears_no_echo(desk: Desk, render: Render) -> None:
    """Without a token of ours the address says nothing back."""
    answer = await desk.call(b'{"challenge": "a1B2"}', token=STRANGER)
    assert (404, {}) == (answer.status_code, answer.json())


async def test_many_at_once_are_all_kept(desk: Desk, ledger: Ledger, ledger_url: str) -> None:
    """Callbacks that come together share commits, and each gets the answer that is its own."""
    tokens = [f"{TOKEN}-{n}" for n in range(20)]
    ids = [(await queued(ledger, token, token)).id for token in tokens]
    known = [desk.call(token=token) for token in tokens]
    forged = [desk.call(token=f"{STRANGER}-{n}") for n in range(20)]
    answers = await asyncio.gather(*known, *forged)
    assert [200] * 20 + [404] * 20 == [answer.status_code for answer in answers]
    assert sorted(ids) == sorted(nudge.render_id for nudge in await ledger.inbox.nudges(HOLDER))
    assert 40 == len(await inbox(ledger_url))


async def test_there_is_nothing_else(desk: Desk, ledger_url: str, render: Render) -> None:
    """Other methods and paths are refused, without redirect, cookie, CORS or the server's name."""
    for method, path, status in REFUSED:
        answer = await desk.http.request(method, path, headers={"Origin": "https://elsewhere.example"})
        assert (path, status) == (path, answer.status_code)
        assert {"allow", "content-length", "content-type", "date"} >= set(answer.headers)
        assert TOKEN not in answer.text
    assert [] == await inbox(ledger_url)
