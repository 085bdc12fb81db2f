"""The end of a campaign: its status, its costs, its name and its words."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import (
    EMULATED,
    approval,
    asset,
    board,
    claim,
    draft,
    final,
    given_up,
    plan,
    without_drafts,
)
from workprint.board import Board
from workprint.charges import ChargeState
from workprint.failures import FailureKind, Stage
from workprint.plan import Plan
from workprint.render import Approval, Asset, CancelState, Claim, Decision, Verdict
from workprint.report import WORDS, Ending, Line, ending, lines, markdown
from workprint.states import RenderState

PLAN = plan(ratios=["9:16"])
(ONLY,) = PLAN.variants()
DRAFTED = draft(PLAN, ONLY, RenderState.ARCHIVED)
FILMED = final(PLAN, ONLY, RenderState.ARCHIVED, moderation=Verdict.PASSED)
BLAME = {"failure_kind": FailureKind.CONTENT_POLICY, "failure_stage": Stage.RENDER, "failure_code": "Sensitive|Text"}
OVER = {"failure_kind": FailureKind.QUOTA, "failure_stage": Stage.SUBMIT, "failure_code": "budget"}
OVER |= {"failure_raw": "5.00 spent, 1.00 reserved, 9.00 asked\n已花费 5.00"}
REJECTED = approval(ONLY, Decision.REJECTED)
STATES = st.sampled_from(RenderState)


def only_line(*standing: Claim | Approval, of: Plan = PLAN, assets: dict[str, Asset] | None = None) -> Line:
    (line,) = lines(board(of, *standing), assets or {})
    return line


def line(status: str) -> Line:
    nothing = Decimal(0)
    return Line("hero-9x16-5s", 1, status, nothing, nothing, "", None, None, None, adopted=False)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        ([], "unfinished"),
        ([DRAFTED], "unfinished"),
        ([DRAFTED, REJECTED], "rejected"),
        ([draft(PLAN, ONLY, RenderState.FAILED, **BLAME)], "failed"),
        ([draft(PLAN, ONLY, RenderState.FAILED, **BLAME), REJECTED], "rejected"),
        ([draft(PLAN, ONLY, RenderState.CANCELLED)], "unfinished"),
        ([draft(PLAN, ONLY, RenderState.UNKNOWN)], "unknown"),
        ([DRAFTED, final(PLAN, ONLY, RenderState.UNKNOWN)], "unknown"),
        ([claim(ONLY, given_up(PLAN.draft(ONLY), new_take=False))], "given up"),
        ([claim(ONLY, given_up(PLAN.draft(ONLY)))], "unfinished"),
        ([DRAFTED, final(PLAN, ONLY, RenderState.SUCCEEDED)], "unfinished"),
        ([DRAFTED, final(PLAN, ONLY, RenderState.LINK_EXPIRED, **BLAME)], "failed"),
        ([DRAFTED, final(PLAN, ONLY, RenderState.SUCCEEDED, moderation=Verdict.BLOCKED)], "blocked"),
        ([DRAFTED, final(PLAN, ONLY, RenderState.ARCHIVED, moderation=Verdict.BLOCKED)], "blocked"),
        ([DRAFTED, FILMED], "delivered"),
        ([draft(PLAN, ONLY, RenderState.CANCELLED, cancel_state=CancelState.CONFIRMED)], "cancelled"),
        ([DRAFTED, final(PLAN, ONLY, RenderState.CANCELLED, cancel_state=CancelState.REQUESTED, **BLAME)], "cancelled"),
        ([draft(PLAN, ONLY, RenderState.PLANNED, **OVER)], "over budget"),
        ([DRAFTED, final(PLAN, ONLY, RenderState.PLANNED, **OVER)], "over budget"),
    ],
)
def test_status_says_how_a_variant_ended(standing: list[Claim | Approval], expected: str) -> None:
    """Each way a variant can end has one word."""
    assert expected == only_line(*standing).status


@given(st.none() | STATES, st.none() | STATES, st.sampled_from(Verdict), st.none() | st.sampled_from(Decision))
def test_only_an_archived_unblocked_final_is_delivered(
    drafted: RenderState | None, filmed: RenderState | None, verdict: Verdict, decided: Decision | None
) -> None:
    """Whatever stands in the ledger, nothing else is called delivered, and every status has its Chinese word."""
    rows: list[Claim | Approval] = [draft(PLAN, ONLY, drafted)] if drafted else []
    rows += [final(PLAN, ONLY, filmed, moderation=verdict)] if filmed else []
    rows += [approval(ONLY, decided)] if decided in {Decision.APPROVED, Decision.REJECTED} else []
    status = only_line(*rows).status
    assert status in WORDS
    if status == "delivered":
        assert (RenderState.ARCHIVED, True) == (filmed, verdict is not Verdict.BLOCKED)


def test_costs_are_summed_over_takes() -> None:
    """A revised variant cost every draft that was charged, and nothing that was free or only quoted."""
    second = ONLY.revised("closer", 2)
    paid = {"charge_state": ChargeState.CHARGED, "charge_amount": Decimal("3.50")}
    found = only_line(
        draft(PLAN, ONLY, RenderState.ARCHIVED, **paid),
        approval(ONLY, Decision.REVISE),
        draft(PLAN, second, RenderState.ARCHIVED, id="rnd_3", **paid),
        final(PLAN, second, RenderState.QUEUED, charge_amount=Decimal(9)),
    )
    assert (2, Decimal("7.00"), Decimal(0)) == (found.take, found.draft_cost, found.final_cost)


def test_what_somebody_else_paid_costs_nothing() -> None:
    """An adopted film is delivered, said to be adopted, and free for this campaign."""
    paid = {"charge_state": ChargeState.CHARGED, "charge_amount": Decimal("9.00"), "moderation": Verdict.PASSED}
    found = only_line(DRAFTED, final(PLAN, ONLY, RenderState.ARCHIVED, adopted=True, **paid))
    assert ("delivered", True, Decimal(0)) == (found.status, found.adopted, found.final_cost)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (plan(ratios=["9:16"]), "native: from the approved draft"),
        (plan(EMULATED, ratios=["9:16"]), "again: same inputs and seed, not the same film"),
        (without_drafts(ratios=["9:16"]), "direct: no draft"),
    ],
    ids=["native", "emulated", "direct"],
)
def test_the_report_says_how_the_final_was_made(of: Plan, expected: str) -> None:
    """From the provider's own draft, from the same inputs again, or with no draft at all."""
    assert expected == only_line(final(of, of.variants()[0], RenderState.QUEUED), of=of).made


