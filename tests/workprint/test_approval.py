"""What an approval covers, and how the gate's answer is read: nothing is approved by accident."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import spec
from workprint.approval import Answer, decisions, problems_of
from workprint.render import Decision
from workprint.spec import Kind

PENDING = ("hero-9x16-5s", "hero-16x9-5s", "hero-1x1-5s")
FINAL = spec(kind=Kind.FINAL, resolution="1080p", draft="d" * 64)
DECISIONS = ("approve_all", "approve_some", "reject", "revise", "draft_again", "recorded")


def answer(decision: str, variants: tuple[str, ...] = (), **changes: str) -> Answer:
    given = {"prompt": "closer", "approver": "ben", "note": "fine", **changes}
    return Answer(decision, variants, **given)


ANSWERS = st.builds(
    answer,
    st.sampled_from([*DECISIONS, "", "aprove_all"]),
    st.lists(st.sampled_from([*PENDING, "other-1x1-5s"]), max_size=5).map(tuple),
)


def paths(given: Answer) -> list[str]:
    return [problem.path for problem in problems_of(given, PENDING)]


@given(ANSWERS)
def test_decisions_are_about_waiting_variants_only(given_: Answer) -> None:
    """Whatever was typed, nothing is decided about a variant that does not wait here."""
    assert decisions(given_, PENDING).keys() <= set(PENDING)


@given(ANSWERS)
def test_nothing_unchosen_is_approved(given_: Answer) -> None:
    """Only `approve_all`, or `approve_some` with the very name, approves a variant."""
    approved = {name for name, decision in decisions(given_, PENDING).items() if decision is Decision.APPROVED}
    match given_.decision:
        case "approve_all":
            assert set(PENDING) == approved
        case "approve_some":
            assert set(PENDING) & set(given_.variants) == approved
        case _:
            assert not approved


@given(ANSWERS)
def test_order_of_names_does_not_matter(given_: Answer) -> None:
    """The same names in another order, or twice, are the same answer."""
    shuffled = answer(given_.decision, (*reversed(given_.variants), *given_.variants))
    assert decisions(given_, PENDING) == decisions(shuffled, PENDING)


@given(st.sampled_from(DECISIONS))
def test_no_variant_waiting_means_no_decision(decision: str) -> None:
    """Where nothing waits, no answer decides anything."""
    assert {} == decisions(answer(decision, PENDING), ())


def test_approve_some_rejects_the_rest() -> None:
    """What was not chosen is rejected, so that the run can end."""
    assert [Decision.APPROVED, Decision.REJECTED, Decision.REJECTED] == list(
        decisions(answer("approve_some", PENDING[:1]), PENDING).values()
    )


def test_an_empty_choice_approves_nothing() -> None:
    """`approve_some` without a name rejects every variant, and is refused before that."""
    assert {Decision.REJECTED} == set(decisions(answer("approve_some"), PENDING).values())
    assert ["variants"] == paths(answer("approve_some"))


def test_reject_without_names_rejects_all() -> None:
    """`reject` alone ends every waiting variant."""
    assert dict.fromkeys(PENDING, Decision.REJECTED) == decisions(answer("reject"), PENDING)


def test_reject_with_names_leaves_the_rest_waiting() -> None:
    """`reject` with names ends only these."""
    assert {PENDING[1]: Decision.REJECTED} == decisions(answer("reject", (PENDING[1],)), PENDING)


def test_reject_of_a_misspelt_name_rejects_nothing() -> None:
    """A name that does not wait here is no reason to reject every variant."""
    assert {} == decisions(answer("reject", ("hero-9x61-5s",)), PENDING)


def test_revise_leaves_the_rest_waiting() -> None:
    """`revise` asks for a new take of the chosen, and says nothing of the others."""
    assert {PENDING[2]: Decision.REVISE} == decisions(answer("revise", (PENDING[2],)), PENDING)


@pytest.mark.parametrize(
    "good",
    [
        answer("approve_all", prompt=""),
        answer("approve_some", PENDING[:2], prompt=""),
        answer("reject", prompt=""),
        answer("reject", PENDING[:1], prompt=""),
        answer("revise", PENDING[:1]),
    ],
    ids=lambda good: f"{good.decision}-{len(good.variants)}",
)
def test_a_whole_answer_has_no_problem(good: Answer) -> None:
    """Each decision with what it needs is taken as it is."""
    assert [] == paths(good)


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (answer("approve_all", note="\n"), ["note"]),
        (answer("approve_all", PENDING[:1]), ["variants"]),
        (answer("approve_some"), ["variants"]),
        (answer("approve_some", ("hero-4x3-5s",)), ["variants"]),
        (answer("revise", PENDING[:1], prompt=" "), ["prompt"]),
        (answer("revise"), ["variants"]),
        (answer("revise", ("nobody", "no"), approver="", note="", prompt=""), [
            "variants", "variants", "note", "prompt",
        ]),
    ],
    ids=lambda value: value.decision if isinstance(value, Answer) else "",
)  # fmt: skip
def test_everything_wrong_is_said_at_once(bad: Answer, expected: list[str]) -> None:
    """All problems of an answer come together, each with its field."""
    assert expected == paths(bad)


def test_problems_speak_chinese_too() -> None:
    """Every problem of an answer has its Chinese sentence."""
    bad = answer("revise", ("nobody",), approver="", note="", prompt="")
    others = (bad, answer("revise"), answer("approve_all", PENDING))
    assert all(p.zh for given_ in others for p in problems_of(given_, PENDING))
