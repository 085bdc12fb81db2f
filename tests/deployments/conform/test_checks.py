"""The checks as a list, and what an examination may cost."""

import re
from decimal import Decimal

import pytest

from deployments.conform.catalogue import CHECKS
from deployments.conform.foreign import worst
from deployments.conform.report import markdown
from deployments.conform.scorecard import Result, Scorecard, Verdict
from deployments.conform.specs import final_of, smallest
from deployments.conform.stage import chosen_model
from tests.workprint.builders import facts
from workprint.dialects.registry import dialect, dialects
from workprint.errors import InputError
from workprint.spec import Kind

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SUBJECTS = {
    "submit", "states", "errors", "recovery", "callbacks", "links", "cancel", "drafts", "money", "safety", "limits",
}  # fmt: skip


def card(*results: Result) -> Scorecard:
    return Scorecard("ark", "Ark", "model", "sandbox", results, 1.0)


def test_there_are_enough_checks_about_everything() -> None:
    """Every subject has its checks, each under a name of its own."""
    ids = [check.id for check in CHECKS]
    assert SUBJECTS == {check_id.partition(".")[0] for check_id in ids}
    assert len(ids) == len(set(ids)) >= 40


def test_every_check_has_a_title_in_both_languages() -> None:
    """A person reads what a check promises in English and in Chinese."""
    bad = [check.id for check in CHECKS if not check.english.endswith(".") or not CHINESE.search(check.chinese)]
    assert bad == []


def test_every_reason_to_leave_a_check_out_is_told_in_both_languages() -> None:
    """What a provider does not offer is named in English and in Chinese."""
    needs = {need for check in CHECKS for need in check.needs}
    assert [] == [need for need in needs if not need.english or not CHINESE.search(need.chinese)]


def test_a_real_server_is_asked_what_it_can_answer() -> None:
    """The checks of a real server cover the submit, the list, the key, the model, the link, a cancel and a final."""
    live = {check.id for check in CHECKS if check.live}
    wanted = {
        "submit.accepted", "states.succeeded", "states.unknown_id", "recovery.listed", "errors.auth",
        "errors.parameters", "links.film", "cancel.late", "cancel.at_once", "drafts.native_final", "safety.key_nowhere",
    }  # fmt: skip
    assert wanted <= live


def test_the_highest_cost_is_that_of_everything_ordered() -> None:
    """Without a final it is two drafts where the provider can cancel, with one the final's price comes on top."""
    model, language = facts(), dialect("ark")
    draft = smallest(model)
    dear = worst(model, language, final=True)
    assert worst(model, language, final=False).amount == 2 * model.price(draft).amount
    assert dear.amount == 2 * model.price(draft).amount + model.price(final_of(draft, model)).amount
    assert dear.currency == model.currency


def test_without_a_cancel_one_draft_is_ordered() -> None:
    """Where nothing can be cancelled, only one draft is ordered, and the words say so."""
    cost = worst(chosen_model("kling", None), dialect("kling"), final=False)
    assert cost.films == "one draft"
    assert cost.amount is not None
    assert cost.amount > 0


def test_no_price_is_no_cost_of_nothing() -> None:
    """A model without a known price has no highest cost: it is not called free."""
    unpriced = facts().model_copy(update={"prices": ()})
    assert worst(unpriced, dialect("ark"), final=False).amount is None


@pytest.mark.parametrize("name", [language.name for language in dialects()])
def test_every_dialect_has_a_model_to_be_examined_with(name: str) -> None:
    """Without a wish a model on sale is taken, and its smallest film is a draft."""
    assert smallest(chosen_model(name, None)).kind is Kind.DRAFT


def test_a_model_nobody_knows_is_refused() -> None:
    """A wished model without facts is refused, naming the known ones."""
    with pytest.raises(InputError, match="no facts and prices are known"):
        chosen_model("ark", "no-such-model")


def test_a_scorecard_conforms_only_when_something_was_checked_and_nothing_failed() -> None:
    """One failure, or no check at all, is no conformance; what is not offered counts neither way."""
    good, bad, none = (Result(CHECKS[0], verdict) for verdict in Verdict)
    verdicts = [card(good).conforms, card(good, none).conforms, card(good, bad).conforms, card(none).conforms]
    assert verdicts == [True, True, False, False]


def test_a_scorecard_counts_and_names_what_is_not_offered() -> None:
    """The values of a scorecard say how many of how many passed, and which checks had nothing to check."""
    values = card(Result(CHECKS[0], Verdict.PASSED), Result(CHECKS[1], Verdict.NOT_OFFERED, reason="no")).to_json()
    assert [1, 1, [CHECKS[1].id]] == [values["passed"], values["offered"], values["not_offered"]]


def test_the_page_tells_every_verdict_apart() -> None:
    """A failed check stands out in the table, and a reason is told with the checks it takes out."""
    results = [Result(check, Verdict.PASSED) for check in CHECKS[2:]]
    failed = Result(CHECKS[0], Verdict.FAILED, "this", "that")
    page = markdown(
        [card(failed, Result(CHECKS[1], Verdict.NOT_OFFERED, reason="no such thing", reason_zh="无"), *results)]
    )
    assert page.count("✗ |") == 1
    assert f"no such thing (无): `{CHECKS[1].id}`" in page


def test_amounts_are_added_exactly() -> None:
    """Money is decimal, never a binary fraction."""
    assert isinstance(worst(facts(), dialect("ark"), final=True).amount, Decimal)
