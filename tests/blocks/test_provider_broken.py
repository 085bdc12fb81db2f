"""Broken connections: what proves that nothing was created, and what proves nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.blocks.fake_ark import KEY, SINCE, provider
from tests.blocks.loopback import breaking, free_port, whole_request
from tests.workprint.dialects.cases import DRAFT
from workprint.errors import ProviderError
from workprint.failures import FailureKind, Stage
from workprint.outcomes import Refused, Unanswered, Unreadable


async def submitted_to(handler: Callable[..., Awaitable[None]], **settings: Any) -> tuple[Any, int]:
    """The outcome of one submit to a server that breaks HTTP, and how many connections it saw."""
    seen = 0

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        seen += 1
        await handler(reader, writer)

    async with breaking(counting) as url, provider(url, **settings) as block:
        return await block.submit(DRAFT, {}, client_ref="wp-1"), seen


async def test_nobody_listening_proves_nothing_was_created() -> None:
    """A connection that never came about is a refusal by the network, safe to send again."""
    async with provider(f"http://127.0.0.1:{await free_port()}") as block:
        outcome = await block.submit(DRAFT, {}, client_ref="wp-1")

    assert isinstance(outcome, Refused)
    assert (outcome.failure.kind, outcome.failure.stage) == (FailureKind.NETWORK, Stage.SUBMIT)


async def test_a_connection_closed_before_the_answer_is_not_sent_again() -> None:
    """The server took the request and closed: nobody knows, and there was exactly one request."""

    async def close_after_request(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await whole_request(reader)

    outcome, seen = await submitted_to(close_after_request)

    assert isinstance(outcome, Unanswered)
    assert seen == 1


async def test_half_an_answer_is_no_answer() -> None:
    """A body shorter than promised leaves the submit unanswered, even where the part looks like an id."""

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole_request(reader)
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{"id":"cgt-1"}')
        await writer.drain()

    outcome, seen = await submitted_to(half)

    assert isinstance(outcome, Unanswered)
    assert seen == 1


async def test_silence_is_no_answer() -> None:
    """A provider that accepts and then says nothing leaves the submit unanswered after the read time-out."""

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await whole_request(reader)
        await reader.read()

    outcome, seen = await submitted_to(silent, read_timeout=0.2)

    assert isinstance(outcome, Unanswered)
    assert seen == 1


async def test_a_trickle_is_no_answer() -> None:
    """A body that comes a byte at a time and never ends cannot hold a submit for ever."""

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    outcome, _ = await submitted_to(trickle, read_timeout=0.2, connect_timeout=0.2)

    assert isinstance(outcome, Unanswered)


async def test_a_server_that_speaks_no_http_gives_no_answer() -> None:
    """Bytes that are no HTTP prove nothing about the task."""

    async def noise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole_request(reader)
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        await writer.drain()

    outcome, _ = await submitted_to(noise)

    assert isinstance(outcome, Unanswered)


async def test_each_submit_has_a_connection_of_its_own() -> None:
    """A kept connection that dies would leave a POST in doubt, so none is kept for it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while not reader.at_eof():
            try:
                await whole_request(reader)
            except asyncio.IncompleteReadError:
                return
            writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{"id":"cgt"}')
            await writer.drain()

    connections = 0
    async with breaking(answer) as url, provider(url) as block:
        for number in range(3):
            await block.submit(DRAFT, {}, client_ref=f"wp-{number}")

    assert connections == 3


async def test_the_key_is_not_in_what_the_network_raises() -> None:
    """Connection trouble is told without the header that carries the key."""
    async with provider(f"http://127.0.0.1:{await free_port()}") as block:
        outcomes = (await block.submit(DRAFT, {}, client_ref="wp-1"), await block.check("cgt-1"))
        with pytest.raises(ProviderError) as caught:
            await block.recent(SINCE)

    assert KEY not in repr(outcomes) + repr(caught.value) + caught.value.diagnostics()


async def test_a_check_survives_the_network() -> None:
    """Trouble on a GET says nothing about the task, and nothing is raised."""
    async with provider(f"http://127.0.0.1:{await free_port()}") as block:
        checked = await block.check("cgt-1")

    assert isinstance(checked, Unreadable)
    assert checked.failure.kind == FailureKind.NETWORK


async def test_an_answer_without_end_is_cut() -> None:
    """A provider that sends for ever fills no memory: what is too long reads as a broken answer."""

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                writer.write(b" " * 1_000_000)
                await writer.drain()
        except ConnectionError:
            return

    outcome, _ = await submitted_to(endless)

    assert isinstance(outcome, Unanswered)
