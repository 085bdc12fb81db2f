"""What our block makes of each fault, whichever voice it strikes: one check a fault."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deployments.sandbox.fault_table import FaultName
from tests.deployments.sandbox.voice_callbacks import CALLBACK_CHECKS
from tests.deployments.sandbox.voice_ends import END_CHECKS
from tests.deployments.sandbox.voice_scene import Scene
from workprint.errors import ProviderError
from workprint.failures import FailureKind
from workprint.outcomes import Accepted, NotThere, Observation, Refused, Unanswered, Unreadable
from workprint.states import RenderState

_F, _S = FaultName, RenderState
Check = Callable[[Scene, FaultName], Awaitable[None]]


def unanswered(**more: Any) -> Check:
    """Nobody knows whether there is a task."""

    async def check(s: Scene, fault: FaultName) -> None:
        await s.strike(fault, **more)
        assert isinstance(await s.submit(), Unanswered)

    return check


def refused(kind: FailureKind) -> Check:
    """A no that made nothing."""

    async def check(s: Scene, fault: FaultName) -> None:
        before = len(await s.sandbox.tasks())
        await s.strike(fault)
        outcome = await s.submit()
        assert isinstance(outcome, Refused), outcome
        assert kind is outcome.failure.kind
        assert before == len(await s.sandbox.tasks())

    return check


async def error_in_success(s: Scene, fault: FaultName) -> None:
    """An error where success should be, in a code that may be nobody's: never taken for a task, and there is none."""
    before = len(await s.sandbox.tasks())
    await s.strike(fault)
    assert isinstance(await s.submit(), Refused | Unanswered)
    assert before == len(await s.sandbox.tasks())


async def slow_answer(s: Scene, fault: FaultName) -> None:
    """The answer comes late, and whole."""
    await s.strike(fault, hold=0.05)
    assert isinstance(await s.submit(), Accepted)


def unreadable(kind: FailureKind) -> Check:
    """One question is answered with nothing about the task, the next one well."""

    async def check(s: Scene, fault: FaultName) -> None:
        await s.strike(fault)
        task_id = await s.task()
        seen = await s.block.check(task_id)
        assert isinstance(seen, Unreadable), seen
        assert kind is seen.failure.kind
        assert (await s.until(task_id, _S.SUCCEEDED)).link

    return check


async def flapping(s: Scene, fault: FaultName) -> None:
    """A known task is not there once."""
    await s.strike(fault)
    task_id = await s.task()
    assert isinstance(await s.block.check(task_id), NotThere)
    await s.until(task_id, _S.SUCCEEDED)


async def unknown_status(s: Scene, fault: FaultName) -> None:
    """A word nobody documented is neither an end nor a success."""
    await s.strike(fault, word="on_hold")
    task_id = await s.task()
    seen = await s.block.check(task_id)
    assert isinstance(seen, Observation)
    assert (None, "on_hold", None) == (seen.state, seen.code, seen.link)
    await s.until(task_id, _S.SUCCEEDED)


async def clock_skew(s: Scene, fault: FaultName) -> None:
    """The time it was made is off by more than a day."""
    await s.strike(fault, seconds=-100_000, polls=0)
    seen = await s.until(await s.task())
    assert seen.created_at is not None
    assert datetime.now(UTC) - seen.created_at > timedelta(seconds=99_000)


async def status_backwards(s: Scene, fault: FaultName) -> None:
    """It runs, waits again, and runs."""
    await s.sandbox.faults({"fault": fault}, {"fault": _F.NEVER_ENDS, "hold": 3600})
    task_id = await s.task()
    await s.until(task_id, _S.PROCESSING)
    seen = [await s.block.check(task_id) for _ in range(2)]
    assert [_S.QUEUED, _S.PROCESSING] == [one.state for one in seen if isinstance(one, Observation)]


async def list_lag(s: Scene, fault: FaultName) -> None:
    """Every question finds the task, and the list does not."""
    await s.strike(fault, hold=3600)
    hidden, shown = await s.task(), await s.task()
    listed = {task.task_id for task in await s.block.recent(datetime.now(UTC) - timedelta(minutes=1))}
    assert (False, True) == (hidden in listed, shown in listed)
    assert isinstance(await s.block.check(hidden), Observation)


async def list_error(s: Scene, fault: FaultName) -> None:
    """A list that cannot be read proves nothing; the next one can."""
    await s.strike(fault)
    task_id = await s.task()
    since = datetime.now(UTC) - timedelta(minutes=1)
    with pytest.raises(ProviderError):
        await s.block.recent(since)
    assert task_id in {task.task_id for task in await s.block.recent(since)}


async def list_without_reference(s: Scene, fault: FaultName) -> None:
    """Our reference is echoed, and with the fault nowhere."""
    told = await s.until(await s.task())
    assert s.reference == told.client_ref
    await s.strike(fault)
    silent = await s.until(await s.task())
    assert "" == silent.client_ref


#: All but cancel_ignored, which needs a task that waits.
CHECKS: Mapping[FaultName, Check] = {
    _F.ACCEPT_THEN_TIMEOUT: unanswered(hold=0.05),
    _F.TOO_MANY_REQUESTS: refused(FailureKind.RATE_LIMIT),
    _F.SERVER_ERROR: unanswered(created=True),
    _F.OK_WITH_ERROR_BODY: error_in_success,
    _F.OK_WITHOUT_ID: unanswered(),
    _F.GARBLED_ANSWER: unanswered(),
    _F.CUT_ANSWER: unanswered(),
    _F.RESET_BEFORE: unanswered(),
    _F.SLOW_ANSWER: slow_answer,
    _F.GATEWAY_TIMEOUT: unanswered(created=True),
    _F.OVERDUE_ACCOUNT: refused(FailureKind.QUOTA),
    _F.FLAPPING: flapping,
    _F.POLL_ERROR: unreadable(FailureKind.UPSTREAM),
    _F.POLL_STORM: unreadable(FailureKind.RATE_LIMIT),
    _F.UNKNOWN_STATUS: unknown_status,
    _F.GARBLED_POLL: unreadable(FailureKind.UPSTREAM),
    _F.CLOCK_SKEW: clock_skew,
    _F.STATUS_BACKWARDS: status_backwards,
    _F.LIST_LAG: list_lag,
    _F.LIST_ERROR: list_error,
    _F.LIST_WITHOUT_REFERENCE: list_without_reference,
    **END_CHECKS,
    **CALLBACK_CHECKS,
}
