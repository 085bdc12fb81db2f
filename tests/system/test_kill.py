"""kill -9 where it hurts most, and two processes at one run: every render is paid once all the same."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from deployments.sandbox.faults import Fault, FaultName, Match
from deployments.stack.plan import child_env
from tests.system.briefs import APPROVER, write_brief
from tests.system.processes import of_run
from tests.system.stack import RunningStack
from tests.system.waiting import until
from workprint.render import Render
from workprint.spec import Kind
from workprint.states import IN_FLIGHT, RenderState

pytestmark = pytest.mark.system

#: The block of an impatient operator, in seconds: their sum is how long a render that nobody finished submitting waits.
_HURRIED = {"connect_timeout": 2.0, "read_timeout": 16.0}


@pytest.fixture(autouse=True, scope="module")
async def _no_rescue(stack: RunningStack) -> AsyncIterator[None]:
    """What these tests start again by hand nobody else shall start meanwhile."""
    await stack.prefect.pause("rescue/rescue", paused=True)
    yield
    await stack.prefect.pause("rescue/rescue", paused=False)


async def _render(stack: RunningStack, run_id: str, kind: Kind, *states: RenderState) -> Render | None:
    """The run's render of that kind, once it is in one of these states."""
    async with await stack.ledger() as ledger:
        return next((r for r in await ledger.in_state(*states, campaign_id=run_id) if r.kind is kind), None)


async def _kill(stack: RunningStack, run_id: str, executions: int) -> None:
    """kill -9 the process that executes the run, for the how manieth time it was executed, until Prefect has noticed.

    Its worker reports a crash twice, seconds apart, and the second report would end a run that was retried between.
    """
    executing = of_run(run_id)
    assert len(executing) == 1
    os.kill(executing[0], signal.SIGKILL)
    await stack.prefect.until_state(run_id, "Crashed")

    async def reported() -> bool:
        return await stack.prefect.executions(run_id) == executions

    await until(reported, "the worker's last report")


@asynccontextmanager
async def _frozen(run_id: str) -> AsyncIterator[None]:
    """The run's processes stand still, so that what we see of them stays true."""
    pids = of_run(run_id)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in of_run(run_id):
            os.kill(pid, signal.SIGCONT)


async def _agrees(stack: RunningStack, run_id: str, subject: str) -> list[Kind]:
    """The kinds of the run's renders, after ledger and bill were found to tell the same of each."""
    async with await stack.ledger() as ledger:
        renders = (await ledger.find(run_id)).renders
    bill = {charge["task_id"]: Decimal(charge["amount"]) for charge in (await stack.sandbox.bill())["charges"]}
    asked = [task["id"] for task in await stack.sandbox.tasks() if subject in task["prompt"]]
    assert sorted(asked) == sorted(str(render.task_id) for render in renders)
    assert {render.task_id: render.charge_amount for render in renders} == {task: bill[task] for task in asked}
    return sorted(render.kind for render in renders)


async def test_a_run_killed_three_times_pays_once(stack: RunningStack, tmp_path: Path) -> None:
    """Killed after its submit, while it waits and while it archives, a run is retried each time and ends Delivered,
    with each render on the bill once and the ledger saying the same.
    """
    subject = "A samovar that was hit three times"
    await stack.prefect.copy_block("workprint-video-provider", "sandbox", "hurried", **_HURRIED)
    await stack.sandbox.faults(
        Fault(fault=FaultName.ACCEPT_THEN_TIMEOUT, match=Match(prompt=subject, kind="draft"), hold=120),
        Fault(fault=FaultName.SLOW_DOWNLOAD, match=Match(prompt=subject, kind="final"), rate=25_000),
    )
    run_id = stack.start(write_brief(tmp_path, subject, provider="hurried"))

    async def accepted() -> bool:
        return any(subject in task["prompt"] for task in await stack.sandbox.tasks())

    await until(accepted, "the sandbox has the draft's task", every=0.02)
    await _kill(stack, run_id, executions=1)
    assert await _render(stack, run_id, Kind.DRAFT, RenderState.SUBMITTING)

    await stack.prefect.schedule_again(run_id)
    await stack.prefect.until_state(run_id, "Suspended")
    await stack.prefect.resume(run_id, decision="approve_all", approver=APPROVER, note="survived")
    await until(lambda: _render(stack, run_id, Kind.FINAL, *IN_FLIGHT), "the final is under way", every=0.02)
    await _kill(stack, run_id, executions=3)
    assert await _render(stack, run_id, Kind.FINAL, *IN_FLIGHT)

    await stack.prefect.schedule_again(run_id)
    await until(lambda: _render(stack, run_id, Kind.FINAL, RenderState.SUCCEEDED), "the final is there", every=0.02)
    await _kill(stack, run_id, executions=4)
    assert await _render(stack, run_id, Kind.FINAL, RenderState.SUCCEEDED)

    await stack.prefect.schedule_again(run_id)
    await stack.prefect.until_state(run_id, "Delivered")
    assert [Kind.DRAFT, Kind.FINAL] == await _agrees(stack, run_id, subject)


async def test_two_processes_at_one_run_pay_once(stack: RunningStack, tmp_path: Path) -> None:
    """A second process executes the run beside the worker's from its first moment; each render is charged once."""
    subject = "A samovar that two people carry"
    run_id = stack.start(write_brief(tmp_path, subject))

    async def executing() -> list[int]:
        return of_run(run_id)

    await until(executing, "the worker's process", every=0.02)
    async with _frozen(run_id):
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "prefect", "flow-run", "execute", run_id),
            env=child_env(stack.home, stack.state.ports["prefect"]),
            cwd=stack.home.work,
        )

        async def both() -> bool:
            return len(of_run(run_id)) == 2

        await until(both, "the second process", every=0.02)
    await stack.prefect.until_state(run_id, "Suspended")
    await second.wait()
    drafts = [task["name"] for task in await stack.prefect.task_runs(run_id) if task["name"].startswith("draft ")]
    await stack.prefect.resume(run_id, decision="approve_all", approver=APPROVER, note="both hands")
    await stack.prefect.until_state(run_id, "Delivered")
    assert len(drafts) == 2
    assert [Kind.DRAFT, Kind.FINAL] == await _agrees(stack, run_id, subject)


async def test_an_answer_survives_the_process_that_was_to_read_it(stack: RunningStack, tmp_path: Path) -> None:
    """Killed between Resume and the approval's row, a retried run finds the answer it was given and asks no one."""
    subject = "A samovar that was hit on its way"
    run_id = stack.start(write_brief(tmp_path, subject))
    await stack.prefect.until_state(run_id, "Suspended")

    async def seen_off() -> bool:
        return await stack.prefect.executions(run_id) == 1

    await until(seen_off, "the end of the process that asked")
    await stack.prefect.resume(run_id, decision="approve_all", approver=APPROVER, note="said once")

    async def reading() -> list[int]:
        return of_run(run_id)

    await until(reading, "the process that shall read the answer", every=0.02)
    await _kill(stack, run_id, executions=2)
    async with await stack.ledger() as ledger:
        assert () == await ledger.approvals(run_id)

    await stack.prefect.schedule_again(run_id)
    await stack.prefect.until_state(run_id, "Delivered")
    async with await stack.ledger() as ledger:
        assert ["said once"] == [approval.note for approval in await ledger.approvals(run_id)]
    assert [Kind.DRAFT, Kind.FINAL] == await _agrees(stack, run_id, subject)
