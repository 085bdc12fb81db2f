"""The steps of a life as values: the same answer always makes the same, allowed change."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import NOW, WATCHER, facts, failure, observation, render
from workprint import steps
from workprint.bills import charge_learnt
from workprint.charges import ChargeState, Evidence
from workprint.failures import SUBMIT_RETRIES, FailureKind, Stage
from workprint.outcomes import Accepted, Cost, Refused, Unanswered
from workprint.render import Change, Render, is_live
from workprint.states import FRUITLESS, IN_FLIGHT, NEXT, RenderState, check_step

SUBMITTING, UNKNOWN = render(RenderState.SUBMITTING), render(RenderState.UNKNOWN)
PROCESSING, SUCCEEDED = render(RenderState.PROCESSING), render(RenderState.SUCCEEDED)
LINK = {"link": "https://v.example/x.mp4?sig=1", "link_expires_at": NOW}


def observed(before: Render, state: RenderState | None, **said: object) -> Change | None:
    return steps.observed(before, observation(state, **said), facts(), WATCHER)


def seen(before: Render, state: RenderState, **said: object) -> Change:
    change = observed(before, state, **said)
    assert change is not None
    return change


EVERY_STEP = {
    "submitting": steps.submitting(render(RenderState.PLANNED), WATCHER),
    "accepted": steps.accepted(SUBMITTING, Accepted("cgt-1", "{}"), WATCHER),
    "accepted late": steps.accepted(UNKNOWN, Accepted("cgt-1", "{}"), WATCHER),
    "refused for now": steps.refused(SUBMITTING, Refused(failure(FailureKind.RATE_LIMIT), "{}"), WATCHER),
    "refused for good": steps.refused(SUBMITTING, Refused(failure(FailureKind.QUOTA), "{}"), WATCHER),
    "unanswered": steps.unanswered(SUBMITTING, Unanswered("time-out"), WATCHER),
    "found": steps.found(UNKNOWN, observation(RenderState.PROCESSING), WATCHER, "by our client reference"),
    "absent": steps.absent(UNKNOWN, "{}", WATCHER),
    "given up": steps.given_up(UNKNOWN, WATCHER, "the relay lost it", new_take=False),
    "given up for a new take": steps.given_up(UNKNOWN, WATCHER, "the relay lost it", new_take=True),
    "processing": seen(render(), RenderState.PROCESSING),
    "succeeded": seen(PROCESSING, RenderState.SUCCEEDED, **LINK),
    "failed": seen(PROCESSING, RenderState.FAILED),
    "cancelled": seen(render(), RenderState.CANCELLED),
    "expired": seen(render(), RenderState.EXPIRED),
    "gone": steps.gone(PROCESSING, "{}", WATCHER),
    "link dead": steps.link_dead(SUCCEEDED, "404", WATCHER),
    "bad media": steps.bad_media(SUCCEEDED, "zero bytes", WATCHER),
    "archived": steps.archived(SUCCEEDED, WATCHER, "verified"),
}


@pytest.mark.parametrize("change", EVERY_STEP.values(), ids=EVERY_STEP)
def test_every_step_is_allowed_and_signed(change: Change) -> None:
    """Each step stands in the table, sets only columns a render has, and says who made it."""
    check_step(change.expect, change.to)
    assert change.facts.keys() <= {field.name for field in fields(Render)}
    assert ("rnd_1", WATCHER.name, WATCHER.source) == (change.render_id, change.actor, change.source)


def test_every_step_leads_where_its_name_says() -> None:
    """Each answer of the world leads to one state."""
    assert {
        "submitting": "submitting",
        "accepted": "queued",
        "accepted late": "queued",
        "refused for now": "planned",
        "refused for good": "failed",
        "unanswered": "unknown",
        "found": "queued",
        "absent": "failed",
        "given up": "failed",
        "given up for a new take": "failed",
        "processing": "processing",
        "succeeded": "succeeded",
        "failed": "failed",
        "cancelled": "cancelled",
        "expired": "expired",
        "gone": "failed",
        "link dead": "link_expired",
        "bad media": "failed",
        "archived": "archived",
    } == {name: change.to for name, change in EVERY_STEP.items()}


@pytest.mark.parametrize("state", sorted(FRUITLESS))
def test_every_end_without_a_film_says_why_and_what_it_cost(state: RenderState) -> None:
    """A fruitless end always carries class, stage, charge, amount, evidence and source."""
    told = seen(render(), state).facts
    assert {"failure_kind", "failure_stage", "failure_code", "failure_raw"} < told.keys()
    assert {"charge_state", "charge_amount", "charge_currency", "charge_evidence", "charge_source"} < told.keys()


def test_an_accepted_render_has_its_task_id() -> None:
    """The provider's id and raw answer are in the change, and the quote stays."""
    change = EVERY_STEP["accepted"]
    assert ({"task_id": "cgt-1"}, "{}") == (change.facts, change.raw)


