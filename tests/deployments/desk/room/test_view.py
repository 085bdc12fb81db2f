"""The view-model of the campaign's page: what is asked, of whom, about which film, at which price."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.deployments.desk.room.showing import (
    FIRST,
    LATER,
    PLAN,
    SECOND,
    THIRD,
    comment,
    facts,
    films,
    gate,
    guest,
    shown,
    vote,
)
from tests.workprint.builders import NOW, approval, draft, final, plan, reference, without_drafts
from workprint.brief import Role
from workprint.charges import ChargeState
from workprint.policy import ApproverRole, Policy
from workprint.problems import Problem
from workprint.render import Decision, Place
from workprint.states import RenderState
from workprint.watched import Watched

DONE = RenderState.ARCHIVED
DRAFTS = tuple(draft(PLAN, variant, DONE, id=f"rnd_{n}") for n, variant in enumerate((FIRST, SECOND, THIRD), start=1))
GATE = gate(PLAN, DRAFTS)
ASKED = facts(*DRAFTS, asked=GATE)


def test_the_page_asks_about_everything_that_waits() -> None:
    """Each waiting draft has a question with its offer, and their prices add up to what all finals cost."""
    page = shown(ASKED)
    assert page.asking is not None
    assert page.asking.may_answer
    assert (FIRST.name, SECOND.name, THIRD.name) == page.asking.waiting
    assert [GATE.digest(name) for name in page.asking.waiting] == [q.offer for q in page.asking.questions.values()]
    assert sum(Decimal(offer.max_amount) for offer in GATE.offers) == page.money.finals
    assert "asking" == page.status


def test_variants_are_numbered_through_and_grouped_by_shot() -> None:
    """Shots are groups in the brief's order, and the numbers of their variants go on from shot to shot."""
    other = {"name": "street", "input_type": "text_to_video", "subject": "A street"}
    two = plan(shots=[PLAN.brief.shots[0].model_dump(mode="json"), other])
    page = shown(facts(of=two))
    assert [("hero", [1, 2, 3]), ("street", [4, 5, 6])] == [
        (scene.shot.name, [slide.number for slide in scene.slides]) for scene in page.scenes
    ]


def test_before_the_first_draft_nothing_is_asked() -> None:
    """A campaign without renders shows its variants without films, prices or a form."""
    page = shown(facts())
    assert ("drafting", None) == (page.status, page.asking)
    assert [((), None)] * 3 == [(slide.cuts, slide.price) for slide in page.scenes[0].slides]


def test_a_decided_variant_is_asked_no_more() -> None:
    """What is decided shows its decision, costs nothing more, and the others stay open."""
    page = shown(facts(*DRAFTS, asked=GATE, approvals=(approval(FIRST, Decision.REJECTED),)))
    assert page.asking is not None
    question = page.asking.questions[FIRST.name]
    assert question.decided is not None
    assert (False, Decision.REJECTED) == (question.open, question.decided.decision)
    assert (SECOND.name, THIRD.name) == page.asking.waiting


def test_after_the_deadline_there_is_no_form() -> None:
    """When the time is over nothing can be answered, though nobody has closed the gate yet."""
    page = shown(ASKED, now=GATE.deadline)
    assert page.asking is not None
    assert ("over", False, timedelta(0)) == (page.status, page.asking.may_answer, page.asking.left)


def test_a_closed_campaign_has_no_form() -> None:
    """A campaign that has ended shows everything and asks nothing."""
    page = shown(facts(*DRAFTS, asked=GATE, closed_at=LATER, state="Delivered"))
    assert page.asking is not None
    assert ("closed", False) == (page.status, page.asking.may_answer)


def test_an_agent_gets_a_sentence_and_no_form() -> None:
    """A software agent is told why it may not decide."""
    page = shown(ASKED, guest("render-bot", agent=True))
    assert page.asking is not None
    assert not page.asking.may_answer
    assert ["ask a person to decide in the screening room"] == [problem.fix for problem in page.asking.silence]


def test_who_asked_may_say_no_but_not_yes() -> None:
    """The requester keeps the form, and is told why approving is not in it."""
    strict = facts(*DRAFTS, asked=gate(PLAN, DRAFTS, policy=Policy()))
    page = shown(strict, guest(PLAN.brief.requested_by))
    assert page.asking is not None
    assert page.asking.may_answer
    assert page.asking.no_yes
    assert () == shown(strict, guest("Ben")).asking.no_yes  # type: ignore[union-attr]


def test_a_channel_that_is_closed_gives_no_form() -> None:
    """Where the policy takes no decision from the screening room, nobody gets a form there."""
    page = shown(facts(*DRAFTS, asked=gate(PLAN, DRAFTS, policy=Policy(channels=("cli",)))))
    assert page.asking is not None
    assert page.asking.silence


def test_the_newest_word_of_each_person_counts() -> None:
    """Votes so far are one for each person, and say who is still missing."""
    asked = gate(PLAN, DRAFTS, policy=Policy(quorum=2, roles=(ApproverRole.LEGAL,)))
    first = vote(asked, FIRST, Decision.REJECTED, id="vot_1")
    second = vote(asked, FIRST, id="vot_2", at=LATER + timedelta(minutes=1))
    foreign = vote(asked, FIRST, id="vot_3", actor="Mei", offer="0" * 64)
    page = shown(facts(*DRAFTS, asked=asked, votes=(first, second, foreign)))
    assert page.asking is not None
    question = page.asking.questions[FIRST.name]
    assert (second,) == question.votes
    assert (1, (ApproverRole.LEGAL,)) == (question.missing.people, question.missing.roles)


