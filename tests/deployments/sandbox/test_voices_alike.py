"""What blocks of different dialects must read alike from their voices, over real HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox
from tests.deployments.sandbox.speaking import accepted, speaking, until, wished
from workprint.failures import FailureKind
from workprint.outcomes import NotThere, Observation, Refused, Unanswered
from workprint.states import RenderState

#: The dialect, its model, and an id it never gave.
_SPEAKERS = (
    ("fal", "bytedance/seedance-2.0", "bytedance/seedance-2.0/0e3a1b"),
    ("openrouter", "bytedance/seedance-2.0", "job-0e3a1b"),
)


@pytest.fixture(params=_SPEAKERS, ids=[dialect for dialect, *_ in _SPEAKERS])
def speaker(request: pytest.FixtureRequest) -> tuple[str, str, str]:
    found: tuple[str, str, str] = request.param
    return found


@pytest_asyncio.fixture
async def block(fast: Sandbox, speaker: tuple[str, str, str]) -> AsyncIterator[VideoProvider]:
    await fast.faults()
    async with speaking(fast, speaker[0], speaker[1]) as made:
        yield made


async def test_a_word_nobody_documented_ends_nothing(block: VideoProvider, fast: Sandbox) -> None:
    """An unknown status is neither an end nor a success, and the next answer is read again."""
    await fast.faults({"fault": "unknown_status", "polls": 1})
    task_id = await accepted(block, wished(block))
    first = await block.check(task_id)

    assert isinstance(first, Observation)
    assert (None, "suspended") == (first.state, first.code)
    assert (await until(block, task_id, RenderState.SUCCEEDED)).link


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("too_many_requests", FailureKind.RATE_LIMIT), ("overdue_account", FailureKind.QUOTA)],
)
async def test_every_refusal_has_its_class(block: VideoProvider, fast: Sandbox, fault: str, kind: FailureKind) -> None:
    """Busy and broke are refusals that made nothing, and a pause is kept as the provider said it."""
    await fast.faults({"fault": fault, "retry_after": 7})
    outcome = await block.submit(wished(block), {}, client_ref="wp-rnd_1")

    assert isinstance(outcome, Refused)
    assert kind is outcome.failure.kind
    assert outcome.failure.retry_after == (7.0 if kind is FailureKind.RATE_LIMIT else None)


async def test_words_values_and_keys_are_refused_in_their_class(block: VideoProvider, fast: Sandbox) -> None:
    """A prompt the filter stops, a length the model has not and a key nobody knows are told apart."""
    nude = await block.submit(wished(block, prompt="A nude statue."), {}, client_ref="wp-rnd_1")
    long = await block.submit(wished(block, duration=16), {}, client_ref="wp-rnd_1")
    async with speaking(fast, block.dialect, block.model, key="not-the-right-key") as stranger:
        unknown = await stranger.submit(wished(block), {}, client_ref="wp-rnd_1")
    kinds = [outcome.failure.kind for outcome in (nude, long, unknown) if isinstance(outcome, Refused)]

    assert [FailureKind.CONTENT_POLICY, FailureKind.PARAMETERS, FailureKind.AUTH] == kinds


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "server_error", "created": True},
        {"fault": "gateway_timeout", "created": True},
        {"fault": "ok_without_id"},
        {"fault": "garbled_answer"},
        {"fault": "cut_answer"},
        {"fault": "reset_before"},
    ],
)
async def test_an_answer_that_proves_nothing_is_in_doubt(
    block: VideoProvider, fast: Sandbox, fault: dict[str, Any]
) -> None:
    """No id and no refusal: nobody knows, and nothing is sent again."""
    await fast.faults(fault)

    assert isinstance(await block.submit(wished(block), {}, client_ref="wp-rnd_1"), Unanswered)


async def test_a_task_nobody_knows_is_not_there(block: VideoProvider, speaker: tuple[str, str, str]) -> None:
    """An id that was never given is answered with 404."""
    assert isinstance(await block.check(speaker[2]), NotThere)
