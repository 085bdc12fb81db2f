"""Our openai_shape block and servers of open weights understand each other: forms and JSON, bytes behind the key."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.deployments.sandbox.frames import decoded
from tests.deployments.sandbox.speaking import accepted, speaking, until, wished
from workprint.brief import InputType, Role
from workprint.failures import FailureKind
from workprint.outcomes import NotThere, Observation, Refused, Unreadable
from workprint.spec import FrozenReference
from workprint.states import RenderState

VLLM, SGLANG = "Wan-AI/Wan2.2-T2V-A14B-Diffusers", "wan2.2-t2v-a14b"
I2V = "Wan-AI/Wan2.2-I2V-A14B-Diffusers"
ENDED = (RenderState.SUCCEEDED, RenderState.FAILED)


@pytest_asyncio.fixture(params=[VLLM, SGLANG])
async def server(fast: Sandbox, request: pytest.FixtureRequest) -> AsyncIterator[VideoProvider]:
    """A server of each kind: vLLM-Omni reads forms, SGLang JSON."""
    await fast.faults()
    async with speaking(fast, "openai_shape", request.param) as made:
        yield made


async def fetched(block: VideoProvider, link: str | None) -> httpx.Response:
    """The film behind its link, asked for with what the block says belongs to it."""
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(link or "", headers=block.fetching(link or "").headers)


async def test_bytes_come_with_the_key_only(server: VideoProvider) -> None:
    """The film lies behind the API's own content route, which the block's key opens and nothing else does."""
    seen = await until(server, await accepted(server, wished(server)), *ENDED)
    film = await fetched(server, seen.link)
    async with httpx.AsyncClient(trust_env=False) as client:
        stranger = await client.get(seen.link or "")

    assert f"{server.api}/v1/videos/{seen.task_id}/content" == seen.link
    assert (200, True, 401) == (film.status_code, len(film.content) > 1000, stranger.status_code)


async def test_a_film_is_the_size_the_model_draws(sandbox: Sandbox) -> None:
    """The pixels of the model's own table are asked for and come back."""
    await sandbox.faults()
    async with speaking(sandbox, "openai_shape", VLLM) as block:
        seen = await until(block, await accepted(block, wished(block, duration=2, ratio="9:16")), *ENDED)
        film = decoded((await fetched(block, seen.link)).content)

    assert ((832, 480), 48) == (film[0].shape, len(film))


async def test_a_first_frame_goes_by_its_address(sandbox: Sandbox, picture_url: str) -> None:
    """A picture reaches the server in the field it reads addresses in."""
    await sandbox.faults()
    frame = FrozenReference(Role.FIRST_FRAME, "a" * 64, "image/png", 1, "k", "s")
    async with speaking(sandbox, "openai_shape", I2V) as block:
        asked = wished(block, duration=2, input_type=InputType.IMAGE_TO_VIDEO, references=(frame,))
        seen = await until(block, await accepted(block, asked, {frame.sha256: picture_url}), *ENDED)

    assert seen.state is RenderState.SUCCEEDED


async def test_unicode_and_the_operators_fields_go_through_a_form(fast: Sandbox) -> None:
    """Chinese words arrive whole in a form, and what the operator adds never replaces what we say."""
    await fast.faults()
    block = speaking(fast, "openai_shape", VLLM)
    async with block.model_copy(update={"extra": {"num_inference_steps": 20, "size": "1x1"}}) as server:
        await accepted(server, wished(server, prompt="红色水壶，雨夜 🫖"))
    task = (await fast.tasks())[-1]

    assert ("832x480", True) == (task["size"], task["prompt"].startswith("红色水壶，雨夜 🫖 "))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("content_rejected", FailureKind.CONTENT_POLICY), ("failed_task", FailureKind.UPSTREAM)],
)
async def test_a_failure_has_its_class(server: VideoProvider, fast: Sandbox, fault: str, kind: FailureKind) -> None:
    """A broken engine and a rejected film are told apart, with and without a code."""
    await fast.faults({"fault": fault})
    seen = await until(server, await accepted(server, wished(server)), *ENDED)

    assert seen.failure is not None
    assert (RenderState.FAILED, kind, None) == (seen.state, seen.failure.kind, seen.link)