def test_takes_stand_side_by_side_with_what_changed() -> None:
    """A second take is shown first, names the decision that asked for it, and differs in the words that were asked."""
    wish = approval(FIRST, Decision.REVISE, id="apr_wish", prompt="closer", note="too far")
    again = FIRST.revised("closer", 2)
    one, two = draft(PLAN, FIRST, DONE, id="rnd_1"), draft(PLAN, again, DONE, id="rnd_9")
    page = shown(facts(one, replace(two, revision_id="apr_wish"), approvals=(wish,)))
    first, second = page.scenes[0].slides[0].cuts
    assert [(1, False), (2, True)] == [(cut.take, cut.shown) for cut in (first, second)]
    assert (None, 1) == (first.before, second.before)
    assert (None, wish) == (first.asked_by, second.asked_by)
    assert second.changed is not None
    assert "closer" in "".join(piece.text for piece in second.changed.prompt if piece.side == "after")


def test_comments_stand_with_their_take_and_become_its_next_words() -> None:
    """Remarks are listed with the take they are about, in the order of the film, and prefill the next prompt."""
    late, early = comment(FIRST, "sharper", second=3.0), comment(FIRST, "warmer", second=1.0)
    foreign = comment(FIRST, "old news", take=7)
    page = shown(facts(*DRAFTS, asked=GATE, comments=(late, foreign, early)))
    (cut,) = page.scenes[0].slides[0].cuts
    assert (early, late) == cut.comments
    assert page.asking is not None
    assert "at 1.0 s: warmer; at 3.0 s: sharper" == page.asking.questions[FIRST.name].prompt


def test_what_a_guest_has_watched_is_shown_by_draft() -> None:
    """The share of each draft's own film is shown, and none where nothing was watched."""
    sha = films(*DRAFTS)["rnd_1"].sha256
    page = shown(facts(*DRAFTS, asked=GATE, watched={sha: Watched(slots=0b11111)}))
    assert [0.5, 0.0, 0.0] == [slide.cuts[0].watched for slide in page.scenes[0].slides]


def test_a_film_in_quarantine_is_never_shown() -> None:
    """A final that moderation blocked is no film of the page, and a delivered one is."""
    yes = approval(FIRST)
    claims = (*DRAFTS, final(PLAN, FIRST, DONE, id="rnd_f"))
    held = films(*claims) | {"rnd_f": replace(films(*claims)["rnd_f"], place=Place.QUARANTINE)}
    passed = held | {"rnd_f": replace(held["rnd_f"], place=Place.DELIVERY)}
    kinds = [
        [cut.kind for cut in shown(facts(*claims, approvals=(yes,), films=each)).scenes[0].slides[0].cuts]
        for each in (held, passed)
    ]
    assert [["draft"], ["draft", "final"]] == kinds


def test_a_charge_nobody_knows_is_said() -> None:
    """What is in doubt is part of what was spent and named apart."""
    doubt = draft(PLAN, FIRST, RenderState.UNKNOWN, charge_state=ChargeState.UNKNOWN)
    money = shown(facts(doubt)).money
    assert (Decimal("3.5000"), Decimal("3.5000")) == (money.committed, money.unknown)


def test_without_drafts_variants_are_asked_about_all_the_same() -> None:
    """Films without a draft have a question and a price, and nothing to play."""
    direct = without_drafts()
    page = shown(facts(of=direct, asked=gate(direct, ())))
    assert page.asking is not None
    assert 3 == len(page.asking.waiting)
    assert [()] * 3 == [slide.cuts for slide in page.scenes[0].slides]


def test_reference_pictures_are_named_without_their_path() -> None:
    """The product photo stands with its shot under its file name; sounds and films are no pictures."""
    photo, sound = reference(source="photos/tea.png?sig=1"), reference(role=Role.AUDIO, media_type="audio/mpeg")
    (scene,) = shown(facts(of=replace(PLAN, references={"hero": (photo, sound)}))).scenes
    assert [("tea.png", "first_frame")] == [(picture.name, picture.role) for picture in scene.pictures]


def test_safe_zones_are_offered_where_they_are_known() -> None:
    """A shot with an upright film offers safe zones, and draws them over no other ratio."""
    (scene,) = shown(ASKED).scenes
    assert [4, 0, 0] == [len(slide.cuts[0].zones) for slide in scene.slides]
    assert 4 == len(scene.zones)


def test_the_history_is_newest_first_and_says_each_thing_once() -> None:
    """Question, votes, decisions and takes are told from the newest on, and a yes of two blocks once."""
    twice = (approval(FIRST, id="apr_1", at=LATER), approval(FIRST, id="apr_2", at=LATER))
    page = shown(facts(*DRAFTS, asked=GATE, approvals=twice, votes=(vote(GATE, FIRST),)))
    times = [moment.at for moment in page.history]
    assert sorted(times, reverse=True) == times
    assert 1 == sum(moment.what == "settled" for moment in page.history)
    assert {"asked", "vote", "settled", "draft"} == {moment.what for moment in page.history}


def test_a_form_that_was_refused_keeps_what_it_said() -> None:
    """After a refusal the page knows every field again, also one that was emptied."""
    kept = {f"note:{FIRST.name}": "too dark", f"prompt:{FIRST.name}": ""}
    page = shown(ASKED, problems=[Problem("note", "is empty", "say why")], kept=kept)
    said = (page.form(f"note:{FIRST.name}"), page.form(f"prompt:{FIRST.name}", "prefilled"))
    assert ("too dark", "") == said
    assert "prefilled" == shown(ASKED, now=NOW).form("prompt:x", "prefilled")
