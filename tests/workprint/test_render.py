"""Renders: what holds a fingerprint, and what support is told."""

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.workprint.builders import failed, render
from workprint.campaigns import Campaign
from workprint.charges import ChargeState, Evidence
from workprint.failures import Failure, FailureKind, Stage
from workprint.render import Change, Render, Source, Verdict, is_live
from workprint.spec import Kind
from workprint.states import RenderState

LETS_GO = {
    (state, charge)
    for state in (RenderState.FAILED, RenderState.CANCELLED, RenderState.EXPIRED)
    for charge in (ChargeState.NOT_CHARGED, ChargeState.REFUNDED)
}


@pytest.mark.parametrize("state", RenderState)
@pytest.mark.parametrize("charge", ChargeState)
def test_only_fruitless_and_free_lets_go(state: RenderState, charge: ChargeState) -> None:
    """A render gives its fingerprint back only when it ended without a film and without a cost."""
    assert ((state, charge) not in LETS_GO) == is_live(state, charge)
    assert is_live(state, charge) == render(state, charge_state=charge).live


def test_a_failure_is_whole_or_none() -> None:
    """A render has a failure when class and stage are known, with the provider's code and words."""
    assert Failure(FailureKind.UPSTREAM, Stage.RENDER, "Oops", "raw text") == failed().failure
    assert render().failure is None
    assert failed(failure_stage=None).failure is None


def test_kind_is_the_specs() -> None:
    """A render is a draft or a final as its spec says."""
    assert Kind.DRAFT is render().kind


@pytest.mark.parametrize(("task_id", "expected"), [(None, ""), ("cgt-1", "cgt-1")])
def test_log_lines_name_the_render(task_id: str | None, expected: str) -> None:
    """Every log line about a render says id, campaign, variant, state and the provider's id."""
    assert {
        "render": "rnd_1",
        "campaign": "cmp_1",
        "variant": "hero-9x16-5s",
        "state": "queued",
        "task_id": expected,
    } == render(task_id=task_id).log_context()


def test_changes_do_not_share_their_facts() -> None:
    """Two changes without facts have a dictionary each."""
    one, other = (Change("rnd_1", RenderState.QUEUED, RenderState.FAILED, Source.POLL, "me") for _ in range(2))
    assert {} == one.facts
    assert one.facts is not other.facts


def test_defaults_claim_nothing() -> None:
    """A new render is quoted and unjudged, and a new campaign is running."""
    given = {field.name: field.default for field in fields(Render)}
    assert (ChargeState.QUOTED, Decimal(0), Evidence.ESTIMATED, Verdict.NOT_CHECKED, 0) == (
        given["charge_state"],
        given["charge_amount"],
        given["charge_evidence"],
        given["moderation"],
        given["attempts"],
    )
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert "running" == Campaign("cmp_1", "Spring", "spring", "", "ann", {}, "b" * 64, now).state
