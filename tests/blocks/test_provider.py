"""The provider block over real HTTP: paid once, read in full, and silent about its key."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from blocks.provider import VideoProvider
from tests.blocks.loopback import breaking, free_port, serving, whole_request
from tests.workprint.dialects.cases import DRAFT
from workprint.errors import ProviderError
from workprint.failures import FailureKind, Stage
from workprint.outcomes import Accepted, NotThere, Observation, Refused, Unanswered, Unreadable
from workprint.spec import Kind
from workprint.states import RenderState

KEY = "0b9dba2e-5f7b-4d35-9b5e-7d0f3c1ae001"
TASKS = "/api/v3/contents/generations/tasks"
SINCE = datetime(2026, 11, 23, 10, tzinfo=UTC)


class FakeArk:
    """A provider a reader can understand: tasks in a list, newest first, and everything it was asked."""

    def __init__(self, *tasks: dict[str, Any]) -> None:
        self.tasks = list(tasks)
        self.asked: list[tuple[str, str, Any]] = []
        self.keys: set[str] = set()
        self.answer: Callable[[Request], Response] | None = None

    def app(self) -> Starlette:
        methods = ["GET", "POST", "DELETE"]
        return Starlette(routes=[Route(f"{TASKS}{{rest:path}}", self.handle, methods=methods)])

    async def handle(self, request: Request) -> Response:
        body = await request.body()
        self.asked.append((request.method, request.path_params["rest"], json.loads(body) if body else None))
        self.keys.add(request.headers.get("authorization", ""))
        if self.answer is not None:
            return self.answer(request)
        if request.method == "POST":
            return JSONResponse({"id": "cgt-new"})
        return self.one(request) if request.path_params["rest"] else self.page(request)

    def page(self, request: Request) -> Response:
        number, size = (int(request.query_params[name]) for name in ("page_num", "page_size"))
        return JSONResponse({"items": self.tasks[(number - 1) * size : number * size], "total": len(self.tasks)})

    def one(self, request: Request) -> Response:
        wanted = request.path_params["rest"].removeprefix("/")
        task = next((t for t in self.tasks if t["id"] == wanted), None)
        if task is None:
            return JSONResponse({"error": {"code": "ResourceNotFound", "message": "gone"}}, 404)
        if request.method == "DELETE":
            task["status"] = "cancelled"
        return JSONResponse(task)

    @property
    def methods(self) -> list[str]:
        return [method for method, _, _ in self.asked]


def task(number: int, *, ref: str = "", status: str = "queued", at: datetime = SINCE) -> dict[str, Any]:
    return {"id": f"cgt-{number}", "status": status, "safety_identifier": ref, "created_at": int(at.timestamp())}


def provider(base_url: str, **settings: Any) -> VideoProvider:
    return VideoProvider(base_url=base_url, api_key=KEY, model=DRAFT.model, requests_per_second=1000, **settings)


async def submitted_to(handler: Callable[..., Awaitable[None]], **settings: Any) -> tuple[Any, int]:
    """The outcome of one submit to a server that breaks HTTP, and how many connections it saw."""
    seen = 0

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        seen += 1
        await handler(reader, writer)

    async with breaking(counting) as url, provider(url, **settings) as block:
        return await block.submit(DRAFT, {}, client_ref="wp-1"), seen


async def test_a_submit_is_one_post_with_our_reference() -> None:
    """One submit is one POST: key, model and client reference in it, the provider's id out of it."""
    ark = FakeArk()
    async with serving(ark.app()) as url, provider(url) as block:
        outcome = await block.submit(DRAFT, {}, client_ref="wp-1", callback_url="https://desk.example/cb")

    assert Accepted("cgt-new", '{"id":"cgt-new"}') == outcome
    assert ark.methods == ["POST"]
    assert {f"Bearer {KEY}"} == ark.keys
    assert ("wp-1", DRAFT.model) == (ark.asked[0][2]["safety_identifier"], ark.asked[0][2]["model"])


async def test_a_refusal_is_classified_and_waits_as_told() -> None:
    """A 429 with words is a refusal: nothing was created, its class and the pause are known."""
    ark = FakeArk()
    body = {"error": {"code": "ServerOverloaded", "message": "later"}}
    ark.answer = lambda _: JSONResponse(body, 429, headers={"retry-after": "4"})
    async with serving(ark.app()) as url, provider(url) as block:
        outcome = await block.submit(DRAFT, {}, client_ref="wp-1")

    assert isinstance(outcome, Refused)
    assert (outcome.failure.kind, outcome.failure.retry_after) == (FailureKind.RATE_LIMIT, 4.0)
    assert ark.methods == ["POST"]


