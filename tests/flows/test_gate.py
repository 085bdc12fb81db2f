"""The gate: what a person's answer does, and what an answer that is no good does not."""

import pytest

from tests.flows.stage import APPROVER, Stage, small
from workprint.render import Decision, Verdict
from workprint.spec import Kind

pytestmark = pytest.mark.flow


async def finals(stage: Stage, run_id: str) -> list[str]:
    """Variants that have a final, paid or not."""
    return [claim.variant for claim in await stage.ledger.claims(run_id) if claim.kind is Kind.FINAL]


async def test_nothing_but_drafts_is_paid_before_the_answer(stage: Stage) -> None:
    """A run at its gate has bought its drafts and nothing else, and shows them above the form."""
    run_id = await stage.to_gate(small("one", "two"))
    assert [True, True] == [line["draft"] for line in await stage.charges()]
    form = await stage.form(run_id)
    for words in ("![contact sheet](http", "one-16x9-4s", "two-16x9-4s", ".webp?"):
        assert words in form
    assert form == str((await stage.artifact(run_id, f"contact-sheet-{run_id}")).data)


async def test_whoever_decides_hears_what_the_checks_noticed(stage: Stage) -> None:
    """A draft that is too short stands on record as one whose final would be held back, and the form says so; it may be
    approved all the same, and a sound one is not mentioned.
    """
    await stage.sandbox.faults({"fault": "wrong_duration", "match": {"kind": "draft", "prompt": "short"}})
    run_id = await stage.to_gate(small("short", "sound"))
    bad, good = [await stage.render(run_id, name, Kind.DRAFT) for name in ("short", "sound")]
    assert (Verdict.BLOCKED, Verdict.PASSED) == (bad.moderation, good.moderation)
    assert ["technical.duration"] == [found["rule"] for found in bad.moderation_findings]
    form = await stage.form(run_id)
    assert "- short-16x9-4s: technical.duration; **a final like this is not delivered" in form
    assert "- sound-16x9-4s:" not in form
    await stage.answer(run_id, "approve_all")
    assert "Delivered" == (await stage.perform(run_id)).name


async def test_the_form_offers_the_waiting_variants_only(stage: Stage) -> None:
    """Prefect refuses an answer that names a variant nobody asked about, and the run stays at its gate."""
    run_id = await stage.to_gate(small("one"))
    with pytest.raises(AssertionError, match="REJECT"):
        await stage.answer(run_id, "approve_some", variants=["three-16x9-4s"])
    assert (await stage.state(run_id)).is_paused()


async def test_approving_some_rejects_the_rest(stage: Stage) -> None:
    """Only the chosen variant becomes a final; the other one costs nothing more."""
    run_id = await stage.to_gate(small("one", "two"))
    await stage.answer(run_id, "approve_some", variants=["two-16x9-4s"])
    state = await stage.perform(run_id)
    assert "Delivered" == state.name
    assert ["two-16x9-4s"] == await finals(stage, run_id)
    decided = {a.variant: a.decision for a in await stage.ledger.approvals(run_id)}
    assert {"one-16x9-4s": Decision.REJECTED, "two-16x9-4s": Decision.APPROVED} == decided
    assert [] == await stage.charges("one", draft=False)


async def test_rejecting_costs_nothing_more(stage: Stage) -> None:
    """A rejected campaign completes as `Rejected`, with its drafts paid, no final ordered, and the reason on record."""
    run_id = await stage.to_gate(small("one"))
    await stage.answer(run_id, "reject", note="the watch is blue")
    state = await stage.perform(run_id)
    assert ("Rejected", True) == (state.name, state.is_completed())
    assert [] == await finals(stage, run_id)
    assert 1 == len(await stage.charges())
    (approval,) = await stage.ledger.approvals(run_id)
    assert (Decision.REJECTED, APPROVER, "the watch is blue") == (approval.decision, approval.actor, approval.note)


async def test_a_revision_makes_the_second_take_and_asks_again(stage: Stage) -> None:
    """Revise drafts take 2 with the changed prompt, comes back under a new key, and take 2 becomes the film."""
    run_id = await stage.to_gate(small("one"))
    first = (await stage.state(run_id)).state_details.pause_key
    await stage.answer(run_id, "revise", variants=["one-16x9-4s"], prompt="with a red second hand")
    state = await stage.perform(run_id)
    assert state.is_paused()
    assert first != state.state_details.pause_key
    assert "with a red second hand" in (await stage.render(run_id, "one", Kind.DRAFT, take=2)).spec.prompt
    await stage.answer(run_id, "approve_all")
    assert "Delivered" == (await stage.perform(run_id)).name
    assert [2] == [c.take for c in await stage.ledger.claims(run_id) if c.kind is Kind.FINAL]
    assert 3 == len(await stage.charges())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"decision": "approve_all", "approver": "mallory"}, "'mallory' may not approve this brief"),
        ({"decision": "approve_some"}, "approve_some needs names"),
        ({"decision": "revise", "variants": ["one-16x9-4s"]}, "revise needs a changed prompt"),
    ],
)
async def test_an_answer_that_is_no_good_is_asked_again(stage: Stage, wrong: dict[str, str], said: str) -> None:
    """The run comes back to its gate with the problem on top of the form, nothing decided, and takes a good answer."""
    run_id = await stage.to_gate(small("one"))
    await stage.answer(run_id, **wrong)
    assert (await stage.perform(run_id)).is_paused()
    form = await stage.form(run_id)
    assert form.startswith("### Please answer again")
    assert said in form
    assert () == await stage.ledger.approvals(run_id)
    await stage.answer(run_id, "reject")
    assert "Rejected" == (await stage.perform(run_id)).name


async def test_a_run_may_start_again_at_its_gate(stage: Stage) -> None:
    """A run whose gate timed out, tried again, asks again, pays no draft twice, and takes the answer."""
    run_id = await stage.to_gate(small("one"))
    assert (await stage.again(run_id)).is_paused()
    assert 1 == len(await stage.charges())
    await stage.answer(run_id, "approve_all")
    assert "Delivered" == (await stage.perform(run_id)).name
    assert 2 == len(await stage.charges())


@pytest.mark.parametrize("force", [True, False], ids=["second-ui", "first-ui"])
async def test_a_gate_that_timed_out_can_be_asked_again(stage: Stage, force: bool) -> None:
    """Whichever Retry a person presses after the time-out, the run comes back to its gate and takes the answer."""
    run_id = await stage.to_gate(small("late-forced" if force else "late"))
    await stage.fail(run_id)
    assert (await stage.again(run_id, force=force)).is_paused()
    await stage.answer(run_id, "reject")
    assert "Rejected" == (await stage.perform(run_id)).name


@pytest.mark.parametrize("force", [True, False], ids=["second-ui", "first-ui"])
async def test_an_answer_is_not_lost_with_the_process_that_was_to_read_it(stage: Stage, force: bool) -> None:
    """A run that was answered, and ended before anybody read the answer, finds it when it is tried again."""
    run_id = await stage.to_gate(small("lost-forced" if force else "lost"))
    await stage.answer(run_id, "reject")
    await stage.fail(run_id)
    assert "Rejected" == (await stage.again(run_id, force=force)).name
