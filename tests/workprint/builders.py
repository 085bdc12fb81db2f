"""Valid values for tests: every function makes one that could stand in a ledger, and takes only what should differ."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.workprint.briefs import brief
from workprint import steps
from workprint.board import Board
from workprint.brief import Audio, Camera, InputType, Motion, Role
from workprint.failures import Failure, FailureKind, Stage
from workprint.models import ModelFacts, model_facts
from workprint.outcomes import Observation
from workprint.plan import Plan
from workprint.render import Approval, Asset, Claim, Decision, Event, Place, Render, Source
from workprint.spec import FrozenReference, Kind, Spec
from workprint.states import RenderState
from workprint.steps import Actor
from workprint.variants import Variant

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WATCHER = Actor("watcher", Source.POLL)
#: Finals are made by the provider from its own drafts.
NATIVE = "doubao-seedance-2-5-260628"
#: Finals are made from the same inputs and seed once more.
EMULATED = "doubao-seedance-2-0-260128"


def facts(model: str = NATIVE) -> ModelFacts:
    return model_facts(model, "ark")


def reference(**changes: Any) -> FrozenReference:
    given = FrozenReference(
        Role.FIRST_FRAME, "ab" * 32, "image/png", 1234, "references/abab.png", "product.png", width=1280, height=720
    )
    return replace(given, **changes)


def spec(**changes: Any) -> Spec:
    given = Spec(
        kind=Kind.DRAFT,
        provider="sandbox",
        model=NATIVE,
        input_type=InputType.IMAGE_TO_VIDEO,
        prompt="A steel watch, its hands turn",
        negative_prompt="text",
        references=(reference(),),
        duration=5,
        resolution="480p",
        ratio="9:16",
        fps=24,
        camera=Camera(motion=Motion.PUSH_IN),
        audio=Audio.MUTE,
        seed=7,
        take=1,
        native=True,
    )
    return replace(given, **changes)


def render(state: RenderState = RenderState.QUEUED, of: Spec | None = None, **changes: Any) -> Render:
    content = of or spec()
    given = Render(
        id="rnd_1",
        campaign_id="cmp_1",
        variant="hero-9x16-5s",
        state=state,
        spec=content,
        fingerprint=content.fingerprint,
        dialect="ark",
        client_ref="wp-rnd_1",
        submitted_by="ann@example.com",
        created_at=NOW,
        updated_at=NOW,
        attempts=1,
        charge_amount=Decimal("3.5000"),
        charge_source="price list",
    )
    return replace(given, **changes)


def failed(kind: FailureKind = FailureKind.UPSTREAM, of: Spec | None = None, **changes: Any) -> Render:
    said = {"failure_kind": kind, "failure_stage": Stage.RENDER, "failure_code": "Oops", "failure_raw": "raw text"}
    return render(RenderState.FAILED, of, **{**said, **changes})


def given_up(of: Spec, *, new_take: bool = True, **changes: Any) -> Render:
    """A render in doubt that a person gave up."""
    doubtful = render(RenderState.UNKNOWN, of)
    change = steps.given_up(doubtful, Actor("Mei", Source.PERSON), "the relay | is gone", new_take=new_take)
    return replace(doubtful, state=change.to, **{**change.facts, **changes})


def observation(state: RenderState | None, **changes: Any) -> Observation:
    return replace(Observation(task_id="cgt-1", state=state, code="word", raw="{}"), **changes)


def failure(kind: FailureKind = FailureKind.UPSTREAM, **changes: Any) -> Failure:
    return replace(Failure(kind, Stage.SUBMIT, "Oops", "raw text"), **changes)


def asset(**changes: Any) -> Asset:
    given = Asset(
        render_id="rnd_1",
        place=Place.DRAFT,
        bucket="films",
        key="drafts/cmp_1/hero-9x16-5s-take1-rnd_1.mp4",
        sha256="cd" * 32,
        size=54321,
        media_type="video/mp4",
        width=480,
        height=854,
        duration=5.0,
        fps=24.0,
        has_audio=False,
        etag='"e"',
        archived_at=NOW,
        link_seconds_left=5400.0,
        manifest_key="",
    )
    return replace(given, **changes)


def approval(variant: Variant, decision: Decision = Decision.APPROVED, **changes: Any) -> Approval:
    given = Approval(
        id="apr_1",
        campaign_id="cmp_1",
        variant=variant.name,
        take=variant.take,
        decision=decision,
        actor="ben@example.com",
        note="looks good",
        at=NOW,
        covers="ef" * 32,
        draft_render_id="rnd_1",
        draft_sha256="cd" * 32,
        final_fingerprint="12" * 32 if decision is Decision.APPROVED else None,
        max_amount=Decimal("9.2500") if decision is Decision.APPROVED else None,
        currency="CNY",
        prompt="closer" if decision is Decision.REVISE else "",
    )
    return replace(given, **changes)


def event(**changes: Any) -> Event:
    given = Event("rnd_1", 2, NOW, RenderState.PLANNED, RenderState.SUBMITTING, Source.SUBMIT, "campaign")
    return replace(given, **changes)


def plan(model: str = NATIVE, **changes: Any) -> Plan:
    """One image-less shot, `hero`, in three ratios of five seconds, unless the brief says otherwise."""
    wanted = brief(**changes)
    return Plan("cmp_1", wanted, facts(model), {shot.name: () for shot in wanted.shots})


def without_drafts(**changes: Any) -> Plan:
    return plan(draft={"enabled": False}, **changes)


def claim(variant: Variant, given: Render, *, adopted: bool = False) -> Claim:
    """The claim of a variant's very take on a render, which takes the variant's name."""
    named = replace(given, variant=variant.name)
    return Claim("cmp_1", variant.name, variant.take, given.kind, named, adopted)


def draft(of: Plan, variant: Variant, state: RenderState, *, adopted: bool = False, **changes: Any) -> Claim:
    """A variant's cheap copy, claimed."""
    return claim(variant, render(state, of.draft(variant), **changes), adopted=adopted)


def final(of: Plan, variant: Variant, state: RenderState, *, adopted: bool = False, **changes: Any) -> Claim:
    """A variant's delivered film, claimed."""
    given = render(state, of.final(variant), **{"id": "rnd_2", **changes})
    return claim(variant, given, adopted=adopted)


def board(of: Plan, *standing: Claim | Approval) -> Board:
    """The board of a plan where just this stands."""
    claims = tuple(row for row in standing if isinstance(row, Claim))
    return Board(of.following(claims, NOW), claims, tuple(row for row in standing if isinstance(row, Approval)))
