"""What is heard of each fault of callbacks, whichever voice it strikes."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from pydantic import SecretStr

from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.faults import METADATA_LINK
from tests.deployments.sandbox.listener import HOOK
from tests.deployments.sandbox.voice_scene import Scene
from workprint.signatures.keys import Keys, published_keys, signing_key
from workprint.signatures.verifying import verify
from workprint.states import RenderState

_F = FaultName
Check = Callable[[Scene, FaultName], Awaitable[None]]


async def _ended(s: Scene, fault: FaultName, times: int = 1) -> str:
    """A task with this fault that has ended, and was called back so often."""
    await s.strike(fault)
    task_id = await s.task()
    await s.until(task_id, RenderState.SUCCEEDED)
    await s.called(times)
    return task_id


async def never(s: Scene, fault: FaultName) -> None:
    """The task after it is heard to its end, and of this one not a word."""
    await s.strike(fault)
    silent = await s.task()
    await s.until(silent, RenderState.SUCCEEDED)
    await s.task()
    calls = await s.called()
    assert silent not in {_named(s, body) for _, body, _ in calls}


async def duplicate(s: Scene, fault: FaultName) -> None:
    """Each word three times."""
    task_id = await _ended(s, fault, times=3)
    bodies = [body for _, body, _ in s.listener.calls]
    assert {task_id} == {_named(s, body) for body in bodies}
    assert len(s.words) == len(set(bodies))


async def early(s: Scene, fault: FaultName) -> None:
    """When the submit is answered the first word was heard."""
    await s.strike(fault)
    task_id = await s.task()
    assert task_id == _named(s, s.listener.calls[0][1])
    await s.called()


async def late(s: Scene, fault: FaultName) -> None:
    """No word comes sooner than `hold` seconds after its change."""
    began = time.time()
    await s.strike(fault, hold=0.5)
    await s.task()
    assert all(at >= began + 0.5 for _, _, at in await s.called())


async def reordered(s: Scene, fault: FaultName) -> None:
    """The last word first."""
    await _ended(s, fault)
    told = [next(word for word in s.words if f'"{word}"'.encode() in body) for _, body, _ in s.listener.calls]
    assert s.words[::-1] == told


async def lying(s: Scene, fault: FaultName) -> None:
    """An end with a foreign link is claimed while the task runs."""
    await s.sandbox.faults({"fault": fault}, {"fault": _F.NEVER_ENDS, "hold": 3600})
    task_id = await s.task()
    await s.listener.until(lambda: any(METADATA_LINK.encode() in body for _, body, _ in s.listener.calls))
    assert (await s.until(task_id, RenderState.PROCESSING)).link is None


async def forged(s: Scene, fault: FaultName) -> None:
    """Each word also goes to an address that is nobody's."""
    await _ended(s, fault, times=2)
    paths = [path for path, _, _ in s.listener.calls]
    assert len(s.words) == paths.count(HOOK) == len({path for path in paths if path != HOOK})


async def malformed(s: Scene, fault: FaultName) -> None:
    """No body is JSON."""
    await _ended(s, fault)
    assert [] == s.listener.heard
    assert {""} == {_named(s, body) for _, body, _ in s.listener.calls}


async def oversized(s: Scene, fault: FaultName) -> None:
    """Every body has more than 2 MiB."""
    await _ended(s, fault)
    assert all(len(body) > 2 * 1024 * 1024 and json.loads(body) for _, body, _ in s.listener.calls)


async def unknown_id(s: Scene, fault: FaultName) -> None:
    """To the right address, about a task that does not exist."""
    task_id = await _ended(s, fault)
    names = {_named(s, body) for _, body, _ in s.listener.calls}
    assert "" not in names
    assert task_id not in names
    assert {HOOK} == {path for path, _, _ in s.listener.calls}


async def bad_signature(s: Scene, fault: FaultName) -> None:
    """A true callback is signed with the sandbox's key, a bad one with somebody else's."""
    await s.task()
    await s.called()
    assert await _signed_well(s)
    s.listener.calls.clear()
    s.listener.headers.clear()
    await _ended(s, fault)
    assert not await _signed_well(s)


async def _signed_well(s: Scene) -> bool:
    """Whether every call so far carries a signature of the sandbox's; a mixture fails the test."""
    keys = await _keys(s)
    now = datetime.now(UTC)
    pairs = zip(s.listener.headers, s.listener.calls, strict=True)
    verdicts = {verify(s.block.language.signature, keys, head, body, now).fits for head, (_, body, _) in pairs}
    (verdict,) = verdicts
    return verdict


async def _keys(s: Scene) -> Keys:
    """What this voice's callbacks are checked with: the customer's secret, or the keys it publishes."""
    secret = signing_key(s.block.language.signature, SecretStr(s.sandbox.webhook_secret))
    if secret is not None:
        return (secret,)
    reply = await s.download(f"{s.sandbox.base_url}{s.voice.prefix}/.well-known/jwks.json")
    return published_keys(reply.content)


def _named(s: Scene, body: bytes) -> str:
    return s.block.language.task_named(body, s.facts.name)


CALLBACK_CHECKS: Mapping[FaultName, Check] = {
    _F.CALLBACK_NEVER: never,
    _F.CALLBACK_DUPLICATE: duplicate,
    _F.CALLBACK_EARLY: early,
    _F.CALLBACK_LATE: late,
    _F.CALLBACK_REORDERED: reordered,
    _F.CALLBACK_LYING: lying,
    _F.CALLBACK_FORGED: forged,
    _F.CALLBACK_MALFORMED: malformed,
    _F.CALLBACK_OVERSIZED: oversized,
    _F.CALLBACK_UNKNOWN_ID: unknown_id,
    _F.CALLBACK_BAD_SIGNATURE: bad_signature,
}
