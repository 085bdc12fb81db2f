"""Our minimax block and the sandbox's minimax voice understand each other, over real HTTP."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from blocks.provider import VideoProvider
from deployments.sandbox.refusals import Refusal
from deployments.sandbox.tasks import Params, Status, Task
from deployments.sandbox.testing import Sandbox, running_sandbox
from deployments.sandbox.values import Ask
from deployments.sandbox.voices.minimax_body import REGENERATION_SECONDS, regenerated
from tests.deployments.sandbox.minimax_orders import H3, MAX, finished, kettle, minimax, regenerating
from tests.deployments.sandbox.speaking import accepted, speaking, until
from workprint.brief import InputType, Role
from workprint.failures import FailureKind
from workprint.models import model_facts
from workprint.outcomes import Accepted, Observation, Refused, Unreadable
from workprint.spec import FrozenReference
from workprint.states import TERMINAL, RenderState

__all__ = ["minimax"]

ENDED = tuple(TERMINAL | {RenderState.SUCCEEDED})
FRAMES = (Role.FIRST_FRAME, Role.LAST_FRAME)


async def made_since(sandbox: Sandbox, before: int) -> list[str]:
    """The ids of the tasks made since there were so many."""
    return [task["id"] for task in (await sandbox.tasks())[before:]]


async def test_a_draft_becomes_its_2k_final(sandbox: Sandbox) -> None:
    """A 768P draft and the 2K film made from it go all the way, and each is billed by its own seconds and rate."""
    await sandbox.faults()
    async with speaking(sandbox, "minimax", H3) as block:
        draft = await accepted(block, kettle(block, prompt="红色水壶，雨夜 🫖", duration=4))
        drafted = await until(block, draft, RenderState.SUCCEEDED)
        final = await regenerating(block, draft)
        assert isinstance(final, Accepted)
        seen = await until(block, final.task_id, RenderState.SUCCEEDED)
        async with httpx.AsyncClient(trust_env=False) as client:
            film = await client.get(seen.link or "")
    told = {task["id"]: task for task in await sandbox.tasks()}
    facts = model_facts(H3, "minimax")
    charges = [
        facts.charge_of(spec, watched)
        for spec, watched in ((kettle(block), drafted), (finished(block), seen))
    ]  # fmt: skip

    assert told[draft]["prompt"].startswith("红色水壶，雨夜 🫖 Camera: slow push in.")
    assert ("768p", "2k", "", False) == (
        drafted.asked.resolution, seen.asked.resolution, seen.asked.ratio, seen.asked.draft,
    )  # fmt: skip
    assert [Decimal("0.3200"), Decimal("0.2000")] == [charge and charge.amount for charge in charges]
    assert ["0.3200", "0.2000"] == [told[task_id]["charge"]["amount"] for task_id in (draft, final.task_id)]
    assert (200, b"ftyp") == (film.status_code, film.content[4:8])


@pytest.mark.parametrize(
    ("model", "roles", "changes"),
    [
        (H3, (), {"ratio": "21:9", "duration": 15, "resolution": "2k"}),
        (H3, FRAMES, {"input_type": InputType.IMAGE_TO_VIDEO}),
        (H3, (Role.SUBJECT, Role.STYLE, Role.VIDEO, Role.AUDIO), {"input_type": InputType.REFERENCE_TO_VIDEO}),
        (H3, (Role.VIDEO,), {"input_type": InputType.VIDEO_TO_VIDEO}),
        (MAX, (), {"resolution": "480p"}),
    ],
)
async def test_every_model_takes_its_fields(
    fast: Sandbox, model: str, roles: tuple[Role, ...], changes: dict[str, Any]
) -> None:
    """What is sent for a model and an input type is what the documents say they take."""
    await fast.faults()
    references = tuple(FrozenReference(role, f"{n}" * 64, "image/png", 1, "k", "s") for n, role in enumerate(roles))
    media = {one.sha256: "https://bucket.example/x" for one in references}
    async with speaking(fast, "minimax", model) as block:
        task_id = await accepted(block, kettle(block, references=references, **changes), media)

    assert task_id in {task["id"] for task in await fast.tasks()}


async def test_a_queued_task_is_cancelled_and_a_running_one_is_not(tmp_path: Path) -> None:
    """queued and running are read; what waits is cancelled for good, what runs stays."""
    async with (
        running_sandbox(tmp_path, fixed="1kB", latency=600.0, concurrency=1) as slow,
        speaking(slow, "minimax", H3) as block,
    ):
        first, second = await accepted(block, kettle(block)), await accepted(block, kettle(block))
        await until(block, first, RenderState.PROCESSING)
        waits = await block.cancel(second)
        runs = await block.cancel(first)
        async with httpx.AsyncClient(headers=slow.headers, trust_env=False) as client:
            raw = await client.delete(f"{block.api}/v2/video_generation/{first}")

    assert isinstance(waits, Observation)
    assert isinstance(runs, Observation)
    assert (RenderState.CANCELLED, RenderState.PROCESSING) == (waits.state, runs.state)
    assert (400, "bad_request_error") == (raw.status_code, raw.json()["error"]["type"])


@pytest.mark.parametrize(
    ("fault", "state", "kind"),
    [
        ("failed_task", RenderState.FAILED, FailureKind.UPSTREAM),
        ("content_rejected", RenderState.FAILED, FailureKind.CONTENT_POLICY),
        ("completed_without_link", RenderState.FAILED, FailureKind.UPSTREAM),
        ("expired_task", RenderState.EXPIRED, FailureKind.QUEUE_TIMEOUT),
        ("cancelled_by_provider", RenderState.CANCELLED, None),
    ],
)
async def test_every_end_that_is_no_film(
    minimax: VideoProvider, fast: Sandbox, fault: str, state: RenderState, kind: FailureKind | None
) -> None:
    """Each end has its state, and each failure its class by MiniMax's own code."""
    await fast.faults({"fault": fault})
    seen = await until(minimax, await accepted(minimax, kettle(minimax)), *ENDED)

    assert (state, None) == (seen.state, seen.link)
    assert kind is (seen.failure.kind if seen.failure else None)


