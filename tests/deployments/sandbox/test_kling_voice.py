"""Our kling block and the sandbox's kling voice understand each other, over real HTTP."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.deployments.sandbox.kling_orders import kettle, kling, made_of, refs, sent
from tests.deployments.sandbox.speaking import desk, speaking, until
from workprint.brief import Audio, InputType, Role
from workprint.failures import FailureKind
from workprint.outcomes import Accepted, Cost, Observation, Refused, Unreadable
from workprint.signatures import Scheme
from workprint.signatures.keys import signing_key
from workprint.signatures.verifying import Verdict, verify
from workprint.spec import FrozenReference
from workprint.states import TERMINAL, RenderState

__all__ = ["kling"]

ENDED = tuple(TERMINAL | {RenderState.SUCCEEDED})
OMNI = "kling-3.0-omni"
FRAMES = (Role.FIRST_FRAME, Role.LAST_FRAME)


async def test_a_film_goes_all_the_way(kling: VideoProvider, fast: Sandbox) -> None:
    """A submit with Chinese words becomes a film whose link lives 30 days and whose cost is what the bill says."""
    task_id = await sent(kling, prompt="红色水壶，雨夜 🫖", audio=Audio.GENERATE)
    seen = await until(kling, task_id, RenderState.SUCCEEDED)
    told = next(task for task in await fast.tasks() if task["id"] == task_id)
    fetch = kling.fetching(seen.link or "")
    async with httpx.AsyncClient(trust_env=False) as client:
        film = await client.get(seen.link or "", headers=fetch.headers)

    assert told["prompt"].startswith("红色水壶，雨夜 🫖 Camera: slow push in.")
    assert seen.cost == Cost(Decimal(told["charge"]["amount"]), "USD") == Cost(Decimal("0.6300"), "USD")
    assert (200, 200_000, {}) == (film.status_code, len(film.content), fetch.headers)
    assert seen.link_expires_at is not None
    assert timedelta(days=29) < seen.link_expires_at - datetime.now(UTC) < timedelta(days=31)


@pytest.mark.parametrize(
    ("model", "roles", "changes"),
    [
        ("kling-3.0", (), {"resolution": "4k", "ratio": "9:16", "duration": 15}),
        ("kling-3.0", FRAMES, {"input_type": InputType.IMAGE_TO_VIDEO, "audio": Audio.GENERATE}),
        ("kling-3.0-turbo", (), {"audio": Audio.GENERATE}),
        ("kling-3.0-turbo", FRAMES[:1], {"input_type": InputType.IMAGE_TO_VIDEO, "audio": Audio.GENERATE}),
        (OMNI, (), {"duration": 3}),
        (OMNI, FRAMES, {"input_type": InputType.IMAGE_TO_VIDEO}),
        (OMNI, (Role.SUBJECT, Role.STYLE), {"input_type": InputType.REFERENCE_TO_VIDEO, "audio": Audio.GENERATE}),
        (OMNI, (Role.SUBJECT, Role.VIDEO), {"input_type": InputType.REFERENCE_TO_VIDEO}),
        (OMNI, (Role.VIDEO,), {"input_type": InputType.VIDEO_TO_VIDEO, "audio": Audio.KEEP}),
    ],
)
async def test_every_model_takes_its_fields(
    fast: Sandbox, model: str, roles: tuple[Role, ...], changes: dict[str, Any]
) -> None:
    """What is sent for a model and an input type is what the documents say they take."""
    await fast.faults()
    references = tuple(FrozenReference(role, f"{n}" * 64, "image/png", 1, "k", "s") for n, role in enumerate(roles))
    media = {one.sha256: "https://bucket.example/x" for one in references}
    async with speaking(fast, "kling", model) as block:
        task_id = await sent(block, media, references=references, **changes)

    assert task_id in {task["id"] for task in await fast.tasks()}


async def test_a_picture_inline_is_filmed(sandbox: Sandbox, picture_url: str) -> None:
    """A picture as bare Base64 is read, and the film has its ratio."""
    await sandbox.faults()
    picture = FrozenReference(Role.FIRST_FRAME, "a" * 64, "image/png", 1, "k", "s")
    async with speaking(sandbox, "kling", "kling-3.0") as block:
        task_id = await sent(
            block, {picture.sha256: picture_url}, references=(picture,), input_type=InputType.IMAGE_TO_VIDEO, duration=3
        )
        seen = await until(block, task_id, *ENDED)

    assert RenderState.SUCCEEDED is seen.state


async def test_what_waits_and_what_runs_is_left_alone(tmp_path: Path) -> None:
    """submitted and processing are read, and a cancel, which is not documented, changes neither."""
    async with (
        running_sandbox(tmp_path, fixed="1kB", latency=600.0, concurrency=1) as slow,
        speaking(slow, "kling", "kling-3.0") as block,
    ):
        first, second = await sent(block), await sent(block)
        await until(block, first, RenderState.PROCESSING)
        after = await block.cancel(second)
        told = [task["status"] for task in await slow.tasks()]

    assert isinstance(after, Observation)
    assert (RenderState.QUEUED, ["running", "queued"]) == (after.state, told)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("failed_task", FailureKind.UPSTREAM),
        ("content_rejected", FailureKind.CONTENT_POLICY),
        ("completed_without_link", FailureKind.UPSTREAM),
    ],
)
async def test_every_end_that_is_no_film(kling: VideoProvider, fast: Sandbox, fault: str, kind: FailureKind) -> None:
    """Each failure has its class, by the words Kling gives it."""
    await fast.faults({"fault": fault})
    seen = await until(kling, await sent(kling), *ENDED)

    assert (RenderState.FAILED, None) == (seen.state, seen.link)
    assert kind is (seen.failure.kind if seen.failure else None)


async def test_a_failure_that_cost_money_says_so(kling: VideoProvider, fast: Sandbox) -> None:
    """A failed task with a bill is a failure with a cost, and both are read."""
    await fast.faults({"fault": "charged_but_failed"})
    seen = await until(kling, await sent(kling), *ENDED)

    assert (RenderState.FAILED, Cost(Decimal("0.4200"), "USD")) == (seen.state, seen.cost)


async def test_a_word_nobody_documented_ends_nothing(kling: VideoProvider, fast: Sandbox) -> None:
    """An unknown status is neither an end nor a success, and the next answer is read again."""
    await fast.faults({"fault": "unknown_status", "word": "suspended"})
    task_id = await sent(kling)
    odd = await kling.check(task_id)
    seen = await until(kling, task_id, RenderState.SUCCEEDED)

    assert isinstance(odd, Observation)
    assert (None, "suspended", task_id) == (odd.state, odd.code, seen.task_id)


@pytest.mark.parametrize(
    ("fault", "changes", "kind", "code"),
    [
        (None, {"prompt": "A nude statue."}, FailureKind.CONTENT_POLICY, "1301"),
        (None, {"duration": 60}, FailureKind.PARAMETERS, "1201"),
        ("too_many_requests", {}, FailureKind.RATE_LIMIT, "1302"),
        ("overdue_account", {}, FailureKind.QUOTA, "1102"),
        ("ok_with_error_body", {}, FailureKind.RATE_LIMIT, "1302"),
    ],
)
async def test_every_class_of_refusal(
    kling: VideoProvider, fast: Sandbox, fault: str | None, changes: dict[str, Any], kind: FailureKind, code: str
) -> None:
    """What Kling refuses has its class by Kling's own code, a balance that arrives as 429 too, and made no task."""
    await fast.faults(*([{"fault": fault, "retry_after": 3}] if fault else []))
    reference = next(refs)
    outcome = await kling.submit(kettle(kling, **changes), {}, client_ref=reference)

    assert isinstance(outcome, Refused)
    assert (kind, code, 0) == (outcome.failure.kind, outcome.failure.code, await made_of(fast, reference))


