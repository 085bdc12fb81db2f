"""Values for ledger tests, and the ordinary life of a render."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from blocks.ledger import Ledger
from blocks.ledger.casting import write_approvals
from workprint.brief import Audio, Camera, InputType, Motion, Role, Speed
from workprint.campaigns import Campaign
from workprint.charges import Charge, ChargeState
from workprint.charges import Evidence as ChargeEvidence
from workprint.evidence import Evidence, offer
from workprint.policy import OPEN
from workprint.render import Approval, Asset, Change, Claim, Decision, Place, Render, Source
from workprint.spec import FrozenReference, Kind, Spec, canonical_sha256
from workprint.states import RenderState

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
QUOTE = Charge(ChargeState.QUOTED, Decimal("1.23"), "CNY", ChargeEvidence.ESTIMATED, "price table of 2026-11-01")
REFUSED = {
    "failure_kind": "upstream",
    "failure_stage": "submit",
    "charge_state": ChargeState.NOT_CHARGED,
    "charge_amount": Decimal(0),
}
S = RenderState


def campaign(name: str = "cmp", **changes: Any) -> Campaign:
    brief = {"title": "Tea", "shots": [{"name": "hero"}]}
    values: dict[str, Any] = {
        "id": name,
        "title": "Tea",
        "project": "tea",
        "cost_centre": "42",
        "requested_by": "mei",
        "brief": brief,
        "brief_hash": canonical_sha256(brief),
        "created_at": NOON,
        "flow_run_id": f"run-of-{name}",
    }
    return Campaign(**{**values, **changes})


def spec(content: str = "a teapot", **changes: Any) -> Spec:
    values: dict[str, Any] = {
        "kind": Kind.DRAFT,
        "provider": "sandbox",
        "model": "sandbox-1",
        "input_type": InputType.IMAGE_TO_VIDEO,
        "prompt": content,
        "negative_prompt": "blur",
        "references": (FrozenReference(Role.FIRST_FRAME, "a" * 64, "image/png", 9, "refs/a.png", "tea.png", 64, 64),),
        "duration": 5,
        "resolution": "480p",
        "ratio": "9:16",
        "fps": 24,
        "camera": Camera(motion=Motion.PUSH_IN, speed=Speed.SLOW),
        "audio": Audio.MUTE,
        "seed": 2**32 - 1,
        "take": 1,
    }
    return Spec(**{**values, **changes})


def final_of(draft: Spec) -> Spec:
    return draft.final(resolution="1080p", fps=24, native=True)


def approval(final: Spec, **changes: Any) -> Approval:
    values: dict[str, Any] = {
        "id": f"apr_{final.fingerprint[:12]}",
        "campaign_id": "cmp",
        "variant": "hero",
        "take": 1,
        "decision": Decision.APPROVED,
        "actor": "lin",
        "note": "good",
        "at": NOON,
        "covers": "c" * 64,
        "draft_render_id": None,
        "draft_sha256": None,
        "final_fingerprint": final.fingerprint,
        "max_amount": Decimal("3.45"),
        "currency": "CNY",
        **changes,
    }
    if values["decision"] == Decision.APPROVED:
        evidence = evidence_of(final, values)
        values = {**values, "evidence": evidence.text(), "covers": evidence.seal, **changes}
    return Approval(**values)


async def approve(ledger: Ledger, rows: Sequence[Approval]) -> None:
    """Approvals into the ledger, without a gate and votes before them."""
    write = partial(write_approvals, rows=tuple(rows))
    await ledger._door.do(("campaign", rows[0].campaign_id if rows else ""), write)


def evidence_of(final: Spec, row: Mapping[str, Any]) -> Evidence:
    """The evidence of an approval row of this final."""
    about = offer(
        campaign=row["campaign_id"],
        variant=row["variant"],
        brief="b" * 64,
        draft_render_id=row["draft_render_id"],
        draft=row["draft_sha256"],
        final=final,
        dialect="ark",
        max_amount=row["max_amount"],
        currency=row["currency"],
    )
    return Evidence.of(about, OPEN, OPEN.terms(row["max_amount"], row["currency"]), (), row["at"])


async def claim(ledger: Ledger, content: Spec, **changes: Any) -> Claim:
    values: dict[str, Any] = {"campaign_id": "cmp", "variant": "hero", "spec": content, "dialect": "ark"}
    return await ledger.claim(**{**values, "quote": QUOTE, "submitted_by": "mei", **changes})


def step(render: Render, to: RenderState, facts: Mapping[str, Any] | None = None, **more: Any) -> Change:
    return Change(render.id, render.state, to, Source.POLL, "watcher", facts=dict(facts or {}), **more)


def film(render: Render, key: str | None = None) -> Asset:
    return Asset(
        render_id=render.id,
        place=Place.DRAFT,
        bucket="films",
        key=key or f"tea/{render.id}.mp4",
        sha256="f" * 64,
        size=2**33,
        media_type="video/mp4",
        width=480,
        height=854,
        duration=5.0,
        fps=24.0,
        has_audio=False,
        etag='"e"',
        archived_at=NOON,
        link_seconds_left=86_000.5,
        manifest_key=f"{key or f'tea/{render.id}.mp4'}.json",
    )


async def refuse(ledger: Ledger, render: Render) -> Render:
    """Submitted and refused: nothing was created, nothing was charged."""
    sent = await ledger.change(step(render, S.SUBMITTING))
    return await ledger.change(step(sent, S.FAILED, REFUSED))


async def succeed(ledger: Ledger, render: Render) -> Render:
    """From `planned` to a usable link."""
    sent = await ledger.change(step(render, S.SUBMITTING))
    queued = await ledger.change(step(sent, S.QUEUED, {"task_id": f"task-{render.id}"}))
    running = await ledger.change(step(queued, S.PROCESSING))
    link = {"link": f"https://cdn.example/{render.id}.mp4?sig=1", "charge_state": ChargeState.CHARGED}
    return await ledger.change(step(running, S.SUCCEEDED, link))


async def archive(ledger: Ledger, render: Render) -> Render:
    """A whole life, film and all."""
    done = await succeed(ledger, render)
    return await ledger.change(step(done, S.ARCHIVED), asset=film(render))
