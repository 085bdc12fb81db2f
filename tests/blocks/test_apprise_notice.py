"""Messages through Apprise, to a real receiver on loopback."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from prefect.blocks.abstract import NotificationBlock, NotificationError
from pydantic import SecretStr, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from blocks.apprise_notice import AppriseNotice
from tests.blocks.loopback import serving
from workprint.errors import OutboundError, UnsafeUrl

#: Apprise loads every service it knows, and one of them an old library.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@dataclass
class Receiver:
    """What came in, and how it answers."""

    address: str = ""
    status: int = 200
    heard: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()

    async def take(request: Request) -> Response:
        if request.url.path == "/elsewhere":
            return RedirectResponse("/", status_code=307)
        found.heard.append(await request.json())
        return Response(status_code=found.status)

    app = Starlette()
    app.add_route("/{path:path}", take, methods=["POST"])
    async with serving(app) as url:
        found.address = url.removeprefix("http://")
        yield found


def block(url: str, **changes: Any) -> AppriseNotice:
    return AppriseNotice(url=SecretStr(url), **changes)


async def test_a_message_arrives(receiver: Receiver) -> None:
    """Subject and body come to the service as they were given, in both languages."""
    await block(f"json://{receiver.address}", allow_private_network=True).notify("三个样片\n- 待审批", "“Spring” waits")
    ((title, body),) = [(one["title"], one["message"]) for one in receiver.heard]
    assert ("“Spring” waits", "三个样片\n- 待审批") == (title, body)


async def test_it_is_a_notification_block_like_any_other() -> None:
    """Prefect offers it wherever a notification block can be chosen."""
    assert issubclass(AppriseNotice, NotificationBlock)
    assert "notify" in AppriseNotice.get_block_capabilities()


async def test_a_refused_message_is_an_error_where_one_is_wanted(receiver: Receiver) -> None:
    """As with Prefect's own blocks a failure raises inside `raise_on_failure`, and only there, without the address."""
    receiver.status = 500
    sender = block(f"json://{receiver.address}/geheim", allow_private_network=True)
    await sender.notify("body")
    with sender.raise_on_failure(), pytest.raises(NotificationError) as caught:
        await sender.notify("body")
    assert "geheim" not in caught.value.log


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    """A message that is sent on would be a link in the wrong hands."""
    sender = block(f"json://{receiver.address}/elsewhere?redirect=yes", allow_private_network=True)
    with sender.raise_on_failure(), pytest.raises(NotificationError):
        await sender.notify("body")
    assert [] == receiver.heard


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("json://example.com/x", "json:// is not encrypted"),
        ("mailto://me:geheim@example.com", "mailto:// is not encrypted"),
        ("syslog://", "syslog:// is not encrypted"),
        ("jsons://127.0.0.1/x", "no public address"),
        ("jsons://[::1]:8443/x", "no public address"),
        ("jsons://169.254.169.254/x", "no public address"),
        ("mailtos://me:geheim@example.com?smtp=10.0.0.9", "no public address"),
        ("gotifys://192.168.1.4/geheim0123456789", "no public address"),
        ("workflows://10.1.2.3:443/geheim/geheim0123", "no public address"),
    ],
)
async def test_nothing_goes_inside_or_unencrypted(url: str, said: str) -> None:
    """Without the block's own permission nothing is sent in the clear or into a private network, and no error shows
    the address.
    """
    with pytest.raises(UnsafeUrl, match=said) as caught:
        await block(url).notify("body")
    assert "geheim" not in caught.value.diagnostics()


async def test_a_host_nobody_can_find_is_not_asked() -> None:
    """A name that cannot be resolved may be anybody's a moment later."""
    with pytest.raises(OutboundError, match="cannot be found"):
        await block("jsons://nowhere.invalid/x").notify("body")


@pytest.mark.parametrize("url", ["geheim", "https://example.com/geheim", "slack://geheim/x", "mailto://me:geheim@"])
def test_an_address_apprise_does_not_know_is_refused(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is refused when it is typed, and neither the error nor a log line shows it."""
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(ValidationError, match="Apprise knows no such address") as caught,
    ):
        block(url)
    assert "geheim" not in f"{caught.value}{caplog.text}"


@pytest.mark.parametrize(
    "url",
    [
        "dingtalk://abcdefghijklmnop1234",
        "feishu://abcdefghijklmnop1234-ab",
        "lark://abc123def456ghi789",
        "wecombot://abcdefghijklmnop1234-abcd",
        "mailtos://user:password@example.com",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    ],
)
def test_what_prefect_has_no_block_for_can_be_reached(url: str) -> None:
    """Email and the chat programs of China are addresses like any other, and stay hidden."""
    assert url == block(url).url.get_secret_value()
    assert "abc" not in repr(block(url))
