"""Every voice understands the dialect of its name: a block submits, asks, and fetches the film."""

import pytest

from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.testing import Sandbox
from deployments.sandbox.voices import VOICES
from deployments.sandbox.voices.applies import applies
from tests.deployments.sandbox.voice_scene import scene, settled
from workprint.dialects.registry import dialects
from workprint.models import known_models
from workprint.outcomes import NotThere
from workprint.states import RenderState

EVERY = pytest.mark.parametrize("name", VOICES)


def test_every_dialect_has_its_voice() -> None:
    """What can be chosen in the form can be tried on the sandbox, and there is a model to try."""
    names = {language.name for language in dialects()}
    assert names == set(VOICES)
    assert all(known_models(name) for name in names)


def test_no_two_voices_share_a_prefix() -> None:
    """A request belongs to one voice, and none of them begins like the house's own routes."""
    prefixes = [voice.prefix for voice in VOICES.values()]
    assert len(prefixes) == len(set(prefixes))
    assert not [p for p in prefixes if p in {"", "/sandbox", "/files", "/healthz"}]


@EVERY
async def test_a_block_gets_a_film(fast: Sandbox, name: str) -> None:
    """From the submit to the bytes: the id, the states, the link with the headers our block sends, and the bill."""
    async with scene(fast, name) as s:
        task_id = await s.task()
        seen = await s.until(task_id, RenderState.SUCCEEDED)
        reply = await s.download(seen.link or "")
        line = await settled(s, task_id)
    assert (200, 200_000) == (reply.status_code, len(reply.content))
    assert (name, "succeeded", []) == (line["voice"], line["status"], line["faults"])
    assert line["charge"]["currency"] == (s.facts.currency if s.facts.prices else s.voice.currency)


@EVERY
async def test_a_stranger_is_told_nothing(fast: Sandbox, name: str) -> None:
    """Without the key a submit makes nothing, and one voice does not know another's tasks."""
    async with scene(fast, name) as s:
        task_id = await s.task()
        other = next(voice for voice in VOICES if voice != name)
        async with scene(fast, other) as stranger:
            assert not hasattr(await stranger.block.check(task_id.rpartition("/")[2]), "state")
        assert not isinstance(await s.block.check(task_id), NotThere)


@EVERY
async def test_what_does_not_apply_never_strikes(fast: Sandbox, name: str) -> None:
    """A fault of something this provider has not got stays set, hits no task, and leaves the next one to the others."""
    none = [fault for fault in FaultName if not applies(VOICES[name], fault)]
    async with scene(fast, name) as s:
        await fast.faults(*({"fault": fault, "times": 0} for fault in none))
        task_id = await s.task()
        await s.until(task_id, RenderState.SUCCEEDED)
        assert [] == (await settled(s, task_id))["faults"]