def test_why_names_class_and_render() -> None:
    """A failure is told in the reader's language with the render to look up, the final's before the draft's."""
    found = only_line(draft(PLAN, ONLY, RenderState.FAILED, **BLAME), final(PLAN, ONLY, RenderState.FAILED, **BLAME))
    assert found.why().endswith("change the shot. [rnd_2 content_policy/render Sensitive|Text]")
    assert found.why("zh").startswith("供应商的内容政策")


def test_nothing_wrong_needs_no_why() -> None:
    """A delivered variant, or one without a failure on record, gives no reason."""
    assert ("", "") == (only_line(DRAFTED, FILMED).why(), only_line().why())


def test_a_variant_without_a_final_has_nothing_made() -> None:
    """Where no final was ordered, nothing was made, adopted or kept."""
    found = only_line(DRAFTED)
    assert ("", False, None, None) == (found.made, found.adopted, found.final, found.asset)


def test_the_row_is_what_a_person_reads() -> None:
    """A row shows status in both languages, money rounded up, key, hash and the time left on the link."""
    film = asset(render_id="rnd_2", key="delivery/spring/x.mp4")
    paid = {"charge_state": ChargeState.CHARGED, "charge_amount": Decimal("9.2512"), "moderation": Verdict.PASSED}
    found = only_line(DRAFTED, final(PLAN, ONLY, RenderState.ARCHIVED, **paid), assets={"rnd_2": film})
    assert {
        "variant": "hero-9x16-5s",
        "status": "delivered · 已交付",
        "draft cost": "0.00",
        "final cost": "9.26",
        "made": "native: from the approved draft",
        "key": "delivery/spring/x.mp4",
        "sha256": "cd" * 32,
        "link left": "1.5 h",
        "adopted": False,
        "bought by": "",
        "why": "",
    } == found.row()


