"""Outbound reports: signed, guarded, sent once, and honest about whether to try again."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from blocks.report_callback import CallbackSender
from tests.blocks.loopback import free_port, serving
from workprint.errors import CallbackFailed, UnsafeUrl

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


class Receiver:
    """A customer's endpoint that keeps what it gets and answers as told."""

    def __init__(self, answer: Response | None = None) -> None:
        self.answer = answer or Response(status_code=204)
        self.got: list[tuple[dict[str, str], bytes]] = []

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/hook", self.take, methods=["GET", "POST"])])

    async def take(self, request: Request) -> Response:
        self.got.append((dict(request.headers), await request.body()))
        return self.answer


def sender(**settings: Any) -> CallbackSender:
    return CallbackSender(secret=SECRET, **{"allow_private_network": True, **settings})


async def send(url: str, block: CallbackSender | None = None) -> None:
    payload = {"campaign": "c-1", "title": "水壶"}
    await (block or sender()).send(url, "campaign.finished", payload, "msg_1", datetime.now(UTC))


async def test_a_report_verifies_at_the_receiver() -> None:
    """What arrives verifies with the shared secret and says type, time and data."""
    receiver = Receiver()
    async with serving(receiver.app()) as url:
        await send(f"{url}/hook")

    headers, body = receiver.got[0]
    message = Webhook(SECRET).verify(body, headers)
    assert (message["type"], message["data"]) == ("campaign.finished", {"campaign": "c-1", "title": "水壶"})
    assert headers["webhook-id"] == "msg_1"


@pytest.mark.parametrize(
    ("status", "retryable"),
    [
        (400, False),
        (401, False),
        (404, False),
        (410, False),
        (408, True),
        (425, True),
        (429, True),
        (500, True),
        (503, True),
    ],
)
async def test_a_refused_report_says_whether_to_try_again(status: int, retryable: bool) -> None:
    """A receiver's no is final, its trouble is not; either way there was one delivery."""
    receiver = Receiver(Response("bearer abc123", status_code=status, headers={"retry-after": "9"}))
    async with serving(receiver.app()) as url:
        with pytest.raises(CallbackFailed) as caught:
            await send(f"{url}/hook?token=secret")

    assert (retryable, 9.0, 1) == (caught.value.retryable, caught.value.retry_after, len(receiver.got))
    assert "secret" not in caught.value.diagnostics()
    assert "abc123" not in caught.value.diagnostics()


async def test_a_redirected_report_goes_nowhere() -> None:
    """A report is not handed on to an address the brief did not name."""
    elsewhere = Receiver()
    async with serving(elsewhere.app()) as other, serving(Receiver(RedirectResponse(f"{other}/hook")).app()) as url:
        with pytest.raises(CallbackFailed) as caught:
            await send(f"{url}/hook")

    assert not caught.value.retryable
    assert list(elsewhere.got) == []


async def test_an_absent_receiver_is_worth_another_try() -> None:
    """When nobody listens, the task may try again."""
    with pytest.raises(CallbackFailed) as caught:
        await send(f"http://127.0.0.1:{await free_port()}/hook")

    assert caught.value.retryable


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/hook", "https://169.254.169.254/hook", "http://v.example/hook", "x"]
)
async def test_a_report_never_goes_inside(url: str) -> None:
    """Without the operator's word a report goes to public https addresses only."""
    with pytest.raises(UnsafeUrl):
        await send(url, sender(allow_private_network=False))


@pytest.mark.parametrize("secret", ["", "secret-in-clear", "whsec_", "whsec_c2VjcmV0", "whsec_!!!!"])
def test_a_weak_secret_is_refused_and_not_shown(secret: str) -> None:
    """A secret that is not 24 to 64 bytes of base64 is refused, without being repeated."""
    with pytest.raises(ValidationError) as caught:
        CallbackSender(secret=secret)

    assert "in-clear" not in str(caught.value)
    assert "c2VjcmV0" not in str(caught.value)


def test_a_secret_is_not_in_the_repr() -> None:
    """A block that is printed shows no secret."""
    assert SECRET not in repr(sender())
