"""The books: what the sandbox billed against what the ledger says, campaign by campaign."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx
from sqlalchemy import select

from blocks.ledger import Ledger, Trace
from blocks.ledger.schema import renders as _renders
from workprint.budgets import AccountKey, Weight, accounts_of, weight
from workprint.charges import ChargeState
from workprint.costs import Attempt
from workprint.render import Decision, Render
from workprint.spec import Kind
from workprint.states import TERMINAL, RenderState

#: Not ended, and no person can see it in any list.
_OPEN = frozenset(
    {RenderState.PLANNED, RenderState.SUBMITTING, RenderState.QUEUED, RenderState.PROCESSING, RenderState.SUCCEEDED}
)


@dataclass(slots=True)
class Findings:
    """What is wrong with one campaign; each line names the render or task."""

    double: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    amounts: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    to_a_person: list[str] = field(default_factory=list)

    @property
    def bad(self) -> list[str]:
        """Everything that must never be."""
        named = {"double": self.double, "lost": self.lost, "unsettled": self.unsettled, "amounts": self.amounts}
        named["records"] = self.records
        return [f"{name}: {line}" for name, lines in named.items() for line in lines]


async def compare(ledger: Ledger, run_id: str, tasks: Sequence[Mapping[str, Any]]) -> Findings:
    """The findings of one campaign: its renders, and every task the sandbox made for it."""
    trace = await ledger.find(run_id)
    found = await asyncio.to_thread(_bill, trace, tasks)
    _events(found, trace)
    _approvals(found, trace)
    for render in trace.renders:
        _charges(found, render, await ledger.money.attempts(render.id))
    return found


def _bill(trace: Trace, tasks: Sequence[Mapping[str, Any]]) -> Findings:
    found = Findings()
    charged = [task for task in tasks if task["charge"]]
    by_ref = {render.client_ref: render for render in trace.renders}
    by_task = {render.task_id: render for render in trace.renders if render.task_id}
    _doubles(found, charged, by_ref)
    for task in charged:
        _paid(found, task, by_task.get(task["id"]) or by_ref.get(task["safety_identifier"]))
    billed = {task["id"] for task in charged}
    for render in trace.renders:
        _ended(found, render, billed)
    return found


def _doubles(found: Findings, charged: Sequence[Mapping[str, Any]], by_ref: Mapping[str, Render]) -> None:
    """Two charges for one content: a take is part of the fingerprint, so a new take is another content."""
    contents = Counter(
        by_ref[task["safety_identifier"]].fingerprint for task in charged if task["safety_identifier"] in by_ref
    )
    found.double += [f"{count} charges for content {content}" for content, count in contents.items() if count > 1]


def _paid(found: Findings, task: Mapping[str, Any], render: Render | None) -> None:
    """One line of the bill: known, with its amount, and its film safe when it can be had."""
    if render is None:
        found.lost.append(f"task {task['id']} is on the bill, and no render knows it")
        return
    if render.state is RenderState.UNKNOWN:
        return  # counted as left to a person
    if render.charge_state is not ChargeState.CHARGED:
        found.lost.append(f"task {task['id']} is on the bill, and render {render.id} is {render.charge_state}")
    elif render.charge_amount != Decimal(task["charge"]["amount"]):
        found.amounts.append(f"render {render.id}: {render.charge_amount}, billed {task['charge']['amount']}")
    if render.state is not RenderState.ARCHIVED and _can_be_had(task):
        found.lost.append(f"task {task['id']} is paid and can be fetched, and render {render.id} is {render.state}")


def _can_be_had(task: Mapping[str, Any]) -> bool:
    link = (task.get("content") or {}).get("video_url", "")
    if not link.startswith("http://127.0.0.1"):
        return False
    try:
        answer = httpx.get(link, trust_env=False, timeout=30)
    except httpx.HTTPError:
        return False
    return answer.status_code == 200 and answer.content[4:8] == b"ftyp"


def _ended(found: Findings, render: Render, billed: set[str]) -> None:
    if render.state is RenderState.UNKNOWN:
        found.to_a_person.append(f"render {render.id}")
    elif render.state in _OPEN:
        found.unsettled.append(f"render {render.id} is {render.state}")
    elif render.charge_state is ChargeState.CHARGED and (render.task_id or "") not in billed:
        found.amounts.append(f"render {render.id} is charged, and its task {render.task_id} is not on the bill")


def _events(found: Findings, trace: Trace) -> None:
    """Whoever ends a render, it ends once."""
    ends = Counter(e.render_id for e in trace.events if e.after in TERMINAL and e.before is not e.after)
    for render in trace.renders:
        if ends[render.id] != (render.state in TERMINAL):
            found.records.append(f"render {render.id} is {render.state} and has {ends[render.id]} ends on record")


def _approvals(found: Findings, trace: Trace) -> None:
    """One decision a take, and no final of what was rejected."""
    for (variant, take), count in Counter((a.variant, a.take) for a in trace.approvals).items():
        if count > 1:
            found.records.append(f"{count} decisions about {variant} take {take}")
    allowed = {a.id for a in trace.approvals if a.decision is Decision.APPROVED}
    for render in trace.renders:
        if render.kind is Kind.FINAL and render.approval_id not in allowed:
            found.records.append(f"final {render.id} was ordered and nobody approved it")


def _charges(found: Findings, render: Render, attempts: Sequence[Attempt]) -> None:
    """The last word about a render's money is what the render says itself."""
    if render.submitted_at is None:
        return
    last = attempts[-1] if attempts else None
    if last is None or (last.state, last.amount) != (render.charge_state, render.charge_amount):
        found.amounts.append(f"render {render.id} is {render.charge_state} {render.charge_amount}, its charges: {last}")


async def accounts(ledger: Ledger) -> list[str]:
    """Every account of a ledger that is not the sum over its renders: of each campaign, cost centre and day."""
    renders = await ledger.renders(await _ids(ledger))
    centres = {id_: (await ledger.campaign(id_)).cost_centre for id_ in {render.campaign_id for render in renders}}
    weighed: dict[AccountKey, Weight] = defaultdict(Weight)
    for render in renders:
        if render.submitted_at is not None:
            for key in accounts_of(render, centres[render.campaign_id], render.submitted_at):
                weighed[key] += weight(render)
    standing = {account.key: account.weight for account in await ledger.money.accounts()}
    return [
        f"account {key} stands at {standing.get(key)}, its renders come to {weighed.get(key)}"
        for key in sorted(standing.keys() | weighed.keys(), key=AccountKey.order)
        if standing.get(key, Weight()) != weighed.get(key, Weight())
    ]


async def _ids(ledger: Ledger) -> list[str]:
    """Every render there is; a production ledger has too many for such a question."""
    async with ledger._door.reading() as connection:
        return list((await connection.execute(select(_renders.c.id))).scalars())