def test_a_late_acceptance_ends_the_doubt() -> None:
    """An unknown render whose answer came after all is quoted again."""
    assert ("cgt-1", ChargeState.QUOTED) == (
        EVERY_STEP["accepted late"].facts["task_id"],
        EVERY_STEP["accepted late"].facts["charge_state"],
    )


@pytest.mark.parametrize(
    ("name", "code"), [("given up", "given_up"), ("given up for a new take", "given_up_for_new_take")]
)
def test_what_was_given_up_may_still_have_cost_its_highest_price(name: str, code: str) -> None:
    """Giving up keeps the amount and calls the charge unknown, so the content stays taken, with name and reason."""
    change = EVERY_STEP[name]
    assert (code, ChargeState.UNKNOWN) == (change.facts["failure_code"], change.facts["charge_state"])
    assert "charge_amount" not in change.facts
    assert is_live(change.to, change.facts["charge_state"])
    assert (f"given up by {WATCHER.name}: the relay lost it", "the relay lost it") == (
        change.facts["failure_raw"],
        change.note,
    )


@given(st.sampled_from(FailureKind), st.integers(1, 12))
def test_a_refused_submit_is_sent_as_often_as_its_class_says(kind: FailureKind, attempts: int) -> None:
    """After the first POST and the class's retries a refusal is final, and free of charge."""
    refusal = Refused(failure(kind), "{}")
    change = steps.refused(render(RenderState.SUBMITTING, attempts=attempts), refusal, WATCHER)
    if attempts < 1 + SUBMIT_RETRIES[kind][0]:
        assert (RenderState.PLANNED, {}, kind) == (change.to, change.facts, change.note)
    else:
        assert (RenderState.FAILED, kind) == (change.to, change.facts["failure_kind"])
        assert not is_live(change.to, change.facts["charge_state"])


def test_an_unanswered_submit_has_an_unknown_charge() -> None:
    """When nobody knows whether a task exists, the charge says so and the content stays held."""
    change = EVERY_STEP["unanswered"]
    assert ("time-out", ChargeState.UNKNOWN) == (change.note, change.facts["charge_state"])
    assert is_live(change.to, change.facts["charge_state"])


def test_a_found_render_is_queued_and_quoted() -> None:
    """An unknown render found at the provider is queued under its task id, whatever it is doing there."""
    change = EVERY_STEP["found"]
    assert (RenderState.QUEUED, "cgt-1", ChargeState.QUOTED) == (
        change.to,
        change.facts["task_id"],
        change.facts["charge_state"],
    )


def test_a_proven_absence_is_free() -> None:
    """A submit that the provider's list does not have may be bought again."""
    change = EVERY_STEP["absent"]
    assert (FailureKind.NETWORK, Stage.SUBMIT) == (change.facts["failure_kind"], change.facts["failure_stage"])
    assert not is_live(change.to, change.facts["charge_state"])
    assert (Decimal(0), Evidence.ESTIMATED) == (change.facts["charge_amount"], change.facts["charge_evidence"])


@given(st.sampled_from(RenderState), st.sampled_from([None, RenderState.QUEUED]))
def test_an_unknown_word_and_a_queue_change_nothing(before: RenderState, word: RenderState | None) -> None:
    """A word we do not know, or the queue we know of, is neither an end nor a step."""
    assert observed(render(before), word) is None


@given(st.sampled_from(RenderState))
def test_the_same_state_again_is_no_change(state: RenderState) -> None:
    """A repeated answer asks for nothing."""
    assert observed(render(state), state) is None


@pytest.mark.parametrize("before", sorted(IN_FLIGHT))
@pytest.mark.parametrize("said", sorted({RenderState.PROCESSING, RenderState.SUCCEEDED, *FRUITLESS}))
def test_what_a_provider_can_say_is_an_allowed_step(before: RenderState, said: RenderState) -> None:
    """From queue and processing, each of the provider's words is a step the table has, or nothing new."""
    change = observed(render(before), said)
    assert (said is before) == (change is None)
    assert change is None or change.to in NEXT[before]


def test_processing_has_no_facts() -> None:
    """A render that has started has no link and no cost yet."""
    assert {} == EVERY_STEP["processing"].facts


def test_a_succeeded_render_has_its_link() -> None:
    """The link and its end are kept as the provider gave them."""
    told = EVERY_STEP["succeeded"].facts
    assert LINK == {name: told[name] for name in LINK}


def test_reported_tokens_are_the_cost() -> None:
    """What the provider says it billed is priced by the list, and called reported."""
    told = seen(PROCESSING, RenderState.SUCCEEDED, tokens=50_220, **LINK).facts
    assert (ChargeState.CHARGED, Decimal("3.5154"), Evidence.REPORTED) == (
        told["charge_state"],
        told["charge_amount"],
        told["charge_evidence"],
    )


