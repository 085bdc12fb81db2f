"""A block that speaks `newapi` before a New API relay: three builds' answers, errors, and submits nobody answered."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox
from tests.deployments.sandbox.speaking import accepted, speaking, until, wished
from tests.workprint.builders import render
from workprint.brief import Audio, InputType, Role
from workprint.errors import ProviderError
from workprint.failures import FailureKind
from workprint.outcomes import Accepted, NotThere, Observation, Refused, Unanswered, Unreadable
from workprint.recovery import Grade, Unknown, match
from workprint.spec import FrozenReference
from workprint.states import RenderState

MODEL = "doubao-seedance-2-5-260628"
ENDED = (RenderState.SUCCEEDED, RenderState.FAILED)


@pytest_asyncio.fixture
async def relay(fast: Sandbox) -> AsyncIterator[VideoProvider]:
    await fast.faults()
    async with speaking(fast, "newapi", MODEL) as provider:
        yield provider


async def posted(sandbox: Sandbox, body: dict[str, Any], key: str = "") -> httpx.Response:
    """A POST of our own, for what a dialect would never say."""
    headers = {"Authorization": f"Bearer {key or sandbox.key}"}
    async with httpx.AsyncClient(base_url=sandbox.base_url, headers=headers, trust_env=False) as client:
        return await client.post("/newapi/v1/video/generations", json={"model": MODEL, "prompt": "A kettle.", **body})


@pytest.mark.parametrize("words", ["a plain kettle", "flat answers", "old build"])
async def test_a_film_comes_from_every_build(relay: VideoProvider, words: str) -> None:
    """Wrapped answers, flat ones and those of old builds all end in a link to the film and a time it ends."""
    seen = await until(relay, await accepted(relay, wished(relay, prompt=words)), *ENDED)
    async with httpx.AsyncClient(trust_env=False) as client:
        film = await client.get(seen.link or "")

    assert (RenderState.SUCCEEDED, 200, True) == (seen.state, film.status_code, seen.link_expires_at is not None)


async def test_what_is_asked_for_arrives(relay: VideoProvider, fast: Sandbox) -> None:
    """Length, resolution, ratio, seed and sound reach the upstream, and its tokens come back."""
    asked = wished(relay, duration=4, resolution="1080p", ratio="9:16", seed=11, audio=Audio.GENERATE)
    seen = await until(relay, await accepted(relay, asked), *ENDED)
    task = (await fast.tasks())[-1]

    raw = task["data"]["data"]
    assert (seen.task_id, 11, "1080p") == (task["id"], raw["seed"], raw["resolution"])
    assert seen.tokens == 1920 * 1080 * 24 * 4 // 1024


async def test_frames_keep_their_roles(sandbox: Sandbox, picture_url: str) -> None:
    """A first and a last frame go as pictures with roles, and the film is made of them."""
    frames = tuple(
        FrozenReference(role, digit * 64, "image/png", 1, "k", "s")
        for role, digit in ((Role.FIRST_FRAME, "a"), (Role.LAST_FRAME, "b"))
    )
    await sandbox.faults()
    async with speaking(sandbox, "newapi", MODEL) as relay:
        asked = wished(relay, duration=4, input_type=InputType.IMAGE_TO_VIDEO, references=frames)
        media = {frame.sha256: picture_url for frame in frames}
        seen = await until(relay, await accepted(relay, asked, media), *ENDED)

    assert seen.state is RenderState.SUCCEEDED


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("content_rejected", FailureKind.CONTENT_POLICY), ("failed_task", FailureKind.UPSTREAM)],
)
@pytest.mark.parametrize("words", ["a plain kettle", "flat answers", "old build"])
async def test_a_failure_is_told_by_its_words(
    relay: VideoProvider, fast: Sandbox, fault: str, kind: FailureKind, words: str
) -> None:
    """A rejected film and a broken model are told apart in every build, and neither has a link."""
    await fast.faults({"fault": fault})
    seen = await until(relay, await accepted(relay, wished(relay, prompt=words)), *ENDED)

    assert seen.failure is not None
    assert (RenderState.FAILED, kind, None) == (seen.state, seen.failure.kind, seen.link)


@pytest.mark.parametrize("words", ["a plain kettle", "flat answers", "old build"])
async def test_success_without_a_link_is_a_failure(relay: VideoProvider, fast: Sandbox, words: str) -> None:
    """A relay that lost the link has no film for us."""
    await fast.faults({"fault": "completed_without_link"})
    seen = await until(relay, await accepted(relay, wished(relay, prompt=words)), *ENDED)

    assert (RenderState.FAILED, FailureKind.UPSTREAM) == (seen.state, seen.failure and seen.failure.kind)


async def test_an_unknown_word_is_no_end(relay: VideoProvider, fast: Sandbox) -> None:
    """A status nobody documented is neither an end nor a success, and the next answer is read again."""
    await fast.faults({"fault": "unknown_status"})
    task_id = await accepted(relay, wished(relay))
    first = await relay.check(task_id)

    assert isinstance(first, Observation)
    assert (None, None) == (first.state, first.failure)
    assert (await until(relay, task_id, RenderState.SUCCEEDED)).link


@pytest.mark.parametrize(
    ("fault", "kind", "pause"),
    [("too_many_requests", FailureKind.RATE_LIMIT, 1.0), ("overdue_account", FailureKind.QUOTA, None)],
)
async def test_the_relays_own_no_is_a_refusal(
    relay: VideoProvider, fast: Sandbox, fault: str, kind: FailureKind, pause: float | None
) -> None:
    """The relay's limiter and its purse say no before anybody upstream was asked."""
    await fast.faults({"fault": fault})
    answer = await relay.submit(wished(relay), {}, client_ref="wp-rnd_1")

    assert isinstance(answer, Refused)
    assert (kind, pause) == (answer.failure.kind, answer.failure.retry_after)


