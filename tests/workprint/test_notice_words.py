"""What people are told: of gates, decisions and endings."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import NOW, approval, asset, board, claim, draft, final, given_up, plan, without_drafts
from workprint.charges import ChargeState
from workprint.failures import FailureKind, Stage
from workprint.gates import Cause, Deadline, Gate
from workprint.notice_endings import ended, ended_well
from workprint.notice_words import Message, Place, Words, decided, escalated, opened, plain, reminded, time_left
from workprint.notices import Notice, NoticeState, Occasion
from workprint.plan import Plan
from workprint.policy import OPEN, Policy
from workprint.quotes import money
from workprint.render import Approval, Claim, Decision, Verdict
from workprint.report import Ending, Line, ending, lines
from workprint.states import RenderState

PLAN = plan()
ROOM, LINK, SHEET = "https://room.example.com/room/cmp_1", "https://room.example.com/room/in/abc.def", "https://sheet"
PLACE = Place("Spring", ROOM, "", SHEET)
ENDINGS = "Delivered|Delivered in part|Rejected|Outcome unknown|Failed|Moderation|Over budget|Given up|Cancelled"
ENDINGS += "|Brief refused"


def gate(of: Plan = PLAN, *, policy: Policy = OPEN, drafted: bool = True) -> Gate:
    """A gate about every variant, open for ten hours."""
    there = [draft(of, variant, RenderState.ARCHIVED) for variant in of.variants()] if drafted else []
    films = {claim.render.id: asset() for claim in there}
    waiting = board(of, *there)
    offers = [offer for variant in waiting.current for offer in waiting.offers(variant, films)]
    end = Deadline(NOW + timedelta(hours=10), Cause.TIMEOUT)
    return Gate.asked("cmp_1", offers, policy, amount="9", currency="CNY", opened_at=NOW, end=end)


def settled(*decisions: Decision, **changes: Any) -> list[Approval]:
    """Decisions on the plan's variants, in order."""
    pairs = zip(PLAN.variants(), decisions, strict=False)
    return [approval(variant, decision, **changes) for variant, decision in pairs]


def told(words: Words, language: Literal["en", "zh", "both"] = "both") -> Message:
    return words.message(language)


def test_an_open_gate_says_what_it_costs_until_when_and_where() -> None:
    """A gate's message has title, number of drafts, price of all finals, deadline with its cause, and the links."""
    asked = gate()
    price = money(sum((Decimal(asked.of(name)[0].max_amount) for name in asked.variants), Decimal(0)))
    message = told(opened(PLACE, asked), "en")
    assert "“Spring” waits for a decision" == message.subject
    assert [
        "3 drafts of “Spring” wait for a decision",
        "",
        f"- All finals together cost at most {price} CNY more",
        "- Open until 2026-11-22 22:00 UTC: then the answer is no",
        f"- Open: {ROOM}",
        f"- Contact sheet: {SHEET}",
    ] == message.body.splitlines()


def test_a_personal_link_stands_alone() -> None:
    """Who gets a link of their own is shown that one, and told to keep it."""
    body = told(opened(replace(PLACE, personal=LINK), gate())).body
    assert f"Your personal link, for nobody else · 您的专属链接，请勿转发: {LINK}" in body
    assert ROOM not in body.replace(LINK, "")


def test_films_without_drafts_are_called_films() -> None:
    """Where no draft is made nobody is told that drafts wait, and one film waits in the singular."""
    asked = gate(without_drafts(ratios=["9:16"]), drafted=False)
    assert "1 film of “Spring” waits for a decision · 《Spring》1 个影片待审批" in told(opened(PLACE, asked)).body


def test_who_must_agree_is_told() -> None:
    """Where one person's word is not enough the message says so."""
    asked = gate(policy=Policy.model_validate({"quorum": 2, "roles": ["legal"]}))
    assert "2 different people must approve, roles: legal · 须 2 人通过，角色：legal" in told(opened(PLACE, asked)).body