async def test_retry_after_as_a_date_counts_without_a_date_header() -> None:
    """A server that sends no Date still gets its Retry-After date honoured: ours stands in."""
    ark = FakeArk()
    until = (datetime.now(UTC) + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    ark.answer = lambda _: JSONResponse({"error": {"code": "ServerOverloaded"}}, 429, headers={"retry-after": until})
    async with serving(ark.app(), date_header=False) as url, provider(url) as block:
        outcome = await block.submit(DRAFT, {}, client_ref="wp-1")

    assert isinstance(outcome, Refused)
    assert outcome.failure.retry_after is not None
    assert 3000 < outcome.failure.retry_after <= 3600


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


async def test_a_redirect_gets_neither_key_nor_request() -> None:
    """The key goes to the provider's own address only; a redirected POST is in doubt, not repeated."""
    elsewhere, ark = FakeArk(), FakeArk()
    async with serving(elsewhere.app()) as other, serving(ark.app()) as url, provider(url) as block:
        ark.answer = lambda _: RedirectResponse(f"{other}{TASKS}")
        outcome = await block.submit(DRAFT, {}, client_ref="wp-1")
        checked = await block.check("cgt-1")

    assert isinstance(outcome, Unanswered)
    assert isinstance(checked, Unreadable)
    assert list(elsewhere.asked) == []


async def test_a_key_repeated_by_the_provider_is_not_kept() -> None:
    """A provider that quotes our key in its error cannot bring it into the ledger."""
    ark = FakeArk()
    message = f"key {KEY} is not known"
    ark.answer = lambda _: JSONResponse({"error": {"code": "AuthenticationError", "message": message}}, 401)
    async with serving(ark.app()) as url, provider(url) as block:
        outcome = await block.submit(DRAFT, {}, client_ref="wp-1")
        checked = await block.check("cgt-1")

    assert KEY not in repr((outcome, checked, block))
    assert "key [redacted] is not known" in repr(outcome)


async def test_the_key_is_not_in_what_the_network_raises() -> None:
    """Connection trouble is told without the header that carries the key."""
    async with provider(f"http://127.0.0.1:{await free_port()}") as block:
        outcomes = (await block.submit(DRAFT, {}, client_ref="wp-1"), await block.check("cgt-1"))
        with pytest.raises(ProviderError) as caught:
            await block.recent(SINCE)

    assert KEY not in repr(outcomes) + repr(caught.value) + caught.value.diagnostics()


@pytest.mark.parametrize(
    "settings",
    [
        {"api_key": "sk-very secret"},
        {"api_key": "sk-secret\nx"},
        {"api_key": ""},
        {"base_url": "ftp://v.example"},
        {"base_url": "https://user:secret@v.example"},
        {"base_url": "https://v.example?key=secret"},
        {"dialect": "klingon"},
        {"path_prefix": "/api?x=secret"},
        {"requests_per_second": 0},
    ],
)
def test_wrong_settings_are_refused_without_showing_them(settings: dict[str, Any]) -> None:
    """A block that could not work is refused when it is made, and the error does not repeat a secret."""
    with pytest.raises(ValidationError) as caught:
        VideoProvider(**{"base_url": "https://v.example", "api_key": KEY, "model": "m", **settings})

    assert "secret" not in str(caught.value)


async def test_the_operators_fields_never_replace_ours() -> None:
    """`extra` adds to the body of a submit, and a final made from a draft task takes none of it."""
    ark, final = FakeArk(), replace(DRAFT, kind=Kind.FINAL, resolution="1080p")
    async with serving(ark.app()) as url, provider(url, extra={"priority": 3, "model": "other"}) as block:
        await block.submit(DRAFT, {}, client_ref="wp-1")
        await block.submit(final, {}, client_ref="wp-2", draft_task_id="cgt-1")

    draft_body, final_body = (body for _, _, body in ark.asked)
    assert (3, DRAFT.model) == (draft_body["priority"], draft_body["model"])
    assert {"model", "content", "resolution", "watermark", "safety_identifier"} == set(final_body)


async def test_a_check_says_what_the_task_is() -> None:
    """A task that is there is observed; one that is gone is not there."""
    ark = FakeArk(task(1, status="running"))
    async with serving(ark.app()) as url, provider(url) as block:
        seen, gone = await block.check("cgt-1"), await block.check("cgt-9")

    assert isinstance(seen, Observation)
    assert seen.state == RenderState.PROCESSING
    assert isinstance(gone, NotThere)


async def test_a_check_survives_the_network() -> None:
    """Trouble on a GET says nothing about the task, and nothing is raised."""
    async with provider(f"http://127.0.0.1:{await free_port()}") as block:
        checked = await block.check("cgt-1")

    assert isinstance(checked, Unreadable)
    assert checked.failure.kind == FailureKind.NETWORK


async def test_a_queued_task_is_cancelled_and_confirmed() -> None:
    """Cancelling what has not started is confirmed by a second look."""
    ark = FakeArk(task(1))
    async with serving(ark.app()) as url, provider(url) as block:
        after = await block.cancel("cgt-1")

    assert isinstance(after, Observation)
    assert after.state == RenderState.CANCELLED
    assert ark.methods == ["GET", "DELETE", "GET"]


@pytest.mark.parametrize("status", ["running", "succeeded", "failed"])
async def test_too_late_to_cancel_deletes_nothing(status: str) -> None:
    """A task that has started or ended is left alone: on an ended one DELETE would destroy the record."""
    ark = FakeArk(task(1, status=status))
    async with serving(ark.app()) as url, provider(url) as block:
        after = await block.cancel("cgt-1")

    assert isinstance(after, Observation)
    assert after.state != RenderState.CANCELLED
    assert ark.methods == ["GET"]


async def test_recent_reads_page_after_page() -> None:
    """All tasks of the window come back, over as many pages as it takes, and none from before it."""
    young = [task(n, at=SINCE + timedelta(minutes=1)) for n in range(230)]
    old = [task(n, at=SINCE - timedelta(minutes=1)) for n in range(1000, 1300)]
    ark = FakeArk(*young, *old)
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recent(SINCE)

    assert {t["id"] for t in young} == {seen.task_id for seen in found}
    assert len(ark.asked) == 4


async def test_recent_says_when_it_cannot_know() -> None:
    """A list that cannot be read is an error, never an empty answer."""
    ark = FakeArk()
    ark.answer = lambda _: Response("oops", 500)
    async with serving(ark.app()) as url, provider(url) as block:
        with pytest.raises(ProviderError):
            await block.recent(SINCE)


async def test_a_lost_submit_is_found_by_our_reference() -> None:
    """A task the answer of which was lost is found again in the provider's list, even on the third page."""
    others = [task(n, ref=f"wp-{n}") for n in range(250)]
    ark = FakeArk(*others, task(999, ref="wp-lost"))
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recover("wp-lost", SINCE)

    assert isinstance(found, Observation)
    assert found.task_id == "cgt-999"


async def test_absence_is_proven_by_the_whole_window() -> None:
    """Only a list read to its end says that there is no such task."""
    ark = FakeArk(*(task(n, ref=f"wp-{n}") for n in range(150)))
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recover("wp-lost", SINCE)

    assert isinstance(found, NotThere)
    assert len(ark.asked) == 3


async def test_clocks_may_differ_when_looking_for_a_lost_submit() -> None:
    """A provider whose clock is some minutes behind ours still gets its task found."""
    ark = FakeArk(task(1, ref="wp-lost", at=SINCE - timedelta(minutes=5)))
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recover("wp-lost", SINCE)

    assert isinstance(found, Observation)


async def test_a_list_broken_half_way_proves_nothing() -> None:
    """When the second page cannot be read, nobody knows, whatever the first one said."""
    ark = FakeArk(*(task(n) for n in range(150)))
    ark.answer = lambda r: ark.page(r) if r.query_params["page_num"] == "1" else Response("", 502)
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recover("wp-lost", SINCE)

    assert isinstance(found, Unanswered)


async def test_a_provider_that_does_not_page_proves_nothing() -> None:
    """The same page again and again is no end of a list."""
    ark = FakeArk()
    ark.answer = lambda _: JSONResponse({"items": [task(1), task(2)]})
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recover("wp-lost", SINCE)

    assert isinstance(found, Unanswered)
    assert len(ark.asked) == 2


async def test_two_tasks_with_one_reference_are_a_persons_business() -> None:
    """When two tasks carry the reference, neither is taken."""
    ark = FakeArk(task(1, ref="wp-lost"), task(2, ref="wp-lost"))
    async with serving(ark.app()) as url, provider(url) as block:
        found = await block.recover("wp-lost", SINCE)

    assert isinstance(found, Unanswered)
    assert found.raw == "cgt-1, cgt-2"


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


async def test_a_block_serves_one_loop_after_another() -> None:
    """Prefect runs tasks in several loops: the same block works in each, and again in the first."""

    async def once() -> type:
        seen = await block.check("cgt-1")
        await block.aclose()
        return type(seen)

    async with serving(FakeArk(task(1)).app()) as url:
        block = provider(url)
        seen = [await once(), await asyncio.to_thread(asyncio.run, once()), await once()]

    assert [Observation] * 3 == seen
