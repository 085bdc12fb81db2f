"""Signed callbacks at a running desk: what fits counts, and what does not is kept, answered with 401, and no nudge."""

from collections.abc import Callable

import httpx
import pytest

from blocks.ledger import Ledger
from tests.deployments.desk.desk import BODY, HOLDER, TOKEN, inbox, running_desk
from tests.deployments.desk.signed import by, say, say_signed
from tests.workprint import signers
from tests.workprint.signers import SIGNERS, Signer
from workprint.render import Render

every = pytest.mark.parametrize("make", SIGNERS.values(), ids=SIGNERS)


@every
async def test_a_signed_callback_nudges(
    make: Callable[..., Signer], ledger: Ledger, ledger_url: str, render: Render
) -> None:
    """What the provider signed is kept as verified, answered with 200, and waits for whoever looks after the render."""
    async with running_desk(ledger_url, callback_keys=by(make())) as desk:
        assert 200 == await say_signed(desk, make())
    assert [("nudge", True)] == [(row[0], bool(row[1])) for row in await inbox(ledger_url, "outcome, verified")]
    assert [render.id] == [nudge.render_id for nudge in await ledger.inbox.nudges(HOLDER)]


@every
async def test_what_does_not_fit_is_kept_and_nudges_nobody(
    make: Callable[..., Signer], ledger: Ledger, ledger_url: str, render: Render
) -> None:
    """Unsigned, by another key, of another body, at another time: 401, counted by provider, and believed by nobody."""
    async with running_desk(ledger_url, callback_keys=by(make())) as desk:
        assert 401 == await say(desk, [])
        assert 401 == await say_signed(desk, make("another"))
        assert 401 == await say(desk, make().sign(BODY + b" ", signers.now()))
        assert [401, 401] == [await say_signed(desk, make(), age=age) for age in (310, -310)]
        assert 'workprint_callbacks_total{provider="sandbox",outcome="bad_signature"} 5' in await desk.metrics()
    assert {("bad_signature", 0, BODY.decode())} == {
        (row[0], int(row[1]), row[2]) for row in await inbox(ledger_url, "outcome, verified, body")
    }
    assert ((), ()) == (await ledger.inbox.nudges(HOLDER), await ledger.inbox.bodies(render.id))


@every
async def test_malformed_headers_are_refused(make: Callable[..., Signer], ledger_url: str, render: Render) -> None:
    """Each header missing, twice, empty, beyond ASCII or full of garbage is answered with 401."""
    async with running_desk(ledger_url, callback_keys=by(make())) as desk:
        good = make().sign(BODY, signers.now())
        for place, (name, value) in enumerate(good):
            rest = good[:place] + good[place + 1 :]
            assert 401 == await say(desk, rest)
            assert 401 == await say(desk, [*good, (name, value)])
            for garbage in (b"", b"\xff\xfe", "水".encode(), b"v1,====", b"t=1,t=2", b"9" * 4000, b"," * 4000):
                answer = await desk.http.post(
                    f"/callbacks/sandbox/{TOKEN}",
                    content=BODY,
                    headers=httpx.Headers([*((n.encode(), v.encode()) for n, v in rest), (name.encode(), garbage)]),
                )
                assert 401 == answer.status_code
        assert 200 == await say(desk, good)


@every
async def test_a_replay_is_no_second_nudge(
    make: Callable[..., Signer], ledger: Ledger, ledger_url: str, render: Render
) -> None:
    """The same signed callback again is answered like the first, and nothing follows from it."""
    async with running_desk(ledger_url, callback_keys=by(make())) as desk:
        headers = make().sign(BODY, signers.now())
        assert [200, 200] == [await say(desk, headers) for _ in range(2)]
    assert ["duplicate", "nudge"] == sorted(row[0] for row in await inbox(ledger_url))
    assert 1 == len(await ledger.inbox.nudges(HOLDER))


@every
async def test_a_refused_body_may_come_again(
    make: Callable[..., Signer], ledger: Ledger, ledger_url: str, render: Render
) -> None:
    """A body that came wrongly signed first counts in full when the provider signs it."""
    async with running_desk(ledger_url, callback_keys=by(make())) as desk:
        assert [401, 200] == [await say_signed(desk, signer) for signer in (make("another"), make())]
    assert 1 == len(await ledger.inbox.nudges(HOLDER))


@every
async def test_two_keys_while_one_takes_over(make: Callable[..., Signer], ledger_url: str, render: Render) -> None:
    """With the old and the new key on file both are believed."""
    old, new = make("old"), make("new")
    async with running_desk(ledger_url, callback_keys=by(old, new)) as desk:
        assert [200, 200] == [await say_signed(desk, one, b'{"by": "%d"}' % n) for n, one in enumerate((old, new))]


async def test_a_signature_does_not_replace_the_token(ledger_url: str, render: Render) -> None:
    """Rightly signed and with a token that is nobody's it is still nobody's."""
    async with running_desk(ledger_url, callback_keys=by(signers.kling())) as desk:
        assert 404 == await say(desk, signers.kling().sign(BODY, signers.now()), token="a-token-that-is-nobodys")
    assert [("forged",)] == await inbox(ledger_url)


async def test_others_are_believed_as_before(ledger: Ledger, ledger_url: str, render: Render) -> None:
    """A provider that is not on file needs no signature, and one that it sends is not looked at."""
    keys = {"kling": by(signers.kling())["sandbox"]}
    async with running_desk(ledger_url, callback_keys=keys) as desk:
        assert 200 == await say(desk, [("webhook-signature", "garbage")])
    assert [("nudge", 0)] == [(row[0], int(row[1])) for row in await inbox(ledger_url, "outcome, verified")]