async def test_a_wrong_key_is_told(fast: Sandbox) -> None:
    """A key the relay does not know is an authentication failure, for a submit and for a question."""
    async with speaking(fast, "newapi", MODEL, key="sk-not-the-key-of-this-relay") as stranger:
        answer, question = (
            await stranger.submit(wished(stranger), {}, client_ref="wp-rnd_1"),
            await stranger.check("task_x"),
        )

    assert isinstance(answer, Refused)
    assert isinstance(question, Unreadable)
    assert {FailureKind.AUTH} == {answer.failure.kind, question.failure.kind}


async def test_the_upstreams_filter_speaks_through_the_relay(relay: VideoProvider) -> None:
    """A prompt the upstream stops is a content refusal, though the relay's own code says only that it failed."""
    answer = await relay.submit(wished(relay, prompt="gore"), {}, client_ref="wp-rnd_1")

    assert isinstance(answer, Refused)
    assert (FailureKind.CONTENT_POLICY, "fail_to_fetch_task") == (answer.failure.kind, answer.failure.code)


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "accept_then_timeout", "hold": 0.05},
        {"fault": "server_error", "created": True},
        {"fault": "gateway_timeout", "created": True},
        {"fault": "ok_without_id"},
        {"fault": "garbled_answer"},
        {"fault": "cut_answer"},
        {"fault": "reset_before"},
    ],
    ids=lambda fault: fault["fault"],
)
async def test_a_submit_nobody_answered_stays_with_a_person(
    relay: VideoProvider, fast: Sandbox, fault: dict[str, Any]
) -> None:
    """Nothing at a relay finds a lost submit again: it is unknown, never refused, and never taken as absent."""
    await fast.faults(fault)
    answer = await relay.submit(wished(relay), {}, client_ref="wp-rnd_1")
    verdict = match(render(RenderState.UNKNOWN, wished(relay)), (), frozenset(), relay.language.recovery)

    assert isinstance(answer, Unanswered)
    assert (Unknown(Grade.NOTHING.sentence()), False) == (verdict, relay.language.recovery.lists)


async def test_there_is_nothing_to_list_and_nothing_to_look_up(relay: VideoProvider) -> None:
    """A relay asked for what it does not have is an error of ours, not an empty answer."""
    with pytest.raises(ProviderError):
        await relay.looked_up("wp-rnd_1")
    with pytest.raises(ProviderError, match="no list of tasks"):
        await relay.recent(datetime.now(UTC))


async def test_a_task_nobody_knows_is_not_there(relay: VideoProvider) -> None:
    """The relay says with a 400 that it knows no such task."""
    assert isinstance(await relay.check("task_unknown"), NotThere)


async def test_cancel_asks_and_sends_nothing(relay: VideoProvider, fast: Sandbox) -> None:
    """A relay cannot cancel: the answer is what the task is, and it goes on."""
    task_id = await accepted(relay, wished(relay))
    answer = await relay.cancel(task_id)

    assert isinstance(answer, Observation)
    assert (await until(relay, task_id, RenderState.SUCCEEDED)).link


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"seconds": 5}, 400, "invalid_request"),
        ({"prompt": " "}, 400, "invalid_request"),
        ({"metadata": {"resolution": 480}}, 400, "invalid_request"),
        ({"duration": 99}, 400, "invalid_request"),
        ({"model": "nobody-sells-this"}, 503, "model_not_found"),
    ],
)
async def test_the_relay_refuses_what_it_documents(fast: Sandbox, body: dict[str, Any], status: int, code: str) -> None:
    """The traps of the relay's body are refused by the sandbox as the relay does it."""
    reply = await posted(fast, body)
    said = reply.json()

    assert (status, code) == (reply.status_code, said.get("code") or said["error"]["code"])


@pytest.mark.parametrize(
    ("body", "seconds"),
    [({"duration": 7}, 7), ({"duration": "8"}, 8), ({"duration": 7.0}, 5), ({"seconds": "6"}, 6), ({}, 5)],
)
async def test_the_relay_reads_only_whole_seconds(fast: Sandbox, body: dict[str, Any], seconds: int) -> None:
    """A duration that is no whole number is silently ignored, as the relay does it."""
    await fast.faults()
    reply = await posted(fast, {**body, "prompt": "flat answers"})
    task = (await fast.tasks())[-1]

    assert (201, seconds) == (reply.status_code, task["metadata"]["duration"])


async def test_metadata_may_be_text(fast: Sandbox) -> None:
    """The vendor's fields may also be sent as JSON in a text."""
    await fast.faults()
    await posted(fast, {"metadata": '{"seed": 99}', "prompt": "flat answers"})

    assert (await fast.tasks())[-1]["metadata"]["seed"] == 99


async def test_a_submit_with_an_answer_is_accepted_once(relay: VideoProvider, fast: Sandbox) -> None:
    """A slow answer is still an answer, and one submit makes one task."""
    await fast.faults({"fault": "slow_answer", "hold": 0.05})
    before = len(await fast.tasks())
    answer = await relay.submit(wished(relay), {}, client_ref="wp-rnd_1")

    assert isinstance(answer, Accepted)
    assert before + 1 == len(await fast.tasks())