def test_without_tokens_the_cost_is_estimated() -> None:
    """A success without a figure costs what was quoted, and is called an estimate."""
    told = EVERY_STEP["succeeded"].facts
    assert (ChargeState.CHARGED, facts().price(PROCESSING.spec).amount, Evidence.ESTIMATED) == (
        told["charge_state"],
        told["charge_amount"],
        told["charge_evidence"],
    )


@pytest.mark.parametrize(("tokens", "live"), [(None, False), (0, False), (50_220, True)])
def test_a_billed_failure_holds_its_content(tokens: int | None, live: bool) -> None:
    """A film we cannot have but that was billed is charged, and is never bought a second time."""
    change = seen(PROCESSING, RenderState.FAILED, tokens=tokens)
    assert live == is_live(change.to, change.facts["charge_state"])


UNDOCUMENTED = facts().model_copy(update={"free_failures": "", "dialect": "newcomer"})


@pytest.mark.parametrize(
    ("said", "state", "amount", "live"),
    [
        ({}, ChargeState.UNKNOWN, None, True),
        ({"cost": Cost(Decimal(0), "CNY")}, ChargeState.NOT_CHARGED, Decimal(0), False),
        ({"cost": Cost(Decimal(0), "USD")}, ChargeState.NOT_CHARGED, Decimal(0), False),
        ({"cost": Cost(Decimal("1.20"), "CNY")}, ChargeState.CHARGED, Decimal("1.20"), True),
        ({"tokens": 1_000_000}, ChargeState.CHARGED, Decimal("70.0000"), True),
    ],
)
@pytest.mark.parametrize("end", sorted(FRUITLESS))
def test_a_failure_is_free_only_where_somebody_says_so(
    end: RenderState, said: dict[str, Any], state: ChargeState, amount: Decimal | None, live: bool
) -> None:
    """Where a provider does not document it, only its own figure tells what a failure cost; else nobody knows."""
    change = steps.observed(PROCESSING, observation(end, **said), UNDOCUMENTED, WATCHER)
    assert change is not None
    assert (state, amount) == (change.facts["charge_state"], change.facts.get("charge_amount"))
    assert live == is_live(change.to, change.facts["charge_state"])
    if amount is None:
        told = "newcomer does not document whether failed tasks are billed"
        assert told == change.facts["charge_source"]
    learnt = charge_learnt(PROCESSING, observation(end, **said), UNDOCUMENTED)
    assert amount == (None if learnt is None else learnt["charge_amount"])


@pytest.mark.parametrize("said", [{}, {"tokens": 9}, {"cost": Cost(Decimal(1), "USD")}])
def test_a_film_whose_price_is_gone_costs_its_quote(said: dict[str, Any]) -> None:
    """A list that lost its line between order and end never keeps a film from being booked."""
    gone = facts().model_copy(update={"prices": ()})
    change = steps.observed(PROCESSING, observation(RenderState.SUCCEEDED, **LINK, **said), gone, WATCHER)
    assert change is not None
    assert (PROCESSING.charge_amount, Evidence.ESTIMATED, ChargeState.CHARGED) == (
        change.facts["charge_amount"],
        change.facts["charge_evidence"],
        change.facts["charge_state"],
    )


def test_the_provider_s_money_is_the_cost_of_a_film() -> None:
    """A success costs what the provider says it took, not what the list says."""
    told = seen(PROCESSING, RenderState.SUCCEEDED, cost=Cost(Decimal("2.75"), "CNY"), tokens=50_220, **LINK).facts
    assert (Decimal("2.75"), Evidence.REPORTED) == (told["charge_amount"], told["charge_evidence"])


def test_the_providers_reason_is_kept() -> None:
    """A failure the dialect classified is the render's failure; without one the model is to blame."""
    said = failure(FailureKind.CONTENT_POLICY, stage=Stage.RENDER)
    assert steps.failed(said).items() <= seen(PROCESSING, RenderState.FAILED, failure=said).facts.items()
    assert FailureKind.UPSTREAM == EVERY_STEP["failed"].facts["failure_kind"]


def test_a_lost_task_costs_nobody_knows_what() -> None:
    """A task the provider no longer knows has an unknown charge, and its content stays held."""
    change = EVERY_STEP["gone"]
    assert (FailureKind.UPSTREAM, Stage.RENDER) == (change.facts["failure_kind"], change.facts["failure_stage"])
    assert ChargeState.UNKNOWN == change.facts["charge_state"]
    assert is_live(change.to, change.facts["charge_state"])


@pytest.mark.parametrize(("step", "kind"), [("link dead", FailureKind.LINK), ("bad media", FailureKind.UPSTREAM)])
def test_a_paid_film_that_was_lost_stays_paid(step: str, kind: FailureKind) -> None:
    """A dead link or bytes that are no film are failures of the download, and the charge is not touched."""
    told = EVERY_STEP[step].facts
    assert (kind, Stage.DOWNLOAD) == (told["failure_kind"], told["failure_stage"])
    assert not [name for name in told if name.startswith("charge")]