async def test_a_failure_that_was_billed_says_its_seconds(minimax: VideoProvider, fast: Sandbox) -> None:
    """A failed task with a usage is a failure with seconds, and both are read."""
    await fast.faults({"fault": "charged_but_failed"})
    seen = await until(minimax, await accepted(minimax, kettle(minimax)), *ENDED)

    assert (RenderState.FAILED, Decimal(5)) == (seen.state, seen.seconds)


async def test_a_word_nobody_documented_ends_nothing(minimax: VideoProvider, fast: Sandbox) -> None:
    """An unknown status is neither an end nor a success, and the next answer is read again."""
    await fast.faults({"fault": "unknown_status", "word": "suspended"})
    task_id = await accepted(minimax, kettle(minimax))
    odd = await minimax.check(task_id)
    seen = await until(minimax, task_id, RenderState.SUCCEEDED)

    assert isinstance(odd, Observation)
    assert (None, "suspended", task_id) == (odd.state, odd.code, seen.task_id)


@pytest.mark.parametrize(
    ("fault", "changes", "kind", "code"),
    [
        (None, {"prompt": "A nude statue."}, FailureKind.CONTENT_POLICY, "1026"),
        (None, {"duration": 60}, FailureKind.PARAMETERS, "2013"),
        (None, {"ratio": "adaptive"}, FailureKind.PARAMETERS, "2013"),
        ("too_many_requests", {}, FailureKind.RATE_LIMIT, "1002"),
        ("overdue_account", {}, FailureKind.QUOTA, "1008"),
        ("ok_with_error_body", {}, FailureKind.RATE_LIMIT, "1002"),
    ],
)
async def test_every_class_of_refusal(
    minimax: VideoProvider, fast: Sandbox, fault: str | None, changes: dict[str, Any], kind: FailureKind, code: str
) -> None:
    """What MiniMax refuses has its class by the number at the end of its text, and made no task."""
    await fast.faults(*([{"fault": fault, "retry_after": 3}] if fault else []))
    before = len(await fast.tasks())
    outcome = await minimax.submit(kettle(minimax, **changes), {}, client_ref="wp-rnd_1")

    assert isinstance(outcome, Refused)
    assert (kind, code, []) == (outcome.failure.kind, outcome.failure.code, await made_since(fast, before))


