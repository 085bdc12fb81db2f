"""A project's approval policy at the gate of a real run."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from blocks.approval_policy import ApprovalPolicy
from deployments.boards import board_in
from flows.rescue import rescue
from tasks.voting import Ballot, cast, typed
from tests.flows.stage import APPROVER, Stage, save, small
from workprint.policy import Channel
from workprint.render import Decision
from workprint.spec import Kind

pytestmark = pytest.mark.flow
MEI = "mei@example.com"


async def test_two_people_must_agree(stage: Stage) -> None:
    """With a quorum of two the first yes is on record and the form asks on, saying who is missing; the requester and a
    second yes of the same person do not help; the second person's yes, with the role, lets the final through.
    """
    policy = {"quorum": 2, "roles": ["legal"], "approvers": [{"name": APPROVER}, {"name": MEI, "roles": ["legal"]}]}
    await save("policy-two-eyes", ApprovalPolicy(**policy))
    run_id = await stage.to_gate(small("one", project="two-eyes", approvers=[]))
    for who, said in ((APPROVER, "1 more approval (roles: legal)"), ("eve", "may not approve"), (APPROVER, "legal")):
        await stage.answer(run_id, "approve_all", approver=who)
        assert (await stage.perform(run_id)).is_paused()
        assert said in await stage.form(run_id)
    assert () == await stage.ledger.approvals(run_id)
    await stage.answer(run_id, "approve_all", approver=MEI)
    assert "Delivered" == (await stage.perform(run_id)).name
    (approval,) = await stage.ledger.approvals(run_id)
    assert ({APPROVER, MEI}, "legal", "prefect-ui") == (
        set(approval.actor.split(", ")),
        approval.role,
        approval.channel,
    )


async def test_a_decision_while_prefect_is_away_is_not_lost(stage: Stage) -> None:
    """What was decided in the ledger while nobody could wake the run, rescue wakes it for; two passes at once wake it
    once.
    """
    run_id = await stage.to_gate(small("one"))
    gate = await stage.ledger.gates.current(run_id)
    assert gate is not None
    board = board_in(await stage.ledger.find(run_id), run_id)
    assert board is not None
    await cast(
        stage.ledger, board, gate, {"one-16x9-4s": Ballot(Decision.APPROVED)}, typed(gate, APPROVER, Channel.CLI)
    )
    told = [str(state.message) for state in await asyncio.gather(*(rescue(return_state=True) for _ in range(2)))]
    assert 1 == sum("1 run scheduled" in message for message in told), told
    assert "Delivered" == (await stage.perform(run_id)).name
    assert 2 == len(await stage.charges())


async def test_a_take_again_with_the_same_words(stage: Stage) -> None:
    """`draft_again` makes take 2 from the same prompt, and the ledger says which decision asked for it."""
    run_id = await stage.to_gate(small("one"))
    await stage.answer(run_id, "draft_again", variants=["one-16x9-4s"])
    assert (await stage.perform(run_id)).is_paused()
    first, second = [await stage.claim(run_id, "one", Kind.DRAFT, take) for take in (1, 2)]
    assert first.render.spec.prompt == second.render.spec.prompt
    (revision,) = await stage.ledger.approvals(run_id)
    assert (Decision.REVISE, revision.id, None) == (revision.decision, second.revision_id, first.revision_id)


async def test_a_draft_the_provider_forgot_is_asked_about_again(stage: Stage) -> None:
    """Where the provider forgot a draft the run asks about another take, or a final from the same prompt and seed, with
    both prices; a yes then pays a final that is not made from the draft.
    """
    run_id = await stage.to_gate(small("one"))
    _submitted_long_ago(stage, timedelta(days=8))
    assert (await stage.again(run_id)).is_paused()
    form = await stage.form(run_id)
    assert "it will be another film than the draft" in form
    assert "draft_again 0." in form
    await stage.answer(run_id, "approve_all")
    assert "Delivered" == (await stage.perform(run_id)).name
    assert not (await stage.render(run_id, "one", Kind.FINAL)).spec.native


async def test_rescue_lets_a_gate_lapse_whose_drafts_are_forgotten(stage: Stage) -> None:
    """A gate that ends because the provider forgets its draft is not denied: the run asks again."""
    run_id = await stage.open(small("one"))
    assert (await stage.perform(run_id)).is_paused()
    # Asked anew, so that the deadline is that of the draft's handle, some seconds from now.
    _submitted_long_ago(stage, timedelta(days=7) - timedelta(minutes=10, seconds=8))
    (gate,) = await stage.ledger.gates.of(run_id)
    await stage.ledger.gates.lapse(gate.id)
    assert (await stage.again(run_id)).is_paused()
    await stage.past_its_deadline(run_id)
    assert "1 gate closed" in ((await rescue(return_state=True)).message or "")
    assert () == await stage.ledger.approvals(run_id)
    assert (await stage.perform(run_id)).is_paused()
    assert "it will be another film than the draft" in await stage.form(run_id)


def _submitted_long_ago(stage: Stage, age: timedelta) -> None:
    """The drafts of the ledger as if they had been submitted so long before."""
    path = stage.ledger_path
    then = (datetime.now(UTC) - age).isoformat(timespec="microseconds")
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("UPDATE renders SET submitted_at = ?", (then,))
