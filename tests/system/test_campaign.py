"""A whole campaign through the command line and the Prefect API: from a file to verified bytes, and its explanation."""

import asyncio
import hashlib
import json
import sys
from asyncio.subprocess import PIPE
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from blocks.ledger.reading import Trace
from deployments.objectstore import ObjectStore
from tests.deployments.cli.command import environment
from tests.system.briefs import APPROVER, write_brief
from tests.system.stack import RunningStack
from workprint.render import Asset, Decision, Place
from workprint.spec import Kind
from workprint.states import RenderState

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
async def told(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Trace:
    """What the ledger knows of one campaign of two variants that ran, was approved and was delivered."""
    folder = tmp_path_factory.mktemp("campaign")
    run_id = stack.start(write_brief(folder, "A glass of tea on a window sill", ratios=["16:9", "9:16"]))
    await stack.prefect.until_state(run_id, "Suspended")
    await stack.prefect.resume(run_id, decision="approve_all", approver=APPROVER, note="clear steam")
    await stack.prefect.until_state(run_id, "Delivered")
    async with await stack.ledger() as ledger:
        return await ledger.find(run_id)


def _delivered(told: Trace) -> list[Asset]:
    return [asset for asset in told.assets if asset.place is Place.DELIVERY]


def _bytes(stack: RunningStack, asset: Asset) -> bytes:
    """What S3 really holds, asked for with plain boto3."""
    store = ObjectStore(stack.home.s3, stack.state.ports["s3"])
    client = boto3.client(
        "s3",
        endpoint_url=store.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=store.access_key,
        aws_secret_access_key=store.secret_key,
    )
    try:
        return bytes(client.get_object(Bucket=asset.bucket, Key=asset.key)["Body"].read())
    finally:
        client.close()


def test_the_bucket_holds_what_the_ledger_says(stack: RunningStack, told: Trace) -> None:
    """Two films lie in delivery, and their bytes have the size and the SHA-256 of the ledger."""
    films = _delivered(told)
    bodies = [_bytes(stack, film) for film in films]
    assert len(films) == 2
    assert [(film.size, film.sha256) for film in films] == [(len(b), hashlib.sha256(b).hexdigest()) for b in bodies]


def test_a_person_is_on_record_for_every_final(told: Trace) -> None:
    """Each variant has one approval with the name, the note and a highest price, and its final points to it."""
    assert {(APPROVER, "clear steam", Decision.APPROVED)} == {(a.actor, a.note, a.decision) for a in told.approvals}
    finals = [render for render in told.renders if render.kind is Kind.FINAL]
    assert sorted(a.id for a in told.approvals) == sorted(str(final.approval_id) for final in finals)
    assert all(a.max_amount and a.max_amount > 0 for a in told.approvals)


async def test_the_ledger_agrees_with_the_bill(stack: RunningStack, told: Trace) -> None:
    """Every render was charged once, and the ledger has the provider's very amounts."""
    bill = {charge["task_id"]: Decimal(charge["amount"]) for charge in (await stack.sandbox.bill())["charges"]}
    paid = await stack.paid("A glass of tea on a window sill")
    assert sorted(str(render.task_id) for render in told.renders) == sorted(paid)
    assert {render.task_id: render.charge_amount for render in told.renders} == {task: bill[task] for task in paid}
    assert {RenderState.ARCHIVED} == {render.state for render in told.renders}


@pytest.mark.parametrize("what", ["render", "task", "campaign", "key", "link"])
def test_trace_answers_from_whatever_one_has_in_hand(stack: RunningStack, told: Trace, what: str) -> None:
    """Each of the names a film goes by leads to the same film and to its campaign."""
    film = _delivered(told)[0]
    render = next(render for render in told.renders if render.id == film.render_id)
    names = {
        "render": render.id,
        "task": render.task_id,
        "campaign": render.campaign_id,
        "key": f"s3://{film.bucket}/{film.key}",
        "link": render.link,
    }
    shown = stack.command("trace", str(names[what]), "--json")
    found: dict[str, Any] = json.loads(shown.stdout)
    assert [0, ""] == [shown.returncode, shown.stderr]
    assert told.campaigns[0].id in {campaign["id"] for campaign in found["campaigns"]}
    assert film.sha256 in {asset["sha256"] for asset in found["assets"]}


async def test_a_rejected_campaign_ends_well_and_costs_only_its_draft(stack: RunningStack, tmp_path: Path) -> None:
    """`run` follows to the gate, `reject` ends the wait, the exit codes are 0, and no final was paid."""
    brief = write_brief(tmp_path, "A cold teapot")
    argv = (sys.executable, "-m", "deployments.cli", "run", str(brief))
    following = await asyncio.create_subprocess_exec(*argv, env=environment(stack.home.root), stdout=PIPE)
    assert following.stdout is not None
    run_id = (await following.stdout.readline()).decode().split()[1]
    await stack.prefect.until_state(run_id, "Suspended")
    rejected = stack.command("reject", run_id, "--as", APPROVER, "--reason", "too cold")
    said = (await following.stdout.read()).decode()
    await following.wait()
    assert [0, 0] == [rejected.returncode, following.returncode]
    assert f"workprint approve {run_id}" in said
    assert (await stack.prefect.run(run_id))["state"]["name"] == "Rejected"
    assert len(await stack.paid("A cold teapot")) == 1


async def test_a_brief_over_its_budget_costs_nothing(stack: RunningStack, tmp_path: Path) -> None:
    """The run fails before its first draft, and `run` says by how much and ends with 1."""
    brief = write_brief(tmp_path, "A golden teapot", budget={"amount": "0.10", "currency": "CNY"})
    ran = stack.command("run", str(brief))
    assert [1, True] == [ran.returncode, "too much" in ran.stdout]
    assert [] == [task for task in await stack.sandbox.tasks() if "golden" in task["prompt"]]


def test_a_bad_brief_never_becomes_a_run(stack: RunningStack, tmp_path: Path) -> None:
    """A wrong field ends with 2, names the field, and no flow run is made."""
    ran = stack.command("run", str(write_brief(tmp_path, "A teapot", ratios=["2:1"])), "--no-follow")
    assert [2, True, ""] == [ran.returncode, "ratios" in ran.stderr, ran.stdout]


@pytest.mark.parametrize(
    "words", [("approve", "--as", "x", "--note", "y"), ("reject", "--as", "x", "--reason", "y"), ("trace",)]
)
def test_an_unknown_run_is_wrong_input(stack: RunningStack, words: tuple[str, ...]) -> None:
    """Nobody can answer or trace what there never was: exit code 2, and the id is named."""
    unknown = str(uuid4())
    ran = stack.command(words[0], unknown, *words[1:])
    assert [2, True] == [ran.returncode, unknown in ran.stderr]


def test_an_ended_run_takes_no_answer(stack: RunningStack, told: Trace) -> None:
    """Approving what is delivered already ends with 2 and says what state the run is in."""
    ran = stack.command("approve", told.campaigns[0].id, "--as", APPROVER, "--note", "again")
    assert [2, True] == [ran.returncode, "Delivered" in ran.stderr]
