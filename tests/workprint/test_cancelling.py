"""The wish to cancel: its steps, what becomes of it, and what it costs."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import WATCHER, facts, observation, render
from workprint import cancelling, steps
from workprint.cancelling import Outcome, charge, standing
from workprint.charges import ChargeState
from workprint.failures import FailureKind, Stage
from workprint.render import CancelState, Render, is_live
from workprint.states import IN_FLIGHT, TERMINAL, RenderState

BLAMED = {"failure_kind": FailureKind.QUOTA, "failure_stage": Stage.SUBMIT, "failure_code": "budget"}
WISHED = {"cancel_state": CancelState.REQUESTED}


def test_every_step_sets_what_a_render_has() -> None:
    """Each step sets only columns a render has, expects the state it was made for, and says who made it."""
    queued, planned = render(RenderState.QUEUED), render(RenderState.PLANNED)
    changes = [
        cancelling.cancel_requested(queued, WATCHER),
        cancelling.cancel_confirmed(queued, observation(RenderState.CANCELLED), facts(), WATCHER),
        cancelling.cancel_confirmed(planned, None, facts(), WATCHER),
        cancelling.cancel_too_late(queued, WATCHER),
    ]
    for change in changes:
        assert change.facts.keys() <= {field.name for field in fields(Render)}
        assert (WATCHER.name, WATCHER.source) == (change.actor, change.source)
    assert ["queued", "queued", "planned", "queued"] == [change.expect for change in changes]
    assert ["queued", "cancelled", "cancelled", "queued"] == [change.to for change in changes]


@pytest.mark.parametrize("state", [RenderState.PLANNED, RenderState.QUEUED])
def test_a_confirmed_cancel_is_free_and_no_failure(state: RenderState) -> None:
    """What was cancelled in time costs nothing, may be bought again, and carries no failure from before."""
    seen = observation(RenderState.CANCELLED) if state is RenderState.QUEUED else None
    change = cancelling.cancel_confirmed(render(state, **BLAMED), seen, facts(), WATCHER)
    assert not is_live(change.to, change.facts["charge_state"])
    assert (Decimal(0), None, CancelState.CONFIRMED) == tuple(
        change.facts[name] for name in ("charge_amount", "failure_kind", "cancel_state")
    )


def test_a_cancel_that_was_billed_says_so() -> None:
    """A provider that reports tokens of a cancelled task charged for it."""
    seen = observation(RenderState.CANCELLED, tokens=50_220)
    change = cancelling.cancel_confirmed(render(), seen, facts(), WATCHER)
    assert (ChargeState.CHARGED, CancelState.CONFIRMED) == (change.facts["charge_state"], change.facts["cancel_state"])


@pytest.mark.parametrize("before", sorted(IN_FLIGHT))
@given(said=st.sampled_from(sorted(TERMINAL | {RenderState.SUCCEEDED} - {RenderState.ARCHIVED})))
def test_whoever_hears_first_answers_the_wish(before: RenderState, said: RenderState) -> None:
    """A poll or callback that brings the end of a task also settles the wish to cancel it: confirmed, or too late."""
    change = steps.observed(render(before, **WISHED), observation(said), facts(), WATCHER)
    assert change is not None
    confirmed = said is RenderState.CANCELLED
    assert (CancelState.CONFIRMED if confirmed else CancelState.TOO_LATE) is change.facts["cancel_state"]
    assert not (confirmed and change.facts["failure_kind"])


@given(st.sampled_from(RenderState))
def test_nobody_wished_nobody_answers(said: RenderState) -> None:
    """Without a wish no observation says anything about cancelling."""
    change = steps.observed(render(), observation(said), facts(), WATCHER)
    assert change is None or "cancel_state" not in change.facts


def test_a_wish_settled_by_the_state_is_only_written_down() -> None:
    """When somebody else saw the end first, the answer follows from the state, and the charge is not touched."""
    cancelled = cancelling.cancel_settled(render(RenderState.CANCELLED, **WISHED), WATCHER)
    late = cancelling.cancel_settled(render(RenderState.SUCCEEDED, **WISHED), WATCHER)
    assert [CancelState.CONFIRMED, CancelState.TOO_LATE] == [c.facts["cancel_state"] for c in (cancelled, late)]
    assert not [name for change in (cancelled, late) for name in change.facts if name.startswith("charge")]


@given(st.sampled_from(RenderState), st.none() | st.sampled_from(CancelState))
def test_every_render_has_an_outcome(state: RenderState, wish: CancelState | None) -> None:
    """Only what is cancelled is called confirmed, and only what may still change is called pending."""
    found = standing(render(state, cancel_state=wish))
    assert (state is RenderState.CANCELLED) == (found.outcome is Outcome.CONFIRMED)
    assert not (found.pending and state in TERMINAL)
    assert " · " in found.outcome.words


@pytest.mark.parametrize(
    ("changes", "english", "chinese"),
    [
        ({}, "at most 3.50 CNY", "最多 3.50 CNY"),
        ({"charge_state": ChargeState.CHARGED}, "charged 3.50 CNY", "已计费 3.50 CNY"),
        ({"charge_state": ChargeState.NOT_CHARGED}, "nothing", "未计费"),
        ({"charge_state": ChargeState.REFUNDED}, "nothing", "未计费"),
        (
            {"charge_state": ChargeState.UNKNOWN},
            "unknown: up to 3.50 CNY, stays reserved",
            "不确定，最多 3.50 CNY，保持预留",
        ),
    ],
)
def test_the_charge_is_told_as_far_as_it_is_known(changes: dict[str, Any], english: str, chinese: str) -> None:
    """Each answer says what the render cost or may cost, in both languages."""
    assert (english, chinese) == (charge(render(**changes)), charge(render(**changes), "zh-CN"))
