"""Every fault, with every voice it applies to: what our own block makes of it over real HTTP."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deployments.sandbox.fault_table import STRIKES, FaultName, Stage
from deployments.sandbox.testing import Sandbox, running_sandbox
from deployments.sandbox.voices import VOICES
from deployments.sandbox.voices.applies import applies
from tests.deployments.sandbox.voice_faults import CHECKS
from tests.deployments.sandbox.voice_scene import scene
from workprint.outcomes import Observation
from workprint.states import RenderState

#: Faults of the film itself need a sandbox that renders.
_OF_THE_FILM = {FaultName.ZERO_BYTE_FILE, FaultName.WRONG_DURATION}
_PAIRS = [(name, fault) for name, voice in VOICES.items() for fault in CHECKS if applies(voice, fault)]
_CANCELLERS = [name for name, voice in VOICES.items() if applies(voice, FaultName.CANCEL_IGNORED)]


@pytest_asyncio.fixture(scope="module")
async def busy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    """A sandbox whose one slot is taken for ever: every task waits."""
    async with running_sandbox(tmp_path_factory.mktemp("busy"), fixed="50kB", concurrency=1) as sandbox:
        async with scene(sandbox, "ark") as s:
            await s.strike(FaultName.NEVER_ENDS, hold=36_000)
            await s.until(await s.task(), RenderState.PROCESSING)
        yield sandbox


def test_every_fault_has_its_check() -> None:
    """No fault is left out: each is checked with every voice that has such a thing, and each voice has most of them."""
    assert set(FaultName) == {*CHECKS, FaultName.CANCEL_IGNORED}
    for voice in VOICES.values():
        assert 20 < sum(applies(voice, fault) for fault in FaultName)


@pytest.mark.parametrize(("name", "fault"), _PAIRS, ids=[f"{name}-{fault}" for name, fault in _PAIRS])
async def test_a_fault_means_the_same_in_every_voice(
    fast: Sandbox, sandbox: Sandbox, name: str, fault: FaultName
) -> None:
    """In its own words the provider goes wrong as the fault says, and our block sees it for what it is."""
    place = sandbox if fault in _OF_THE_FILM else fast
    async with scene(place, name, calls=STRIKES[fault] is Stage.CALLBACK) as s:
        await CHECKS[fault](s, fault)


@pytest.mark.parametrize("name", _CANCELLERS)
async def test_a_cancel_can_be_ignored(busy: Sandbox, name: str) -> None:
    """cancel_ignored: the provider says yes, and the task still waits; without the fault it is cancelled."""
    async with scene(busy, name) as s:
        await s.strike(FaultName.CANCEL_IGNORED)
        states = []
        for _ in range(2):
            seen = await s.block.cancel(await s.task())
            assert isinstance(seen, Observation)
            states.append(seen.state)
    assert [RenderState.QUEUED, RenderState.CANCELLED] == states