def test_a_reminder_says_how_long_is_left() -> None:
    """At half and in the last tenth the subject says how long the gate still waits."""
    asked = gate()
    message = told(reminded(PLACE, asked, 2, NOW + timedelta(hours=5)), "zh")
    assert "《Spring》仍待审批：剩余 5 小时" == message.subject
    assert "3 个变体中 2 个尚未决定" in message.body
    last = told(escalated(PLACE, asked, 3, NOW + timedelta(hours=9, minutes=10)), "en")
    assert "Escalated: “Spring” is undecided, 50 min left" == last.subject


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=2, hours=3, minutes=4), ("2 d 3 h", " 2 天 3 小时")),
        (timedelta(hours=1), ("1 h", " 1 小时")),
        (timedelta(minutes=61), ("1 h 1 min", " 1 小时 1 分钟")),
        (timedelta(seconds=59), ("less than a minute", "不足一分钟")),
        (timedelta(seconds=-1), ("less than a minute", "不足一分钟")),
    ],
)
def test_time_in_its_two_greatest_units(left: timedelta, words: tuple[str, str]) -> None:
    """Nobody needs minutes where days are left."""
    said = time_left(left)
    assert words == (said.en, said.zh)


def test_a_decision_says_who_decided_what_and_what_it_costs() -> None:
    """Counts, names, reasons, and the price of what was approved alone."""
    asked = gate()
    first, second, third = asked.variants
    yes = settled(Decision.APPROVED, Decision.APPROVED, actor="Ann", note="go")
    no = approval(PLAN.variants()[2], Decision.REJECTED, actor="Mei", note="too\nred")
    price = money(sum((Decimal(asked.of(name)[0].max_amount) for name in (first, second)), Decimal(0)))
    message = told(decided(PLACE, asked, [*yes, no]), "en")
    assert "“Spring” is decided: 2 approved, 1 rejected" == message.subject
    assert f"- {first}, {second}: approved by Ann: go" in message.body
    assert f"- {third}: rejected by Mei: too red" in message.body
    assert f"- The approved finals cost at most {price} CNY" in message.body


def test_a_decision_without_a_yes_commits_nothing() -> None:
    """Where nothing was approved no price stands, and a withdrawn yes is no decision."""
    words = decided(PLACE, gate(), settled(Decision.REVISE, Decision.REJECTED, Decision.WITHDRAWN))
    assert "1 rejected, 1 to be changed" in told(words).subject
    assert "CNY" not in told(words).body


def test_a_film_with_several_yeses_counts_once() -> None:
    """A film without a draft has a yes for every provider block that may make it, and is one film."""
    twice = [*settled(Decision.APPROVED), *settled(Decision.APPROVED)]
    assert "“Spring” is decided: 1 approved" == told(decided(PLACE, gate(), twice), "en").subject


def at_the_end(*standing: Claim | Approval) -> tuple[Line, ...]:
    return lines(board(plan(ratios=["9:16"]), *standing), {})


def test_a_failure_says_its_class_and_what_to_do() -> None:
    """Each film that failed is named with the class of failure, its sentence and the render support asks for."""
    only = plan(ratios=["9:16"])
    (variant,) = only.variants()
    blame = {"failure_kind": FailureKind.QUEUE_TIMEOUT, "failure_stage": Stage.QUEUE, "failure_code": "Ark.Busy"}
    found = at_the_end(draft(only, variant, RenderState.FAILED, charge_state=ChargeState.NOT_CHARGED, **blame))
    message = told(ended(PLACE, "Failed", found, "CNY"), "en")
    assert "“Spring”: Failed" == message.subject
    assert "1 failed" == message.body.splitlines()[0]
    assert "hero-9x16-5s (queue timeout): The provider did not start the render in time" in message.body
    assert "[rnd_1]" in message.body
    assert "Ark" not in message.body


