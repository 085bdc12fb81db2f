"""Votes: what the people's words together decide, and who is still missing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.policy import ApproverRole, Channel, Terms, person
from workprint.render import Decision
from workprint.votes import Missing, Vote, missing, settle

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
YES, NO, CHANGES = Decision.APPROVED, Decision.REJECTED, Decision.REVISE
LEGAL, BRAND = ApproverRole.LEGAL, ApproverRole.BRAND


def vote(who: str, decision: Decision = YES, *roles: ApproverRole, minute: int = 0) -> Vote:
    """One person's word on one variant."""
    at = NOON + timedelta(minutes=minute)
    name = f"vot_{who}_{minute}"
    return Vote(name, "gat_1", "cmp", "hero", 1, "0" * 64, decision, who, roles, Channel.CLI, "because", at)


PEOPLE = st.sampled_from(["ann", " Ann", "ben", "mei"])
WORDS = st.tuples(PEOPLE, st.sampled_from([YES, NO, CHANGES]), st.sets(st.sampled_from(ApproverRole), max_size=2))
TERMS = st.builds(
    Terms, st.integers(1, 3), st.sets(st.sampled_from(ApproverRole), max_size=2).map(lambda roles: tuple(sorted(roles)))
)


def said(words: list[tuple[str, Decision, set[ApproverRole]]]) -> list[Vote]:
    """Votes in the order they were cast."""
    return [vote(who, what, *sorted(roles), minute=minute) for minute, (who, what, roles) in enumerate(words)]


@given(TERMS, st.lists(WORDS, max_size=6))
def test_a_yes_needs_the_quorum_and_every_role(
    terms: Terms, words: list[tuple[str, Decision, set[ApproverRole]]]
) -> None:
    """Whenever it is a yes, so many different people said yes last, every role is among them, and nobody said no."""
    end = settle(terms, said(words))
    last = {person(one.actor): one for one in said(words)}
    if end is not None and end.decision is YES:
        assert {YES} == {one.decision for one in last.values()}
        assert len({person(one.actor) for one in end.votes}) == len(end.votes) >= terms.quorum
        assert set(terms.roles) <= {role for one in end.votes for role in one.roles}


@given(TERMS, st.lists(WORDS, min_size=1, max_size=6))
def test_one_no_is_enough(terms: Terms, words: list[tuple[str, Decision, set[ApproverRole]]]) -> None:
    """As long as somebody's newest word is a no it is rejected, and else a wish for changes decides."""
    newest = {person(one.actor): one.decision for one in said(words)}.values()
    end = settle(terms, said(words))
    if NO in newest:
        assert end is not None
        assert NO is end.decision
    elif CHANGES in newest:
        assert end is not None
        assert CHANGES is end.decision


@given(TERMS, st.lists(WORDS, max_size=6))
def test_settled_and_missing_exclude_each_other(
    terms: Terms, words: list[tuple[str, Decision, set[ApproverRole]]]
) -> None:
    """Of yes votes alone, either somebody is missing or it is decided."""
    yes = said([(who, YES, roles) for who, _, roles in words])
    latest = {person(one.actor): one for one in yes}.values()
    assert bool(missing(terms, latest)) == (settle(terms, yes) is None)


def test_who_changes_their_mind_counts_once() -> None:
    """The newer word of a person takes the place of the older one, however the name is spelt."""
    mind = [vote("Ann", NO), vote("ann ", YES, minute=1)]
    end = settle(Terms(1), mind)
    assert end is not None
    assert (YES, (mind[1],)) == (end.decision, end.votes)
    assert settle(Terms(2), mind) is None


@pytest.mark.parametrize(
    ("what", "english", "chinese"),
    [
        (Missing(1, ()), "1 more approval", "还需 1 人审批"),
        (Missing(2, (LEGAL,)), "2 more approvals (roles: legal)", "还需 2 人审批（角色：legal）"),
        (Missing(0, (BRAND,)), "1 more approval (roles: brand)", "还需 1 人审批（角色：brand）"),
    ],
)
def test_who_is_missing_is_said_in_both_languages(what: Missing, english: str, chinese: str) -> None:
    """How many people and which roles are missing, in words; a role alone needs one more person."""
    assert f"{english} · {chinese}" == str(what)
