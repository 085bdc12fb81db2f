"""Nobody presses Retry: a run whose process was killed is started again by the scheduled rescue."""

import os
import signal
from decimal import Decimal
from pathlib import Path

import pytest

from tests.system.briefs import APPROVER, write_brief
from tests.system.processes import of_run
from tests.system.stack import RunningStack
from tests.system.waiting import until
from workprint.spec import Kind
from workprint.states import IN_FLIGHT

pytestmark = pytest.mark.system


async def test_a_killed_run_is_finished_without_a_person(stack: RunningStack, tmp_path: Path) -> None:
    """Killed while its draft renders, a run reaches its gate by rescue, and is Delivered and paid once."""
    subject = "A lighthouse that goes dark"
    run_id = stack.start(write_brief(tmp_path, subject))

    async def rendering() -> bool:
        async with await stack.ledger() as ledger:
            return bool(await ledger.in_state(*IN_FLIGHT, campaign_id=run_id))

    await until(rendering, "the draft is under way", every=0.02)
    (executing,) = of_run(run_id)
    os.kill(executing, signal.SIGKILL)
    await stack.prefect.until_state(run_id, "Crashed")
    await stack.prefect.until_state(run_id, "Suspended", crashed_before=True)
    await stack.prefect.resume(run_id, decision="approve_all", approver=APPROVER, note="it shines again")
    await stack.prefect.until_state(run_id, "Delivered")
    async with await stack.ledger() as ledger:
        renders = (await ledger.find(run_id)).renders
        assert 1 == (await ledger.campaign(run_id)).rescues
    bill = {charge["task_id"]: Decimal(charge["amount"]) for charge in (await stack.sandbox.bill())["charges"]}
    assert {Kind.DRAFT, Kind.FINAL} == {render.kind for render in renders}
    assert {r.task_id: r.charge_amount for r in renders} == {task: bill[task] for task in await stack.paid(subject)}
