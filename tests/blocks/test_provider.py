"""The provider block over real HTTP: one POST a submit, careful with cancels, and silent about its key."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.responses import JSONResponse, RedirectResponse

from blocks.provider import VideoProvider
from tests.blocks.fake_ark import KEY, TASKS, FakeArk, provider, task
from tests.blocks.loopback import serving
from tests.workprint.dialects.cases import DRAFT
from workprint.failures import FailureKind
from workprint.outcomes import Accepted, NotThere, Observation, Refused, Unanswered, Unreadable
from workprint.spec import Kind
from workprint.states import RenderState


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


@pytest.mark.parametrize(
    ("settings", "api"),
    [
        ({"dialect": "ark"}, "https://ark.cn-beijing.volces.com/api/v3"),
        ({"dialect": "ark", "base_url": "https://r.example/", "path_prefix": "volc/v1/"}, "https://r.example/volc/v1"),
        ({"dialect": "ark", "base_url": "https://r.example", "path_prefix": "/"}, "https://r.example"),
        ({"dialect": "kling"}, "https://api-singapore.klingai.com"),
        ({"dialect": "openrouter", "base_url": ""}, "https://openrouter.ai/api/v1"),
    ],
)
def test_where_the_api_is(settings: dict[str, Any], api: str) -> None:
    """What is left empty is the provider's own; a slash alone says that nothing stands before the routes."""
    assert api == VideoProvider(**{"api_key": KEY, **settings}).api


def test_a_server_of_ones_own_needs_its_address() -> None:
    """A dialect without an address of its own says which field to fill."""
    with pytest.raises(ValidationError, match="base_url: newapi has no address of its own"):
        VideoProvider(dialect="newapi", api_key=KEY)


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
