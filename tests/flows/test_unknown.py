"""What nobody can know goes to a person, at the terminal, and the campaign goes on from there."""

import asyncio
import json
import subprocess
from pathlib import Path

import pytest

from tests.deployments.cli.command import workprint
from tests.flows.stage import MODEL, PROVIDER, Stage, save, small
from tests.servers.prefect import PrefectServer
from workprint.models import model_facts
from workprint.plan import Plan
from workprint.render import Render
from workprint.spec import Kind
from workprint.states import RenderState

pytestmark = pytest.mark.flow

#: A relay that strips our reference, and loses the answer to our own submit.
STRIPPED = {"fault": "list_without_reference", "times": 0, "match": {"prompt": ""}}
LOST = {"fault": "garbled_answer", "match": {"nth": 2}}


class Terminal:
    """The commands as a person has them, over the stage's ledger and Prefect server."""

    def __init__(self, home: Path, server: PrefectServer) -> None:
        self._home = home / "home"
        self._env = {"PREFECT_API_URL": server.api_url, "WORKPRINT_LEDGER_URL": f"sqlite:///{home}/ledger.db"}

    async def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(workprint, self._home, *words, **self._env)


@pytest.fixture
def terminal(tmp_path: Path, prefect_server: PrefectServer) -> Terminal:
    return Terminal(tmp_path, prefect_server)


async def lost(stage: Stage) -> tuple[str, Render]:
    """A campaign that ended because two tasks could be its draft: its own, and one of somebody else."""
    await save(PROVIDER, stage.provider.model_copy(update={"list_lag": 0.0, "read_timeout": 1.0}))
    await stage.sandbox.faults(STRIPPED, LOST)
    brief = small()
    run_id = await stage.open(brief)
    plan = Plan(run_id, brief, model_facts(MODEL, "ark"), {"hero": ()})
    await stage.provider.submit(plan.draft(plan.variants()[0]), {}, client_ref="somebody-else")
    assert "Outcome unknown" == (await stage.perform(run_id)).name
    return run_id, await stage.render(run_id, "hero", Kind.DRAFT)


async def test_the_list_names_the_candidates(stage: Stage, terminal: Terminal) -> None:
    """`unknown list --ask` shows every task that could be it, and the doctor counts the render with its price."""
    _, render = await lost(stage)
    said = json.loads((await terminal("unknown", "list", "--ask", "--json")).stdout)
    (row,) = said["unknown"]
    tasks = {task["id"] for task in await stage.sandbox.tasks()}
    assert (render.id, tasks) == (row["render"], {found["task"] for found in row["candidates"]})
    examined = await terminal("doctor")
    assert "sandbox: unknown renders: 1, ordered again they may cost" in examined.stdout


async def test_an_adopted_task_brings_the_campaign_to_its_gate(stage: Stage, terminal: Terminal) -> None:
    """After `unknown adopt` the ended run is scheduled again, and goes on with the task that was paid for."""
    run_id, render = await lost(stage)
    ours = next(task["id"] for task in await stage.sandbox.tasks() if "garbled_answer" in task["faults"])
    ran = await terminal("unknown", "adopt", render.id, ours, "--as", "Mei")
    assert (0, True) == (ran.returncode, f"Campaign {run_id} goes on" in ran.stdout), ran
    assert (await stage.state(run_id)).is_scheduled()
    assert (await stage.perform(run_id)).is_paused()
    assert 2 == len(await stage.sandbox.tasks())


async def test_a_new_take_is_made_only_on_a_persons_word(stage: Stage, terminal: Terminal) -> None:
    """After `give-up --new-take` the run orders take 2 with the same prompt, and reports what became of take 1."""
    run_id, render = await lost(stage)
    assert "Outcome unknown" == (await stage.again(run_id)).name
    assert 2 == len(await stage.sandbox.tasks())
    await stage.sandbox.faults()
    words = ("--as", "Mei", "--reason", "two of them", "--new-take", "--yes")
    assert 0 == (await terminal("unknown", "give-up", render.id, *words)).returncode
    assert (await stage.perform(run_id)).is_paused()
    second = await stage.render(run_id, "hero", Kind.DRAFT, take=2)
    assert (render.spec.prompt, RenderState.ARCHIVED) == (second.spec.prompt, second.state)
    await stage.answer(run_id, "approve_all")
    assert "Delivered" == (await stage.perform(run_id)).name
    told = str((await stage.artifact(run_id, f"report-{run_id}")).data)
    assert "given up by Mei: two of them" in told


async def test_what_is_only_given_up_ends_the_campaign_with_that_word(stage: Stage, terminal: Terminal) -> None:
    """Without `--new-take` nothing more is ordered, and the run ends as `Given up`."""
    run_id, render = await lost(stage)
    ran = await terminal("unknown", "give-up", render.id, "--as", "Mei", "--reason", "too dear", "--yes")
    assert 0 == ran.returncode
    assert "Given up" == (await stage.perform(run_id)).name
    assert 2 == len(await stage.sandbox.tasks())


async def test_the_doctor_finds_everything_in_its_place(stage: Stage, terminal: Terminal) -> None:
    """With blocks, ledger and bucket there, what is missing on this server is named and nothing else is a problem."""
    said = json.loads((await terminal("doctor", "--json")).stdout)
    levels = {check["name"]: check["level"] for check in said["checks"]}
    wanted = ["python", "prefect", "ledger", "bucket", "block ledger", "block archive", "block callback"]
    wanted += [f"sandbox: {name}" for name in ("dialect", "model", "recovery", "callbacks", "unknown renders")]
    assert {"ok"} == {levels[name] for name in wanted}
    assert ("ok", "problem") == (levels["deployment campaign"], levels["deployment rescue"])
