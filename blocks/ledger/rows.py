"""Rows of the tables to values of `workprint.render`, and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import RowMapping

from blocks.ledger import schema
from blocks.ledger.ids import client_ref
from workprint.campaigns import Campaign
from workprint.charges import Charge, ChargeState, Evidence
from workprint.failures import FailureKind, Stage
from workprint.render import (
    Approval,
    Asset,
    CancelState,
    Change,
    Claim,
    Decision,
    Event,
    Place,
    Render,
    Source,
    Verdict,
)
from workprint.spec import Kind, Spec
from workprint.states import RenderState

Values = dict[str, Any]

_RENDER_FIELDS = tuple(f.name for f in fields(Render))
#: The columns a `Render` is made of, and the number of its last event.
RENDER_COLUMNS = (*(schema.renders.c[name] for name in _RENDER_FIELDS), schema.renders.c.last_seq)


def clean(text: str) -> str:
    """Text any database takes. A provider's raw answer may hold NUL or half a character, and is kept all the same."""
    return text.encode(errors="replace").decode().replace("\x00", "\ufffd")


def clean_json(value: Any) -> Any:
    """The same for every text inside a JSON value."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): clean_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_json(item) for item in value]
    return value


@lru_cache(maxsize=2048)
def _spec(text: str) -> Spec:
    # The same few specs are read at every step of their renders' lives; they are frozen, so they can be shared.
    return Spec.from_json(json.loads(text))


def to_render(row: RowMapping) -> Render:
    """A row of `RENDER_COLUMNS`."""
    values = {name: row[name] for name in _RENDER_FIELDS}
    values |= {
        "state": RenderState(row["state"]),
        "spec": _spec(row["spec"]),
        "failure_kind": FailureKind(row["failure_kind"]) if row["failure_kind"] else None,
        "failure_stage": Stage(row["failure_stage"]) if row["failure_stage"] else None,
        "charge_state": ChargeState(row["charge_state"]),
        "charge_evidence": Evidence(row["charge_evidence"]),
        "moderation": Verdict(row["moderation"]),
        "moderation_findings": tuple(row["moderation_findings"]),
        "cancel_state": CancelState(row["cancel_state"]) if row["cancel_state"] else None,
    }
    return Render(**values)


def spec_values(spec: Spec) -> Values:
    """The spec as text, and its parts in columns of their own."""
    whole = spec.to_json()
    return {
        "spec": json.dumps(whole, sort_keys=True, ensure_ascii=False),
        "fingerprint": spec.fingerprint,
        "reference_files": whole["references"],
        "camera_motion": spec.camera.motion.value,
        "camera_speed": spec.camera.speed.value,
        **{
            name: whole[name]
            for name in (
                *("kind", "take", "provider", "model", "input_type", "prompt", "negative_prompt", "duration"),
                *("resolution", "ratio", "fps", "audio", "seed"),
            )
        },
    }


def new_render_values(render_id: str, quote: Charge, now: datetime) -> Values:
    """What every new render starts with."""
    return {
        "id": render_id,
        "client_ref": client_ref(render_id),
        "state": RenderState.PLANNED,
        "last_seq": 1,
        "created_at": now,
        "updated_at": now,
        "attempts": 0,
        "failure_code": "",
        "failure_raw": "",
        "charge_state": quote.state,
        "charge_amount": quote.amount,
        "charge_currency": quote.currency,
        "charge_evidence": quote.evidence,
        "charge_source": quote.source,
        "moderation": Verdict.NOT_CHECKED,
        "moderation_findings": [],
    }


def event_values(change: Change, seq: int, before: RenderState | None, at: datetime) -> Values:
    """The event of a change."""
    return {
        "render_id": change.render_id,
        "seq": seq,
        "at": at,
        "before": before,
        "after": change.to,
        "source": change.source,
        "actor": clean(change.actor),
        "code": clean(change.code),
        "raw": clean(change.raw),
        "note": clean(change.note),
    }


def to_event(row: RowMapping) -> Event:
    """A row of `events`."""
    before = RenderState(row["before"]) if row["before"] else None
    return Event(**{**row, "before": before, "after": RenderState(row["after"]), "source": Source(row["source"])})


def to_asset(row: RowMapping) -> Asset:
    """A row of `assets`."""
    return Asset(**{**row, "place": Place(row["place"])})


def asset_values(asset: Asset) -> Values:
    """A row for `assets`."""
    return asdict(asset)


def to_approval(row: RowMapping) -> Approval:
    """A row of `approvals`."""
    return Approval(**{**row, "decision": Decision(row["decision"])})


def approval_values(approval: Approval) -> Values:
    """A row for `approvals`."""
    return clean_fields(asdict(approval))


def to_campaign(row: RowMapping) -> Campaign:
    """A row of `campaigns`."""
    return Campaign(**row)


def campaign_values(campaign: Campaign) -> Values:
    """A row for `campaigns`."""
    return {**clean_fields(asdict(campaign)), "brief": clean_json(campaign.brief)}


def clean_fields(values: Values) -> Values:
    """Every text of a row made storable; other values as they are."""
    return {name: clean(value) if type(value) is str else value for name, value in values.items()}


def to_claim(row: RowMapping, render: Render) -> Claim:
    """A row of `claims` with the render it points at."""
    return Claim(
        row["campaign_id"],
        row["variant"],
        row["take"],
        Kind(row["kind"]),
        render,
        bool(row["adopted"]),
        row["revision_id"],
    )