def test_an_outcome_in_doubt_says_what_it_may_cost() -> None:
    """Of what nobody knows the message says the risk, and who gave it up."""
    only = plan(ratios=["9:16"])
    (variant,) = only.variants()
    found = at_the_end(claim(variant, given_up(only.draft(variant), new_take=False)))
    body = told(ended(PLACE, "Given up", found, "CNY")).body
    assert "Mei" in body
    assert "may still charge up to" in body


def test_a_delivery_says_what_was_spent() -> None:
    """The message of a delivered campaign counts its films and says what they cost."""
    only = plan(ratios=["9:16"])
    (variant,) = only.variants()
    paid = {"charge_state": ChargeState.CHARGED, "moderation": Verdict.PASSED}
    found = at_the_end(final(only, variant, RenderState.ARCHIVED, **paid))
    message = told(ended(PLACE, "Delivered", found, "CNY"))
    assert "“Spring”: Delivered · 《Spring》：已交付" == message.subject
    assert "- Spent: 3.50 CNY · 花费：3.50 CNY" in message.body


def test_a_long_list_of_troubles_is_cut() -> None:
    """Ten films are named, and the rest counted."""
    only = plan(ratios=["9:16"])
    (variant,) = only.variants()
    (line,) = at_the_end(draft(only, variant, RenderState.UNKNOWN))
    body = told(ended(PLACE, "Outcome unknown", [line] * 12, "CNY"), "en").body
    assert 10 == body.count("[rnd_1]")
    assert "- and 2 more" in body


@pytest.mark.parametrize("name", ENDINGS.split("|"))
def test_every_ending_has_chinese_words(name: str) -> None:
    """Whatever a campaign ends in, a Chinese reader is told in Chinese."""
    message = told(ended(PLACE, name, (), "CNY"), "zh")
    assert name not in message.subject
    assert re.search("[\u4e00-\u9fff]", message.subject)


@pytest.mark.parametrize("status", ["delivered", "blocked", "failed", "unknown", "given up", "over budget", "rejected"])
def test_what_ends_well_is_what_the_run_completes_with(status: str) -> None:
    """A campaign is told as delivered exactly where its run completes, and as failed where it fails."""
    nothing = Decimal(0)
    line = Line("hero", 1, status, nothing, nothing, "", None, None, None, adopted=False)
    found: Ending = ending((line,))
    assert ended_well(found.name) is found.completed


@given(st.text(max_size=400))
def test_a_foreign_text_stays_in_its_line(text: str) -> None:
    """Whatever stands in a title or a note can neither begin a line of its own, nor link, nor mention anybody."""
    line = plain(text)
    assert 1 >= len(line.splitlines())
    assert not set("<>[]`*") & set(line)
    assert 200 >= len(line)


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_a_language_is_kept_to(language: Literal["en", "zh", "both"]) -> None:
    """In English no Chinese sign stands, in Chinese no English sentence, in both are both."""
    body = told(opened(PLACE, gate()), language).body
    found = (bool(re.search("[\u4e00-\u9fff]", body)), "decision" in body)
    assert {"en": (False, True), "zh": (True, False), "both": (True, True)}[language] == found


def test_no_provider_is_named() -> None:
    """Providers and models are our business and not the reader's."""
    words = [opened(PLACE, gate()), decided(PLACE, gate(), settled(Decision.APPROVED)), reminded(PLACE, gate(), 1, NOW)]
    said = "\n".join(told(one).subject + told(one).body for one in words)
    assert not re.search("sandbox|doubao|seedance|ark", said, re.IGNORECASE)


def test_the_same_notice_has_the_same_id() -> None:
    """Whoever tells the same thing to the same person a second time finds that it is told, whenever that is."""
    first, again, other = (
        Notice.of("cmp_1", Occasion.OPENED, "gat_1", "slack-webhook/team", who, at)
        for who, at in (("", NOW), ("", NOW + timedelta(days=1)), ("Ann", NOW))
    )
    assert first.id == again.id != other.id
    assert (NoticeState.WAITING, NOW, 36) == (first.state, first.next_at, len(first.id))