async def test_a_wrong_key_is_told_from_all_else(fast: Sandbox) -> None:
    """A key nobody knows is refused as such, for a submit and for a question."""
    async with speaking(fast, "minimax", H3, key="not-the-key-at-all") as block:
        outcome, asked = await block.submit(kettle(block), {}, client_ref="wp-rnd_1"), await block.check("1")

    assert isinstance(outcome, Refused)
    assert isinstance(asked, Unreadable)
    assert (FailureKind.AUTH, FailureKind.AUTH) == (outcome.failure.kind, asked.failure.kind)


async def test_a_final_of_a_final_is_refused(minimax: VideoProvider) -> None:
    """Only an untouched 768P film of one's own becomes 2K: neither a 2K one nor a task nobody knows."""
    draft = await accepted(minimax, kettle(minimax))
    await until(minimax, draft, RenderState.SUCCEEDED)
    final = await regenerating(minimax, draft)
    assert isinstance(final, Accepted)
    await until(minimax, final.task_id, RenderState.SUCCEEDED)

    for source in (final.task_id, "1"):
        refused = await regenerating(minimax, source)
        assert isinstance(refused, Refused)
        assert ("2013", FailureKind.PARAMETERS) == (refused.failure.code, refused.failure.kind)


@pytest.mark.parametrize(("age", "refused"), [(REGENERATION_SECONDS, False), (REGENERATION_SECONDS + 1, True)])
def test_a_draft_can_be_finished_for_seven_days(age: int, refused: bool) -> None:
    """After seven days the source is gone, to the second."""
    source = Task("1", 1, Params(H3, "x", "768p", "16:9", 96, 1, True, draft=True), Status.SUCCEEDED, 0.0, 0.0)
    body = json.dumps({"model": H3, "source_task_id": "1", "resolution": "2K"}).encode()
    ask = Ask(body, {}, (), {}, float(age), find=lambda _: source, by_reference=lambda _: None)

    if refused:
        with pytest.raises(Refusal, match="invalid task_id"):
            regenerated(ask)
    else:
        assert ("1", "2k") == (regenerated(ask).draft_task_id, regenerated(ask).resolution)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"content": [{"type": "text", "text": " "}]},
        {"ratio": "adaptive"},
        {"seed": 1},
        {"model": "MiniMax-H9"},
        {
            "content": [
                {"type": "text", "text": "a"},
                {"type": "image_url", "image_url": {"url": "https://x.example/a"}, "role": "first_frame"},
                {"type": "image_url", "image_url": {"url": "https://x.example/b"}, "role": "reference_image"},
            ]
        },
    ],
    ids=["nothing", "two texts", "an empty text", "no ratio", "a seed", "a model", "frames and references"],
)
async def test_the_voice_says_no_as_minimax_does(fast: Sandbox, body: dict[str, Any]) -> None:
    """What the documents rule out is a bad request whose text ends with 2013."""
    well = {
        "model": H3, "content": [{"type": "text", "text": "a"}], "resolution": "768P", "duration": 5, "ratio": "16:9",
    }  # fmt: skip
    async with httpx.AsyncClient(base_url=fast.base_url, headers=fast.headers, trust_env=False) as client:
        reply = await client.post("/minimax/v2/video_generation", json={**well, **body} if body else {})

    assert (400, "bad_request_error") == (reply.status_code, reply.json()["error"]["type"])
    assert reply.json()["error"]["message"].endswith("(2013)")
