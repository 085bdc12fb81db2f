"""How a trace looks: tables for a person, JSON for a program. Links lose their signatures in both."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python
from rich.markup import escape
from rich.table import Table

from deployments.cli.console import OUT, say
from workprint.campaigns import Campaign
from workprint.cancelling import standing
from workprint.costs import Attempt
from workprint.links import without_query
from workprint.render import Approval, Asset, Event, Render

if TYPE_CHECKING:
    from blocks.ledger import Trace


def as_text(trace: "Trace", attempts: Sequence[Attempt]) -> str:
    """The whole trace as indented JSON: amounts as strings, times in ISO 8601."""
    whole = {**asdict(trace), "charges": [asdict(attempt) for attempt in attempts]}
    return json.dumps(_public(to_jsonable_python(whole)), indent=2, ensure_ascii=False)


def _public(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _signed_off(item) if key == "link" else _public(item) for key, item in value.items()}
    return [_public(item) for item in value] if isinstance(value, list) else value


def _signed_off(link: str | None) -> str | None:
    return without_query(link) if link else None


def show(trace: "Trace", attempts: Sequence[Attempt]) -> None:
    """Campaigns, then each render with its events, what each attempt cost, its approval and its file."""
    for campaign in trace.campaigns:
        _campaign(campaign)
    for render in trace.renders:
        say(f"\n{render.kind} {render.variant}: {render.id}", "bold")
        OUT.print(_facts(_render_rows(render)))
        OUT.print(_events(event for event in trace.events if event.render_id == render.id))
        if of_render := [attempt for attempt in attempts if attempt.render_id == render.id]:
            OUT.print(_attempts(of_render))
        for asset in trace.assets:
            if asset.render_id == render.id:
                OUT.print(_facts(_asset_rows(asset)))
    if trace.approvals:
        OUT.print(_approvals(trace.approvals))


def _campaign(campaign: Campaign) -> None:
    say(f"Campaign {campaign.id}: {campaign.title}", "bold")
    rows = [
        ("state", campaign.state),
        ("project, cost centre", f"{campaign.project}, {campaign.cost_centre or '-'}"),
        ("requested by", campaign.requested_by),
        ("started", f"{_time(campaign.created_at)} by {campaign.started_by or '-'}"),
        ("brief hash", campaign.brief_hash),
    ]
    OUT.print(_facts(rows))


def _render_rows(render: Render) -> list[tuple[str, str]]:
    spec = render.spec
    rows = [
        ("state", f"{render.state}, moderation {render.moderation}"),
        ("findings", findings(render)),
        ("content", f"{spec.input_type}, {spec.duration} s, {spec.resolution}, {spec.ratio}, {spec.fps} fps"),
        ("camera, audio", f"{spec.camera.motion} {spec.camera.speed}, {spec.audio}"),
        ("prompt", spec.prompt),
        ("references", ", ".join(f"{r.role} {r.source} {r.sha256[:12]}" for r in spec.references)),
        ("provider", f"{spec.provider}, {spec.model} ({render.dialect}), task {render.task_id or '-'}"),
        ("our name there", render.client_ref),
        ("submitted", f"{_time(render.submitted_at)} by {render.submitted_by}, {render.attempts} attempt(s)"),
        ("retry of", render.retry_of or ""),
        ("finished", _time(render.finished_at)),
        ("link", f"{without_query(render.link)} until {_time(render.link_expires_at)}" if render.link else ""),
        ("charge", _charge(render)),
        ("cancel", standing(render).outcome.words if render.cancel_state else ""),
        ("failure", _failure(render)),
        ("draft, approval", " ".join(filter(None, (render.draft_render_id, render.approval_id)))),
        ("callback to", render.callback_url or ""),
        ("fingerprint", render.fingerprint),
    ]
    return [(name, value) for name, value in rows if value]


def findings(render: Render) -> str:
    """What moderation found: rule, second, score, and what was seen; empty when nothing was."""
    return "\n".join(_finding(finding) for finding in render.moderation_findings)


def _finding(finding: dict[str, Any]) -> str:
    second = finding.get("second")
    place = f" at {second:g} s" if second is not None else ""
    return f"{finding['rule']}{place}: {finding['excerpt']} (score {finding['score']:g}, {finding['engine']})"


def _charge(render: Render) -> str:
    amount = f"{render.charge_amount.normalize():f} {render.charge_currency}"
    return f"{render.charge_state}: {amount}, {render.charge_evidence} ({render.charge_source or 'no source'})"


def _failure(render: Render) -> str:
    failure = render.failure
    if failure is None:
        return ""
    return f"{failure.kind} at {failure.stage}, {failure.code}: {failure.sentence()}\n{failure.raw}"


def _asset_rows(asset: Asset) -> list[tuple[str, str]]:
    left = "unknown" if asset.link_seconds_left is None else f"{asset.link_seconds_left:.0f} s"
    sound = "with sound" if asset.has_audio else "silent"
    return [
        ("file", f"s3://{asset.bucket}/{asset.key} ({asset.place})"),
        ("manifest", f"s3://{asset.bucket}/{asset.manifest_key}"),
        ("SHA-256", asset.sha256),
        ("film", f"{asset.width}x{asset.height}, {asset.duration:g} s, {asset.fps:g} fps, {sound}, {asset.size} bytes"),
        ("archived", f"{_time(asset.archived_at)}, {left} left on the provider's link"),
    ]


def _facts(rows: Iterable[tuple[str, str]]) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 1))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, _plain(value))
    return table


def _events(events: Iterable[Event]) -> Table:
    table = Table(title="its life", title_justify="left")
    for heading in ("at (UTC)", "from", "to", "source", "by", "code", "note"):
        table.add_column(heading, overflow="fold")
    for event in events:
        words = (event.before or "", event.after, event.source, event.actor, event.code, event.note)
        table.add_row(_time(event.at), *(_plain(str(word)) for word in words))
    return table


def _attempts(attempts: Iterable[Attempt]) -> Table:
    table = Table(title="what it cost", title_justify="left")
    for heading in ("at (UTC)", "attempt", "charge", "amount", "evidence", "source"):
        table.add_column(heading, overflow="fold")
    for a in attempts:
        amount = f"{a.amount.normalize():f} {a.currency}"
        words = (a.attempt, a.state, amount, a.evidence, a.source)
        table.add_row(_time(a.at), *(_plain(str(word)) for word in words))
    return table


def _approvals(approvals: Iterable[Approval]) -> Table:
    table = Table(title="\napprovals", title_justify="left")
    for heading in ("at (UTC)", "variant", "take", "decision", "by", "note", "highest price", "covers"):
        table.add_column(heading, overflow="fold")
    for a in approvals:
        price = f"{a.max_amount} {a.currency}" if a.max_amount is not None else ""
        words = (a.variant, a.take, a.decision, a.actor, a.note, price, a.covers[:12])
        table.add_row(_time(a.at), *(_plain(str(word)) for word in words))
    return table


def _plain(text: str) -> str:
    """Square brackets in a prompt or a provider's words are no markup."""
    return escape(text)


def _time(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S") if at else "-"
