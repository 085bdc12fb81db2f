"""What is said of a message that did not go out, and blocks that know nothing of asyncio."""

import threading

import httpx
import pytest
from prefect.blocks.abstract import NotificationBlock
from pydantic import PrivateAttr

from tasks.teller import PATIENCE, _notify, why
from workprint.errors import UnsafeUrl
from workprint.notice_words import Message

SECRET = "https://hooks.example.com/services/hush"


class Blocking(NotificationBlock):
    """A block as somebody may have written it who never heard of asyncio."""

    _heard: list[tuple[int, bool, str, str | None]] = PrivateAttr(default_factory=list)

    def notify(self, body: str, subject: str | None = None) -> None:  # type: ignore[override]
        self._heard.append((threading.get_ident(), self._raise_on_failure, body, subject))


class Awaited(NotificationBlock):
    """A block that hands back something to wait for, without saying so."""

    _done: tuple[str, str | None] | None = PrivateAttr(default=None)

    def notify(self, body: str, subject: str | None = None):  # type: ignore[no-untyped-def]
        async def later() -> None:
            self._done = (body, subject)

        return later()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError(SECRET), "ValueError"),
        (httpx.ConnectError(SECRET), "ConnectError"),
        (
            httpx.HTTPStatusError(SECRET, request=httpx.Request("POST", SECRET), response=httpx.Response(410)),
            "HTTPStatusError: HTTP 410",
        ),
        (TimeoutError(), f"no answer within {PATIENCE:.0f} seconds"),
        (UnsafeUrl("json:// is not encrypted"), "json:// is not encrypted"),
    ],
)
def test_a_foreign_error_shows_no_address(error: Exception, said: str) -> None:
    """Of what a block raises only the kind and the status are told: its text may show a webhook."""
    assert said == why(error)


async def test_a_block_that_blocks_does_not_stop_the_others() -> None:
    """It is called in a thread of its own, and told to raise when it fails."""
    block = Blocking()
    await _notify(block, Message("subject", "body"))
    ((thread, raising, *words),) = block._heard
    assert (True, ["body", "subject"]) == (raising, words)
    assert thread != threading.get_ident()


async def test_what_a_block_hands_back_is_waited_for() -> None:
    """A message counts as sent once the block is done, and not before."""
    block = Awaited()
    await _notify(block, Message("subject", "body"))
    assert ("body", "subject") == block._done
