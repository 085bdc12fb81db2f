"""The alltoken dialect's block and its voice in the sandbox, over real HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from blocks.provider import VideoProvider
from deployments.conform.specs import final_of, smallest
from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.blocks.loopback import serving
from tests.deployments.sandbox.frames import decoded
from tests.deployments.sandbox.listener import listening
from tests.deployments.sandbox.speaking import accepted, pictures, speaking, until
from workprint.brief import InputType, Role
from workprint.errors import ProviderError
from workprint.failures import FailureKind
from workprint.models import model_facts
from workprint.outcomes import Accepted, NotThere, Observation, Refused, Unanswered, Unreadable
from workprint.states import RenderState

NAME, MODEL = "alltoken", "seedance-1.5-pro"
FACTS = model_facts(MODEL, NAME)
SPEC = smallest(FACTS)
TASKS = "/alltoken/videos/generations"


@pytest_asyncio.fixture
async def block(fast: Sandbox) -> AsyncIterator[VideoProvider]:
    await fast.faults()
    async with speaking(fast, NAME, MODEL) as made:
        yield made


async def raw(sandbox: Sandbox, method: str, path: str, **more: Any) -> httpx.Response:
    """A request as it goes over the wire."""
    async with httpx.AsyncClient(base_url=sandbox.base_url, headers=sandbox.headers, trust_env=False) as client:
        return await client.request(method, path, **more)


async def test_a_draft_becomes_its_final(sandbox: Sandbox) -> None:
    """A native draft and its final: the second names the first, is larger, and the same film."""
    await sandbox.faults()
    async with speaking(sandbox, NAME, MODEL) as block:
        draft_id = await accepted(block, SPEC)
        draft = await until(block, draft_id, RenderState.SUCCEEDED)
        final_id = await accepted(block, final_of(SPEC, FACTS), draft_task_id=draft_id)
        final = await until(block, final_id, RenderState.SUCCEEDED)
        async with httpx.AsyncClient(trust_env=False) as client:
            films = [decoded((await client.get(seen.link or "")).content) for seen in (draft, final)]
    assert [True, False] == [draft.asked.draft, final.asked.draft]
    assert ("", draft_id) == (draft.asked.draft_task_id, final.asked.draft_task_id)
    assert [(96, (496, 864)), (96, (720, 1280))] == [(len(film), film[0].shape) for film in films]
    assert None not in {draft.tokens, final.tokens}


async def test_a_final_of_no_draft_is_refused(block: VideoProvider) -> None:
    """An id that is no draft's is a wrong parameter, and nothing is made."""
    outcome = await block.submit(final_of(SPEC, FACTS), {}, client_ref="wp-1", draft_task_id="vgen_none")
    assert isinstance(outcome, Refused)
    assert FailureKind.PARAMETERS is outcome.failure.kind


async def test_the_link_says_when_it_ends(block: VideoProvider, fast: Sandbox) -> None:
    """Its end stands beside it; a link that has ended is said to have."""
    seen = await until(block, await accepted(block, SPEC), RenderState.SUCCEEDED)
    assert seen.link_expires_at is not None
    assert timedelta(hours=23) < seen.link_expires_at - datetime.now(UTC) <= timedelta(hours=24)
    await fast.faults({"fault": "expired_link"})
    dead_id = await accepted(block, SPEC)
    dead = await until(block, dead_id, RenderState.SUCCEEDED)
    told = (await raw(fast, "GET", f"{TASKS}/{dead_id}")).json()
    assert dead.link_expires_at is not None
    assert dead.link_expires_at <= datetime.now(UTC)
    assert (True, 0) == (told["is_expired"], told["video_url_ttl"])


async def test_references_are_read_where_they_are(sandbox: Sandbox, picture_bytes: bytes) -> None:
    """A picture at an address is the first frame, its ratio the film's; one inside the request is refused."""

    async def picture(_: Request) -> Response:
        return Response(picture_bytes, media_type="image/png")

    await sandbox.faults()
    async with serving(Starlette(routes=[Route("/a.png", picture)])) as url, speaking(sandbox, NAME, MODEL) as block:
        references, media = pictures([Role.FIRST_FRAME], f"{url}/a.png")
        spec = smallest(FACTS, input_type=InputType.IMAGE_TO_VIDEO, references=references)
        seen = await until(block, await accepted(block, spec, media), RenderState.SUCCEEDED)
        references, media = pictures([Role.FIRST_FRAME], f"{sandbox.base_url}/healthz")
        no_picture = await block.submit(spec, media, client_ref="wp-1")
    assert "16:9" == seen.asked.ratio
    assert isinstance(no_picture, Refused)
    assert "content.0.image_url.url" in no_picture.failure.raw
    item = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}, "role": "first_frame"}
    inline = await raw(sandbox, "POST", TASKS, json={"model": MODEL, "prompt": "x", "content": [item]})
    assert (400, "invalid_request") == (inline.status_code, inline.json()["error"]["code"])


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"prompt": "A nude statue."}, FailureKind.CONTENT_POLICY),
        ({"duration": 13}, FailureKind.PARAMETERS),
        ({"resolution": "4k", "native": False}, FailureKind.PARAMETERS),
    ],
)
async def test_refusals_have_their_class(block: VideoProvider, changes: dict[str, Any], kind: FailureKind) -> None:
    """What the gateway and its upstream refuse makes nothing and is told apart."""
    outcome = await block.submit(smallest(FACTS, **changes), {}, client_ref="wp-1")
    assert isinstance(outcome, Refused), outcome
    assert kind is outcome.failure.kind


