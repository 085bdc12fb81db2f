"""Keys that a provider publishes: when they are asked for, and what is answered when they cannot be had."""

import asyncio

from blocks.ledger import Ledger
from deployments.desk.callback_keys import Signing
from tests.blocks.loopback import breaking
from tests.deployments.desk.desk import BODY, HOLDER, inbox, running_desk
from tests.deployments.desk.jwks import publishing
from tests.deployments.desk.signed import asking, by, by_published, say, say_signed
from tests.workprint import signers
from workprint.render import Render
from workprint.signatures import Scheme


async def test_published_keys_are_fetched_once(ledger_url: str, render: Render) -> None:
    """The first callback brings the keys, and the next ones find them."""
    async with publishing(signers.jwks("other", "first")) as publisher, asking(ledger_url, publisher) as desk:
        for n in range(3):
            assert 200 == await say_signed(desk, signers.fal(), b'{"n": %d}' % n)
        assert 1 == publisher.asked


async def test_a_new_published_key_is_found(ledger_url: str, render: Render) -> None:
    """A signature that no known key made is checked once more with the keys as they are now."""
    async with publishing(signers.jwks("old")) as publisher, asking(ledger_url, publisher) as desk:
        assert 200 == await say_signed(desk, signers.fal("old"))
        publisher.document = signers.jwks("new")
        assert 200 == await say_signed(desk, signers.fal("new"), b'{"n": 2}')
        assert 401 == await say_signed(desk, signers.fal("old"), b'{"n": 3}')


async def test_a_stranger_cannot_make_us_ask(ledger_url: str, render: Render) -> None:
    """However many wrong signatures come, the publisher is asked once in a pause, and for malformed ones never."""
    async with (
        publishing(signers.jwks("first")) as publisher,
        asking(ledger_url, publisher, keys_pause=3600.0) as desk,
    ):
        assert 401 == await say(desk, [("X-Fal-Webhook-Signature", "garbage")])
        assert 401 == await say_signed(desk, signers.fal(), age=310)
        assert 0 == publisher.asked
        assert [401] * 10 == [await say_signed(desk, signers.fal(f"stranger {n}")) for n in range(10)]
        assert 200 == await say_signed(desk, signers.fal())
        assert 1 == publisher.asked


async def test_without_published_keys_nobody_is_believed(ledger: Ledger, ledger_url: str, render: Render) -> None:
    """While the keys cannot be had the answer is 503 and nothing is kept; the provider's next try is taken."""
    async with publishing(signers.jwks("first")) as publisher, asking(ledger_url, publisher) as desk:
        for status, document in (
            (500, b""),
            (404, b""),
            (200, b"<html>"),
            (200, b'{"keys": []}'),
            (200, b" " * 70_000),
        ):
            publisher.status, publisher.document = status, document
            answer = await desk.call(headers=signers.fal().sign(BODY, signers.now()))
            assert (503, "5") == (answer.status_code, answer.headers["retry-after"])
        assert [] == await inbox(ledger_url)
        assert 'provider="sandbox",outcome="unverifiable"} 5' in await desk.metrics()
        publisher.status, publisher.document = 200, signers.jwks("first")
        assert 200 == await say_signed(desk, signers.fal())
    assert 1 == len(await ledger.inbox.nudges(HOLDER))


async def test_keys_that_cannot_be_had_anew_refuse_nobody(ledger_url: str, render: Render) -> None:
    """With the publisher down a known key is still believed, and an unknown one is put off rather than refused."""
    async with publishing(signers.jwks("first")) as publisher, asking(ledger_url, publisher) as desk:
        assert 200 == await say_signed(desk, signers.fal())
        publisher.status = 500
        assert 200 == await say_signed(desk, signers.fal(), b'{"n": 2}')
        assert 503 == await say_signed(desk, signers.fal("new"), b'{"n": 3}')


async def test_a_failed_question_is_not_repeated_at_once(ledger_url: str, render: Render) -> None:
    """Within the pause a publisher that is down is left alone, and the answer stays 503."""
    async with (
        publishing(b"") as publisher,
        asking(ledger_url, publisher, keys_pause=3600.0) as desk,
    ):
        assert [503] * 5 == [await say_signed(desk, signers.fal()) for _ in range(5)]
        assert 1 == publisher.asked


async def test_a_publisher_that_says_nothing_is_given_up(ledger_url: str, render: Render) -> None:
    """A question that is not answered in time ends in 503."""
    done = asyncio.Event()
    async with breaking(lambda _reader, _writer: done.wait()) as url:
        keys = {"sandbox": Signing(Scheme.FAL, (), f"{url}/jwks.json", allow_private_network=True)}
        async with running_desk(ledger_url, callback_keys=keys, keys_seconds=0.1) as desk:
            assert 503 == await say_signed(desk, signers.fal())
        done.set()


async def test_private_networks_are_asked_only_when_allowed(ledger_url: str, render: Render) -> None:
    """Without the setting for it no key is fetched from this machine."""
    async with publishing(signers.jwks("first")) as publisher:
        keys = by_published(publisher, private=False)
        async with running_desk(ledger_url, callback_keys=keys, keys_pause=0.0) as desk:
            assert 503 == await say_signed(desk, signers.fal())
        assert 0 == publisher.asked


async def test_keys_from_elsewhere_are_not_believed(ledger_url: str, render: Render) -> None:
    """An address that leads to another host or port gives no keys."""
    async with (
        publishing(signers.jwks("first")) as elsewhere,
        publishing(b"") as publisher,
        asking(ledger_url, publisher) as desk,
    ):
        publisher.elsewhere = elsewhere.url
        assert 503 == await say_signed(desk, signers.fal())
        assert 1 == elsewhere.asked


async def test_one_provider_is_not_held_up_by_anothers_keys(ledger_url: str, render: Render) -> None:
    """While the keys of one provider cannot be had, the callbacks of the others are taken."""
    async with publishing(b"") as publisher:
        keys = {**by(signers.kling()), "fal": by_published(publisher)["sandbox"]}
        async with running_desk(ledger_url, callback_keys=keys) as desk:
            assert 503 == (await desk.call(provider="fal", headers=signers.fal().sign(BODY, signers.now()))).status_code
            assert 200 == await say_signed(desk, signers.kling())
