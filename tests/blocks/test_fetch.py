"""Fetching a small file of a stranger: whole, of the right type, within its size and time, or not at all."""

import asyncio

import pytest

from blocks.guard import MAX_REDIRECTS, fetch
from tests.blocks.loopback import breaking, free_port, serving, whole_request
from tests.blocks.site import SITE
from workprint.errors import FetchFailed, UnsafeUrl


async def test_redirects_are_followed_and_checked() -> None:
    """A redirect is followed like a first URL, and one that leads inside is refused."""
    async with serving(SITE) as url:
        fetched = await fetch(f"{url}/hop/{MAX_REDIRECTS - 1}", max_bytes=100, allow_private=True)
        with pytest.raises(UnsafeUrl):
            await fetch(f"{url}/inward", max_bytes=100, allow_private=True)

    assert f"{url}/hello" == fetched.final_url


async def test_redirects_come_to_an_end() -> None:
    """More than five redirects are one too many, and trying again cannot help."""
    async with serving(SITE) as url:
        with pytest.raises(FetchFailed, match="too many redirects") as caught:
            await fetch(f"{url}/hop/{MAX_REDIRECTS}", max_bytes=100, allow_private=True)

    assert not caught.value.retryable


async def test_a_small_file_is_fetched_whole() -> None:
    """The body, its media type and where it really came from."""
    async with serving(SITE) as url:
        fetched = await fetch(f"{url}/hello", max_bytes=1000, allow_private=True, accept=("text/",))

    assert (url.removeprefix("http://").encode(), "text/plain") == (fetched.body, fetched.media_type)


async def test_a_file_too_large_is_not_read_to_its_end() -> None:
    """The limit holds while reading, whatever the server promised."""
    async with serving(SITE) as url:
        with pytest.raises(FetchFailed, match="larger than 1000 bytes"):
            await fetch(f"{url}/large", max_bytes=1000, allow_private=True)


async def test_a_file_of_another_type_is_refused() -> None:
    """What is no picture is not fetched as one."""
    async with serving(SITE) as url:
        with pytest.raises(FetchFailed, match="text/plain"):
            await fetch(f"{url}/hello", max_bytes=1000, allow_private=True, accept=("image/",))


@pytest.mark.parametrize(("path", "retryable"), [("missing", False), ("busy", True)])
async def test_a_failed_fetch_says_whether_to_ask_again(path: str, retryable: bool) -> None:
    """A missing file stays missing; a busy server may answer later."""
    async with serving(SITE) as url:
        with pytest.raises(FetchFailed) as caught:
            await fetch(f"{url}/{path}?X-Amz-Signature=secret", max_bytes=1000, allow_private=True)

    assert retryable == caught.value.retryable
    assert "secret" not in caught.value.diagnostics()


async def test_nobody_listening_is_worth_another_try() -> None:
    """A connection that fails is told as such, and can be tried again."""
    with pytest.raises(FetchFailed) as caught:
        await fetch(f"http://127.0.0.1:{await free_port()}/x", max_bytes=10, allow_private=True)

    assert caught.value.retryable


async def test_a_trickle_ends_in_time() -> None:
    """A server that sends a byte now and then cannot hold a fetch beyond its time."""

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with breaking(trickle) as url:
        with pytest.raises(FetchFailed, match="no complete answer in time"):
            await fetch(f"{url}/x", max_bytes=10**6, allow_private=True, seconds=0.2)
