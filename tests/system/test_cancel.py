"""Cancelling a run: what still waits at the provider is cancelled there, and every render tells its charge."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.system.briefs import APPROVER, write_brief
from tests.system.stack import RunningStack
from tests.system.waiting import until
from workprint.charges import ChargeState
from workprint.render import CancelState
from workprint.states import RenderState

pytestmark = pytest.mark.system
RATIOS = ["16:9", "9:16", "1:1"]
CANCELLED = (RenderState.CANCELLED, CancelState.CONFIRMED, ChargeState.NOT_CHARGED)
TOO_LATE = (RenderState.PROCESSING, CancelState.TOO_LATE, ChargeState.QUOTED)


@pytest.fixture
async def narrow(stack: RunningStack, tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A provider that runs one task at a time and never ends it by itself, as the block named like its folder."""
    async with running_sandbox(tmp_path / "provider", concurrency=1, latency=86_400.0) as sandbox:
        changed = {"base_url": sandbox.base_url, "api_key": sandbox.key}
        await stack.prefect.copy_block("workprint-video-provider", "sandbox", block_of(tmp_path), **changed)
        yield sandbox


def block_of(folder: Path) -> str:
    """A block name that belongs to one test."""
    return "narrow-" + folder.name.replace("_", "-")[:30]


async def statuses(sandbox: Sandbox, subject: str) -> list[str]:
    """What the provider itself says of the tasks of a campaign."""
    return sorted(task["status"] for task in await sandbox.tasks() if subject in task["prompt"])


async def waiting_in_line(stack: RunningStack, sandbox: Sandbox, brief: Path, subject: str, status: list[str]) -> str:
    """A run whose three drafts are all with the provider, as it says."""
    run_id = stack.start(brief)

    async def there() -> bool:
        async with await stack.ledger() as ledger:
            known = await ledger.in_state(RenderState.QUEUED, RenderState.PROCESSING, campaign_id=run_id)
        return len(known) == len(RATIOS) and await statuses(sandbox, subject) == status

    await until(there, "three drafts at the provider")
    return run_id


async def told(stack: RunningStack, run_id: str) -> list[tuple[RenderState, CancelState | None, ChargeState]]:
    """Where the ledger says each render stands, what became of the wish, and its charge."""
    async with await stack.ledger() as ledger:
        renders = (await ledger.find(run_id)).renders
    return sorted((r.state, r.cancel_state, r.charge_state) for r in renders)


async def campaign_state(stack: RunningStack, run_id: str) -> tuple[str, bool]:
    async with await stack.ledger() as ledger:
        campaign = await ledger.campaign(run_id)
    return campaign.state, campaign.closed_at is not None


async def test_cancelling_a_run_cancels_what_it_has_queued(
    stack: RunningStack, narrow: Sandbox, tmp_path: Path
) -> None:
    """A run cancelled through Prefect's API: its queued renders are cancelled at the provider and free, the running one
    is too late and stays reserved, and the campaign is closed as Cancelled; the same content may be bought again, and
    `workprint cancel` stops that as well.
    """
    subject = "A kettle nobody wants any more"
    brief = write_brief(tmp_path, subject, provider=block_of(tmp_path), ratios=RATIOS)
    run_id = await waiting_in_line(stack, narrow, brief, subject, ["queued", "queued", "running"])
    await stack.prefect.cancel(run_id)
    await stack.prefect.until_state(run_id, "Cancelled")
    assert ["cancelled", "cancelled", "running"] == await statuses(narrow, subject)
    assert [CANCELLED, CANCELLED, TOO_LATE] == await told(stack, run_id)
    assert ("Cancelled", True) == await campaign_state(stack, run_id)

    again = await waiting_in_line(
        stack, narrow, brief, subject, ["cancelled", "cancelled", "queued", "queued", "running"]
    )
    ran = stack.command("cancel", again, "--as", APPROVER, "--yes")
    assert (0, "") == (ran.returncode, ran.stderr)
    assert [2, 1] == [ran.stdout.count("confirmed · 已取消"), ran.stdout.count("too late · 已无法取消")]
    assert "at most" in ran.stdout
    assert ["cancelled"] * 4 + ["running"] == await statuses(narrow, subject)
    assert "Cancelled" == (await stack.prefect.run(again))["state"]["name"]
    assert ("Cancelled", True) == await campaign_state(stack, again)


async def test_a_waiting_run_is_cancelled_by_the_command(stack: RunningStack, tmp_path: Path) -> None:
    """A run at its gate has no process to be told: the command closes the campaign itself, and names what was paid."""
    run_id = stack.start(write_brief(tmp_path, "A kettle at the gate"))
    await stack.prefect.until_state(run_id, "Suspended")
    refused = stack.command("cancel", run_id, "--as", APPROVER)
    assert [2, True] == [refused.returncode, "--yes" in refused.stderr]
    ran = stack.command("cancel", run_id, "--as", APPROVER, "--yes")
    assert [0, True, True] == [ran.returncode, "had ended" in ran.stdout, "charged" in ran.stdout]
    assert "Cancelled" == (await stack.prefect.run(run_id))["state"]["name"]
    assert ("Cancelled", True) == await campaign_state(stack, run_id)


async def test_one_render_of_a_run_is_cancelled(stack: RunningStack, narrow: Sandbox, tmp_path: Path) -> None:
    """One queued draft is cancelled by its id, twice with the same answer, while its campaign goes on."""
    subject = "A kettle with one film too many"
    brief = write_brief(tmp_path, subject, provider=block_of(tmp_path), ratios=RATIOS)
    run_id = await waiting_in_line(stack, narrow, brief, subject, ["queued", "queued", "running"])
    queued = next(task["id"] for task in await narrow.tasks() if task["status"] == "queued")
    async with await stack.ledger() as ledger:
        render = (await ledger.find(queued)).renders[0]
    for _ in range(2):
        ran = stack.command("cancel", render.id, "--as", APPROVER, "--yes")
        assert [0, True, True] == [ran.returncode, "confirmed" in ran.stdout, "nothing" in ran.stdout]
    assert ["cancelled", "queued", "running"] == await statuses(narrow, subject)
    assert "Running" == (await stack.prefect.run(run_id))["state"]["name"]
    assert 0 == stack.command("cancel", run_id, "--as", APPROVER, "--yes").returncode
    assert ["cancelled", "cancelled", "running"] == await statuses(narrow, subject)