@pytest.mark.parametrize("assets", [{}, {"rnd_2": asset(link_seconds_left=None)}], ids=["no file", "endless link"])
def test_a_row_has_no_time_that_nobody_knows(assets: dict[str, Asset]) -> None:
    """Without a file, or a link that never said when it ends, the time left stays empty."""
    assert "" == only_line(DRAFTED, FILMED, assets=assets).row()["link left"]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["delivered", "delivered"], Ending("Delivered", True, "2 delivered")),
        (["delivered", "rejected"], Ending("Delivered", True, "1 delivered, 1 rejected")),
        (["delivered", "failed"], Ending("Delivered in part", True, "1 delivered, 1 failed")),
        (["delivered", "blocked"], Ending("Delivered in part", True, "1 delivered, 1 blocked")),
        (["delivered", "unfinished"], Ending("Delivered in part", True, "1 delivered, 1 unfinished")),
        (["rejected", "rejected"], Ending("Rejected", True, "2 rejected")),
        (["rejected", "blocked"], Ending("Moderation", False, "1 blocked, 1 rejected")),
        (["failed", "blocked"], Ending("Failed", False, "1 blocked, 1 failed")),
        (["failed", "unknown"], Ending("Outcome unknown", False, "1 failed, 1 unknown")),
        (["unfinished"], Ending("Failed", False, "1 unfinished")),
        (["rejected", "given up"], Ending("Given up", False, "1 rejected, 1 given up")),
        (["blocked", "given up"], Ending("Moderation", False, "1 blocked, 1 given up")),
        (["failed", "given up"], Ending("Failed", False, "1 failed, 1 given up")),
        (["delivered", "over budget"], Ending("Delivered in part", True, "1 delivered, 1 over budget")),
        (["over budget", "rejected"], Ending("Over budget", False, "1 rejected, 1 over budget")),
        (["cancelled", "unfinished"], Ending("Cancelled", False, "1 cancelled, 1 unfinished")),
        (["failed", "cancelled"], Ending("Failed", False, "1 failed, 1 cancelled")),
    ],
)
def test_the_ending_has_a_name(statuses: list[str], expected: Ending) -> None:
    """The run's final state says whether all, some or nothing was delivered, and on what it failed."""
    assert expected == ending(tuple(line(status) for status in statuses))


@given(st.lists(st.sampled_from(sorted(WORDS)), min_size=1, max_size=6))
def test_a_run_completes_only_with_films_or_on_a_persons_word(statuses: list[str]) -> None:
    """A campaign is completed exactly when something was delivered or a person rejected all of it."""
    end = ending(tuple(line(status) for status in statuses))
    assert end.completed == ("delivered" in statuses or set(statuses) == {"rejected"})
    assert (end.name == "Delivered") == (end.completed and set(statuses) != {"rejected"} and not trouble(statuses))


def trouble(statuses: list[str]) -> set[str]:
    return set(statuses) - {"delivered", "rejected"}


def report(here: Board) -> str:
    found = lines(here, {})
    return markdown(here, found, ending(found))


def words(**changes: Any) -> list[str]:
    """The report of a campaign whose only variant was refused by the provider, as lines."""
    given = plan(ratios=["9:16"], **changes)
    (variant,) = given.variants()
    noted = approval(variant, note="fine | by me\nreally")
    return report(board(given, draft(given, variant, RenderState.FAILED, **BLAME), noted)).splitlines()


def test_the_report_tells_name_money_and_people() -> None:
    """The text names the ending, what was spent of the budget, and every approval with its note."""
    told = words()
    assert "# Spring: Failed" == told[0]
    assert "1 failed. Spent · 花费 0.00 CNY of 500.00." == told[2]
    assert r"- hero-9x16-5s take 1: approved by ben@example.com: fine \| by me really" == told[-1]


def test_foreign_text_stays_in_its_cell() -> None:
    """A provider's code or a title with a bar or a line break does not break the table."""
    told = words(title="Spring\n| sale")
    assert r"# Spring \| sale: Failed" == told[0]
    assert r"[rnd_1 content_policy/render Sensitive\|Text]" in told[6]


def test_reasons_are_in_the_audiences_language() -> None:
    """A Chinese campaign reads its reasons in Chinese."""
    assert "供应商的内容政策" in words(language="zh-CN")[6]


def test_a_report_without_approvals_says_so() -> None:
    """Where nobody decided anything, the report says none."""
    assert report(board(PLAN)).endswith("## Approvals · 审批\nnone · 无")


@pytest.mark.parametrize(("language", "words"), [("en", "5.00 spent, 1.00 reserved"), ("zh-CN", "已花费 5.00")])
def test_a_refusal_of_the_budget_is_told_in_the_audiences_language(language: str, words: str) -> None:
    """The reason names the numbers and the way out, and not the provider's account."""
    told = only_line(draft(PLAN, ONLY, RenderState.PLANNED, **OVER)).why(language)
    assert [True, True, False] == [words in told, "workprint budget set" in told, "账户" in told]


def test_a_film_somebody_else_bought_is_named() -> None:
    """Row and report say which render it is, which campaign bought it, and that nothing was charged here."""
    bought = final(PLAN, ONLY, RenderState.ARCHIVED, adopted=True, campaign_id="cmp_0")
    row = only_line(DRAFTED, bought).row()
    told = report(board(PLAN, DRAFTED, bought))
    assert "final rnd_2: campaign cmp_0, not charged here" == row["bought by"]
    assert "render rnd_2, bought by campaign cmp_0; nothing was charged here · 由活动 cmp_0 购买" in told