async def test_errors_have_the_documented_shape(fast: Sandbox) -> None:
    """Every error has code, message, param, type and the id of the request."""
    for reply, status in (
        (await raw(fast, "POST", TASKS, json={"model": MODEL}), 400),
        (await raw(fast, "POST", TASKS, json={"model": "sora-2", "prompt": "x"}), 404),
        (await raw(fast, "GET", f"{TASKS}/vgen_none"), 404),
        (await raw(fast, "GET", TASKS, headers={"Authorization": "Bearer wrong"}), 401),
        (await raw(fast, "GET", TASKS, params={"limit": "none"}), 400),
    ):
        assert status == reply.status_code, reply.text
        assert {"code", "message", "param", "type", "request_id"} == set(reply.json()["error"])


async def test_what_waits_is_cancelled_and_what_is_over_is_not(tmp_path: Path) -> None:
    """A queued task is cancelled and free; a running one goes on; cancelling again is a 409."""
    async with running_sandbox(tmp_path, fixed="50kB", latency=60, concurrency=1) as sandbox:
        async with speaking(sandbox, NAME, MODEL) as block:
            running, waiting = await accepted(block, SPEC), await accepted(block, SPEC)
            await until(block, running, RenderState.PROCESSING)
            late, soon = await block.cancel(running), await block.cancel(waiting)
            assert isinstance(late, Observation)
            assert isinstance(soon, Observation)
            assert [RenderState.PROCESSING, RenderState.CANCELLED] == [late.state, soon.state]
        for task_id in (running, waiting):
            assert (await raw(sandbox, "POST", f"{TASKS}/{task_id}/cancel")).status_code == 409
        assert [] == (await sandbox.bill())["charges"]


async def test_a_lost_submit_is_found_by_our_reference(block: VideoProvider, fast: Sandbox) -> None:
    """An accepted submit without an answer is in the list with our reference; one that was refused is proven absent."""
    since = datetime.now(UTC)
    await fast.faults(
        {"fault": "accept_then_timeout", "hold": 0.05}, {"fault": "too_many_requests", "match": {"nth": 2}}
    )
    assert isinstance(await block.submit(SPEC, {}, client_ref="wp-lost"), Unanswered)
    assert isinstance(await block.submit(SPEC, {}, client_ref="wp-refused"), Refused)
    found = {task.client_ref: task for task in await block.recent(since)}
    assert "wp-refused" not in found
    told = found["wp-lost"].asked
    assert (SPEC.duration, SPEC.resolution, SPEC.seed, True) == (told.duration, told.resolution, told.seed, told.draft)


async def test_a_list_that_does_not_say_it_is_whole_proves_nothing(block: VideoProvider, fast: Sandbox) -> None:
    """The question is asked again for more until the whole list is there; an error in between proves nothing."""
    for _ in range(3):
        await accepted(block, SPEC)
    part = (await raw(fast, "GET", TASKS, params={"limit": "2"})).json()
    assert (2, True) == (len(part["items"]), part["total"] > 2)
    whole = await block.recent(datetime.now(UTC) - timedelta(hours=1))
    assert part["total"] == len(whole)
    await fast.faults({"fault": "list_error"})
    await accepted(block, SPEC)
    with pytest.raises(ProviderError):
        await block.recent(datetime.now(UTC) - timedelta(hours=1))


async def test_the_list_can_be_filtered_by_status(block: VideoProvider, fast: Sandbox) -> None:
    """`status` takes the provider's words, and one that is none finds nothing."""
    await until(block, await accepted(block, SPEC), RenderState.SUCCEEDED)
    done = (await raw(fast, "GET", TASKS, params={"status": "completed"})).json()
    assert {"completed"} == {item["status"] for item in done["items"]}
    assert [] == (await raw(fast, "GET", TASKS, params={"status": "thinking"})).json()["items"]


async def test_callbacks_name_the_task(block: VideoProvider) -> None:
    """Every change is called back, unsigned, and names the task by AllToken's own id."""
    async with listening() as listener:
        task_id = await accepted(block, SPEC, callback_url=listener.url)
        heard = await listener.until_heard(3)
    assert ["queued", "processing", "completed"] == [body["status"] for body in heard]
    assert {task_id} == {block.language.task_named(body, MODEL) for _, body, _ in listener.calls}


async def test_a_task_nobody_knows_is_not_there(block: VideoProvider, fast: Sandbox) -> None:
    """404 is gone; without the right key nothing is said of it."""
    assert isinstance(await block.check("vgen_none"), NotThere)
    async with speaking(fast, NAME, MODEL, key="not-the-right-key") as stranger:
        told = await stranger.check("vgen_none")
        outcome = await stranger.submit(SPEC, {}, client_ref="wp-1")
    assert isinstance(told, Unreadable)
    assert isinstance(outcome, Refused)
    assert {FailureKind.AUTH} == {told.failure.kind, outcome.failure.kind}


async def test_one_by_one_is_how_several_are_asked_for(block: VideoProvider) -> None:
    """There is no question about several tasks, and every one has its answer all the same."""
    ids = [await accepted(block, SPEC) for _ in range(3)]
    answers = await block.check_many(ids)
    assert set(ids) == set(answers)
    assert all(isinstance(answer, Observation) for answer in answers.values())
    assert isinstance(await block.submit(SPEC, {}, client_ref="wp-again"), Accepted)
