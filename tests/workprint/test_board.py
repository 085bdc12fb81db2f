"""The board: what is left to do, from the ledger alone."""

import pytest

from tests.workprint.builders import approval, board, claim, draft, failed, final, given_up, plan, without_drafts
from workprint.render import Decision
from workprint.spec import Kind
from workprint.states import TERMINAL, RenderState

PLAN = plan()
FIRST, SECOND, THIRD = PLAN.variants()
DIRECT = without_drafts()


def test_an_empty_ledger_means_everything_is_to_be_drafted() -> None:
    """At the start every variant wants a draft, and nobody is asked or served."""
    empty = board(PLAN)
    assert ((FIRST, SECOND, THIRD), (), ()) == (empty.to_draft, empty.waiting, empty.approved)


@pytest.mark.parametrize("state", RenderState)
def test_a_draft_is_waited_for_until_it_has_ended(state: RenderState) -> None:
    """A draft in any state but an end is still to be made, an archived one is shown, and a dead one is neither."""
    here = board(PLAN, draft(PLAN, FIRST, state))
    assert (state not in TERMINAL) == (FIRST in here.to_draft)
    assert (state is RenderState.ARCHIVED) == (FIRST in here.waiting)


@pytest.mark.parametrize("decision", [Decision.APPROVED, Decision.REJECTED])
def test_nobody_is_asked_twice(decision: Decision) -> None:
    """A decided variant neither waits nor is drafted again."""
    here = board(PLAN, draft(PLAN, FIRST, RenderState.ARCHIVED), approval(FIRST, decision))
    assert (SECOND, THIRD) == here.to_draft
    assert () == here.waiting


def test_only_the_approved_become_finals() -> None:
    """Approved variants come with their approval, in the brief's order; rejected ones do not come."""
    yes, also, no = approval(THIRD), approval(FIRST), approval(SECOND, Decision.REJECTED)
    assert ((FIRST, also), (THIRD, yes)) == board(PLAN, yes, no, also).approved


def test_revise_makes_a_new_take() -> None:
    """A revised variant stands at its next take with the changed prompt, and is drafted again."""
    here = board(PLAN, draft(PLAN, FIRST, RenderState.ARCHIVED), approval(FIRST, Decision.REVISE))
    (newest, *_) = here.current
    assert (FIRST.name, 2, "closer") == (newest.name, newest.take, newest.prompt_override)
    assert newest in here.to_draft
    assert () == here.waiting


def test_revised_again_is_the_third_take() -> None:
    """Each round counts one take more, and the last prompt holds."""
    second = FIRST.revised("closer", 2)
    again = approval(second, Decision.REVISE, prompt="closer still")
    here = board(PLAN, approval(FIRST, Decision.REVISE), again)
    assert (3, "closer still") == (here.current[0].take, here.current[0].prompt_override)


@pytest.mark.parametrize("kind", Kind)
def test_a_render_given_up_for_a_new_take_makes_one(kind: Kind) -> None:
    """A draft or final given up for a new take is followed by the next take with the same prompt, from its draft on."""
    lost = given_up(PLAN.draft(FIRST) if kind is Kind.DRAFT else PLAN.final(FIRST))
    here = board(PLAN, claim(FIRST, lost), *([approval(FIRST)] if kind is Kind.FINAL else []))
    (newest, *_) = here.current
    assert (FIRST.name, 2, FIRST.prompt) == (newest.name, newest.take, newest.prompt)
    assert newest in here.to_draft
    assert PLAN.draft(FIRST).fingerprint != PLAN.draft(newest).fingerprint


def test_without_that_word_there_is_no_new_take() -> None:
    """A render that was only given up, or is still unknown, orders nothing more."""
    for render in (given_up(PLAN.draft(FIRST), new_take=False), draft(PLAN, FIRST, RenderState.UNKNOWN).render):
        assert FIRST == board(PLAN, claim(FIRST, render)).current[0]


def test_a_new_take_is_not_one_the_brief_has_already() -> None:
    """Where the brief itself wants two takes, the new take of the first is a third film."""
    twice = plan(takes=2, ratios=["9:16"])
    one, two = twice.variants()
    here = board(twice, claim(one, given_up(twice.draft(one))), draft(twice, two, RenderState.ARCHIVED))
    newest, other = here.current
    assert (one.name, two) == (newest.name, other)
    assert twice.draft(newest).fingerprint != twice.draft(two).fingerprint


def test_a_new_take_keeps_the_reviewers_words() -> None:
    """A revised take that was lost and given up is tried again with the revised prompt."""
    second = FIRST.revised("closer", 2)
    here = board(PLAN, approval(FIRST, Decision.REVISE), claim(second, given_up(PLAN.draft(second))))
    assert (3, "closer") == (here.current[0].take, here.current[0].prompt_override)


def test_what_was_given_up_stays_committed() -> None:
    """The highest price of a render given up counts against the campaign, beside the new take."""
    here = board(PLAN, claim(FIRST, given_up(PLAN.draft(FIRST))))
    assert here.claims[0].render.charge_amount == here.committed


def test_an_old_takes_draft_does_not_serve_the_new_take() -> None:
    """What was bought for take 1 is neither shown nor approved as take 2."""
    old = draft(PLAN, FIRST, RenderState.ARCHIVED)
    here = board(PLAN, old, approval(FIRST, Decision.REVISE))
    assert (None, None) == (here.render(here.current[0], Kind.DRAFT), here.decision(here.current[0]))
    assert old.render == here.render(FIRST, Kind.DRAFT)


def test_takes_of_the_brief_stand_apart() -> None:
    """A revision of the first take and the brief's own second take are two variants."""
    twice = plan(takes=2, ratios=["9:16"])
    one, two = twice.variants()
    here = board(twice, approval(one, Decision.REVISE), approval(two))
    assert [("hero-9x16-5s", 2), ("hero-9x16-5s-t2", 2)] == [(v.name, v.take) for v in here.current]
    assert [two] == [variant for variant, _ in here.approved]


def test_without_drafts_the_gate_comes_first() -> None:
    """A brief without drafts has nothing to draft, and asks about every variant at once."""
    assert ((), DIRECT.variants()) == (board(DIRECT).to_draft, board(DIRECT).waiting)


def test_draft_and_final_are_told_apart() -> None:
    """The draft and the final of one take are two claims."""
    here = board(PLAN, draft(PLAN, FIRST, RenderState.ARCHIVED), final(PLAN, FIRST, RenderState.QUEUED))
    (one, two) = here.renders()
    assert (one, two) == (here.render(FIRST, Kind.DRAFT), here.render(FIRST, Kind.FINAL))
    assert here.claim(SECOND, Kind.FINAL) is None


def test_a_failed_draft_does_not_sink_the_others() -> None:
    """The others still wait for a person when one draft has failed."""
    bad = failed(of=PLAN.draft(FIRST))
    here = board(PLAN, draft(PLAN, FIRST, bad.state), draft(PLAN, SECOND, RenderState.ARCHIVED))
    assert ((THIRD,), (SECOND,)) == (here.to_draft, here.waiting)
