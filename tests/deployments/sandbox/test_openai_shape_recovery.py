"""Submits nobody answered at `/v1/videos`: found by what was asked, proven absent, or put to a person."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.deployments.sandbox.speaking import accepted, speaking, wished
from tests.workprint.builders import render
from workprint.errors import ProviderError
from workprint.outcomes import NotThere, Observation, Unanswered
from workprint.recovery import WINDOW, Absent, Found, Recovered, Unknown, match
from workprint.spec import Spec
from workprint.states import RenderState

VLLM, SGLANG = "Wan-AI/Wan2.2-T2V-A14B-Diffusers", "wan2.2-t2v-a14b"


@pytest_asyncio.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A server nobody has asked for anything yet."""
    async with running_sandbox(tmp_path, fixed="1kB") as running:
        yield running


@pytest_asyncio.fixture(params=[VLLM, SGLANG])
async def server(empty: Sandbox, request: pytest.FixtureRequest) -> AsyncIterator[VideoProvider]:
    """A server of each kind."""
    async with speaking(empty, "openai_shape", request.param) as made:
        yield made


async def recovered(block: VideoProvider, spec: Spec, since: datetime, *claimed: str) -> Recovered:
    """What the server's list says of a render whose POST began at `since`."""
    tasks = await block.recent(since - WINDOW)
    return match(render(RenderState.UNKNOWN, spec, submitted_at=since), tasks, claimed, block.language.recovery)


async def unanswered(block: VideoProvider, spec: Spec) -> None:
    """A submit that a fault leaves without an answer."""
    assert isinstance(await block.submit(spec, {}, client_ref="wp-rnd_1"), Unanswered)


@pytest.mark.parametrize("fault", ["accept_then_timeout", "garbled_answer", "cut_answer", "ok_without_id"])
async def test_a_lost_submit_is_found_by_what_was_asked(server: VideoProvider, empty: Sandbox, fault: str) -> None:
    """The one unclaimed task of the window that fits model, length and size is ours."""
    await empty.faults({"fault": fault, "hold": 0.05})
    spec, since = wished(server, resolution="720p", duration=4), datetime.now(UTC)
    await unanswered(server, spec)
    other = await accepted(server, spec)
    found = await recovered(server, spec, since, other)

    assert isinstance(found, Found)
    assert {found.task.task_id, other} == {task["id"] for task in await empty.tasks()}


async def test_two_that_fit_are_put_to_a_person(server: VideoProvider) -> None:
    """Where two unclaimed tasks could be ours, none is taken."""
    spec, since = wished(server), datetime.now(UTC)
    ids = {await accepted(server, spec), await accepted(server, spec)}
    verdict = await recovered(server, spec, since)

    assert isinstance(verdict, Unknown)
    assert ids == {task.task_id for task in verdict.candidates}


async def test_a_submit_that_never_arrived_is_absent(server: VideoProvider, empty: Sandbox) -> None:
    """A list read to its end without a task that fits proves that nothing was made."""
    await empty.faults({"fault": "reset_before"})
    spec, since = wished(server), datetime.now(UTC)
    await unanswered(server, spec)
    await accepted(server, wished(server, resolution="720p"))

    assert isinstance(await recovered(server, spec, since), Absent)


async def test_the_list_is_read_to_its_end(empty: Sandbox) -> None:
    """More tasks than one page holds are all read, each page beginning after the last id of the one before."""
    async with speaking(empty, "openai_shape", SGLANG) as block:
        ids = {await accepted(block, wished(block, seed=number)) for number in range(103)}
        tasks = await block.recent(datetime.now(UTC) - timedelta(hours=1))

    assert ids == {task.task_id for task in tasks}


@pytest.mark.parametrize("fault", ["list_error", "list_lag"])
async def test_a_list_that_fails_or_lags_takes_nothing(server: VideoProvider, empty: Sandbox, fault: str) -> None:
    """A list that cannot be read is an error, and one that lags shows nothing yet, which is no task of ours."""
    await empty.faults({"fault": fault, "hold": 60.0})
    since = datetime.now(UTC)
    await accepted(server, wished(server))

    if fault == "list_error":
        with pytest.raises(ProviderError, match="cannot be read"):
            await server.recent(since)
    else:
        assert isinstance(await recovered(server, wished(server), since), Absent)


async def test_a_server_without_a_list_proves_nothing(empty: Sandbox) -> None:
    """A list that is answered with 404 is unreadable, so a lost submit stays with a person."""
    block = speaking(empty, "openai_shape", VLLM)
    async with block.model_copy(update={"path_prefix": "/newapi"}) as server:
        with pytest.raises(ProviderError, match="cannot be read"):
            await server.recent(datetime.now(UTC))


async def test_a_restart_loses_what_was_in_memory(server: VideoProvider, tmp_path: Path) -> None:
    """A task the server knew before it was restarted is not there afterwards, by its id and in the list."""
    task_id = await accepted(server, wished(server))
    known = await server.check(task_id)
    async with (
        running_sandbox(tmp_path / "after", fixed="1kB") as after,
        speaking(after, "openai_shape", server.model) as block,
    ):
        gone, listed = await block.check(task_id), await block.recent(datetime.now(UTC) - WINDOW)

    assert (Observation, NotThere, ()) == (type(known), type(gone), listed)