async def test_a_wrong_key_is_told_from_all_else(fast: Sandbox) -> None:
    """A key nobody knows is refused as such, for a submit and for a question."""
    async with speaking(fast, "kling", "kling-3.0", key="not-the-key-at-all") as block:
        outcome, asked = await block.submit(kettle(block), {}, client_ref=next(refs)), await block.check("1")

    assert isinstance(outcome, Refused)
    assert isinstance(asked, Unreadable)
    assert (FailureKind.AUTH, FailureKind.AUTH) == (outcome.failure.kind, asked.failure.kind)


async def test_callbacks_are_signed_and_name_their_task(kling: VideoProvider, fast: Sandbox) -> None:
    """A callback is Kling's by its signature, any change breaks it, and it names the task."""
    async with desk() as inbox:
        outcome = await kling.submit(kettle(kling), {}, client_ref=next(refs), callback_url=inbox.url)
        headers, body = await inbox.letter()
    key = signing_key(Scheme.STANDARD_WEBHOOKS, SecretStr(fast.webhook_secret))
    judged = [
        verify(Scheme.STANDARD_WEBHOOKS, [key] if key else [], headers, said, datetime.now(UTC))
        for said in (body, body + b" ")
    ]

    assert isinstance(outcome, Accepted)
    assert [Verdict.VALID, Verdict.WRONG] == judged
    assert outcome.task_id == kling.language.task_named(body, kling.model)


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("GET", "/tasks", None, (400, 1201)),
        ("GET", "/tasks?task_ids=1&external_task_ids=2", None, (400, 1201)),
        ("GET", f"/tasks?task_ids={','.join(map(str, range(21)))}", None, (400, 1201)),
        ("POST", "/tasks", {"limit": 501}, (400, 1201)),
        ("POST", "/text-to-video/kling-9.9", {"prompt": "x"}, (404, 1203)),
        ("POST", "/text-to-sound/kling-3.0", {"prompt": "x"}, (404, 1202)),
        ("POST", "/text-to-video/kling-3.0", {"settings": {}}, (400, 1201)),
        ("POST", "/image-to-video/kling-3.0", {"contents": [{"type": "prompt", "text": "x"}]}, (400, 1201)),
        ("POST", "/text-to-video/kling-3.0", {"prompt": "x", "zzz": 1}, (200, 0)),
    ],
)
async def test_the_voice_says_no_as_kling_does(
    fast: Sandbox, method: str, path: str, body: dict[str, Any] | None, said: tuple[int, int]
) -> None:
    """What the documents rule out has its code, and a field nobody knows is passed over."""
    async with httpx.AsyncClient(base_url=f"{fast.base_url}/kling", headers=fast.headers, trust_env=False) as client:
        reply = await client.request(method, path, json=body)

    assert said == (reply.status_code, reply.json()["code"])
