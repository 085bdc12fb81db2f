"""The manifest: the whole story of one film as JSON, beside the film in the bucket; readable without our code."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from workprint.links import without_query
from workprint.plan import Plan
from workprint.render import Approval, Asset, Event, Render

#: Raised when a field changes its meaning or goes away.
VERSION = 1


def manifest(
    plan: Plan, render: Render, asset: Asset, approval: Approval | None, events: Sequence[Event]
) -> dict[str, Any]:
    """Plain JSON values. The provider's link is kept without its signature."""
    return {
        "workprint_manifest": VERSION,
        "campaign": _campaign(plan),
        "render": _render(render),
        "spec": render.spec.to_json(),
        "file": _file(asset),
        "charge": _charge(render),
        "moderation": {"result": render.moderation, "findings": list(render.moderation_findings)},
        "approval": _approval(approval) if approval else None,
        "events": [_event(event) for event in events],
    }


def _campaign(plan: Plan) -> dict[str, Any]:
    brief = plan.brief
    return {
        "id": plan.campaign_id,
        "title": brief.title,
        "project": brief.project,
        "cost_centre": brief.cost_centre,
        "requested_by": brief.requested_by,
        "brief_hash": plan.brief_hash,
    }


def _render(render: Render) -> dict[str, Any]:
    return {
        "id": render.id,
        "variant": render.variant,
        "kind": render.kind,
        "fingerprint": render.fingerprint,
        "provider_task_id": render.task_id,
        "client_ref": render.client_ref,
        "dialect": render.dialect,
        "draft_render_id": render.draft_render_id,
        "retry_of": render.retry_of,
        "submitted_by": render.submitted_by,
        "submitted_at": _time(render.submitted_at),
        "finished_at": _time(render.finished_at),
        "link": without_query(render.link) if render.link else None,
        "link_expires_at": _time(render.link_expires_at),
    }


def _file(asset: Asset) -> dict[str, Any]:
    return {
        "place": asset.place,
        "bucket": asset.bucket,
        "key": asset.key,
        "sha256": asset.sha256,
        "size": asset.size,
        "media_type": asset.media_type,
        "width": asset.width,
        "height": asset.height,
        "duration_seconds": asset.duration,
        "fps": asset.fps,
        "has_audio": asset.has_audio,
        "archived_at": _time(asset.archived_at),
        "link_seconds_left": asset.link_seconds_left,
    }


def _charge(render: Render) -> dict[str, Any]:
    return {
        "state": render.charge_state,
        "amount": str(render.charge_amount),
        "currency": render.charge_currency,
        "evidence": render.charge_evidence,
        "source": render.charge_source,
    }


def _approval(approval: Approval) -> dict[str, Any]:
    return {
        "id": approval.id,
        "decision": approval.decision,
        "actor": approval.actor,
        "note": approval.note,
        "at": _time(approval.at),
        "covers": approval.covers,
        "draft_sha256": approval.draft_sha256,
        "max_amount": str(approval.max_amount) if approval.max_amount is not None else None,
        "currency": approval.currency,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": _time(event.at),
        "before": event.before,
        "after": event.after,
        "source": event.source,
        "actor": event.actor,
        "code": event.code,
        "note": event.note,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