async def test_a_film_is_not_there_before_its_end(server: VideoProvider, tmp_path: Path) -> None:
    """While it runs the content route says no, and the task has no link to follow."""
    async with (
        running_sandbox(tmp_path, fixed="1kB", latency=60.0) as slow,
        speaking(slow, "openai_shape", server.model) as block,
    ):
        task_id = await accepted(block, wished(block))
        seen, early = await block.check(task_id), await fetched(block, f"{block.api}/v1/videos/{task_id}/content")

    assert isinstance(seen, Observation)
    assert (None, True) == (seen.link, early.status_code in {400, 404})


async def test_an_unknown_word_is_no_end(server: VideoProvider, fast: Sandbox) -> None:
    """A status nobody documented keeps us asking."""
    await fast.faults({"fault": "unknown_status"})
    task_id = await accepted(server, wished(server))
    first = await server.check(task_id)

    assert isinstance(first, Observation)
    assert (None, None) == (first.state, first.failure)
    assert (await until(server, task_id, RenderState.SUCCEEDED)).link


async def test_too_fast_is_a_refusal(server: VideoProvider, fast: Sandbox) -> None:
    """A reseller's 429 in OpenAI's words was said before anything was made."""
    await fast.faults({"fault": "too_many_requests"})
    answer = await server.submit(wished(server), {}, client_ref="wp-rnd_1")

    assert isinstance(answer, Refused)
    assert (FailureKind.RATE_LIMIT, 1.0) == (answer.failure.kind, answer.failure.retry_after)


async def test_a_stopped_prompt_is_a_refusal(server: VideoProvider) -> None:
    """A reseller's filter is a content refusal."""
    answer = await server.submit(wished(server, prompt="gore"), {}, client_ref="wp-rnd_1")

    assert isinstance(answer, Refused)
    assert answer.failure.kind is FailureKind.CONTENT_POLICY


async def test_a_wrong_key_is_told(fast: Sandbox) -> None:
    """A key the server does not know is an authentication failure, for a submit and for a question."""
    async with speaking(fast, "openai_shape", VLLM, key="not-the-key-of-this-server") as stranger:
        answer = await stranger.submit(wished(stranger), {}, client_ref="wp-rnd_1")
        question = await stranger.check("video_x")

    assert isinstance(answer, Refused)
    assert isinstance(question, Unreadable)
    assert {FailureKind.AUTH} == {answer.failure.kind, question.failure.kind}


async def test_cancel_never_sends_a_delete(server: VideoProvider, tmp_path: Path) -> None:
    """A queued task is left alone: a DELETE would lose its record while the job runs on."""
    async with (
        running_sandbox(tmp_path, fixed="1kB", latency=60.0) as slow,
        speaking(slow, "openai_shape", server.model) as block,
    ):
        task_id = await accepted(block, wished(block))
        answers = [await block.cancel(task_id), await block.check(task_id)]

    assert [Observation, Observation] == [type(answer) for answer in answers]


async def test_delete_forgets_the_record(fast: Sandbox) -> None:
    """The sandbox's DELETE is SGLang's: `deleted` is the answer, and the record is gone."""
    await fast.faults()
    async with speaking(fast, "openai_shape", SGLANG) as block:
        task_id = await accepted(block, wished(block))
        async with httpx.AsyncClient(headers=fast.headers, trust_env=False) as client:
            reply = await client.delete(f"{block.api}/v1/videos/{task_id}")
        after = await block.check(task_id)

    assert ("deleted", NotThere) == (reply.json()["status"], type(after))


@pytest.mark.parametrize(
    ("model", "body", "status"),
    [
        (VLLM, {"prompt": "A kettle."}, 422),
        (SGLANG, {"prompt": "A kettle.", "size": "1x1"}, 400),
        (SGLANG, {"prompt": "A kettle.", "size": "big"}, 400),
        (SGLANG, {"prompt": " "}, 422),
        (SGLANG, {"prompt": "A kettle.", "seconds": "99"}, 400),
        (SGLANG, {"prompt": "A kettle.", "input_reference": {"image_url": "https://x.example/a.png"}}, 400),
        ("nobody-serves-this", {"prompt": "A kettle."}, 400),
    ],
)
async def test_the_servers_refuse_what_they_document(
    fast: Sandbox, model: str, body: dict[str, Any], status: int
) -> None:
    """JSON for a server of forms, a size nobody draws and a length nobody makes are refused as FastAPI does it."""
    async with httpx.AsyncClient(base_url=fast.base_url, headers=fast.headers, trust_env=False) as client:
        reply = await client.post("/openai_shape/v1/videos", json={"model": model, "size": "832x480", **body})

    assert (status, True) == (reply.status_code, "detail" in reply.json())
