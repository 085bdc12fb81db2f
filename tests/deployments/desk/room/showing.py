"""Campaigns as the room shows them: one made of values alone, and the same in a ledger."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from blocks.ledger import Ledger
from deployments.desk.room.asking import Said
from deployments.desk.room.cuts import Reel
from deployments.desk.room.view import Facts, Page, page_of
from tests.blocks.ledger.making import step, succeed
from tests.workprint.builders import NOW, asset, plan
from workprint.board import Board
from workprint.campaigns import Campaign
from workprint.comments import Comment
from workprint.gates import Cause, Deadline, Gate
from workprint.orders import Order
from workprint.plan import Plan
from workprint.policy import OPEN, ApproverRole, Channel, Policy
from workprint.render import Approval, Asset, Claim, Decision
from workprint.room_links import Guest
from workprint.spec import canonical_sha256
from workprint.states import RenderState
from workprint.variants import Variant
from workprint.votes import Vote
from workprint.watched import Watched

PLAN = plan()
FIRST, SECOND, THIRD = PLAN.variants()
LATER = NOW + timedelta(hours=1)


def guest(name: str = "Lin", *roles: ApproverRole, agent: bool = False) -> Guest:
    return Guest(name, roles, agent, "cmp_1", "ses_1", NOW + timedelta(days=1))


def campaign(of: Plan = PLAN, **changes: Any) -> Campaign:
    frozen = json.loads(json.dumps(of.frozen))
    brief = of.brief
    given = Campaign(of.campaign_id, brief.title, brief.project, "", brief.requested_by, frozen, of.brief_hash, NOW)
    return replace(given, **changes)


def films(*claims: Claim) -> dict[str, Asset]:
    """A film for each of them, each with bytes of its own."""
    return {
        claim.render.id: asset(render_id=claim.render.id, sha256=f"{number:064x}")
        for number, claim in enumerate(claims, start=1)
    }


def gate(of: Plan, claims: Iterable[Claim], approvals: Iterable[Approval] = (), policy: Policy = OPEN) -> Gate:
    """The question about everything that waits."""
    every = tuple(claims)
    board = Board(of.following(every, NOW), every, tuple(approvals))
    offers = [offer for variant in board.waiting for offer in board.offers(variant, films(*every))]
    end = Deadline(NOW + timedelta(hours=72), Cause.TIMEOUT)
    return Gate.asked("cmp_1", offers, policy, amount="50", currency="CNY", opened_at=NOW, end=end)


def vote(about: Gate, variant: Variant, decision: Decision = Decision.APPROVED, **changes: Any) -> Vote:
    given = Vote(
        id=f"vot_{variant.name}",
        gate_id=about.id,
        campaign_id="cmp_1",
        variant=variant.name,
        take=variant.take,
        offer=about.digest(variant.name),
        decision=decision,
        actor="Ben",
        roles=(),
        channel=Channel.SCREENING_ROOM,
        note="",
        at=LATER,
    )
    return replace(given, **changes)


def comment(variant: Variant, text: str = "no steam", **changes: Any) -> Comment:
    given = Comment(f"cmt_{text}", "cmp_1", variant.name, variant.take, "1" * 64, "Ben", text, LATER)
    return replace(given, **changes)


def facts(
    *claims: Claim,
    asked: Gate | None = None,
    approvals: tuple[Approval, ...] = (),
    votes: tuple[Vote, ...] = (),
    comments: tuple[Comment, ...] = (),
    watched: dict[str, Watched] | None = None,
    **changes: Any,
) -> Facts:
    """What the ledger would tell of a campaign that waits at this gate."""
    of = changes.pop("of", PLAN)
    reel = Reel(claims, approvals, changes.pop("films", films(*claims)), comments, watched or {})
    said = Said((asked,) if asked else (), votes, approvals, comments)
    return Facts(campaign(of, gate=asked.id if asked else None, **changes), reel, said)


def shown(of: Facts, who: Guest | None = None, now: datetime = LATER, **more: Any) -> Page:
    return page_of(of, who or guest(), now, **more)


async def draft_in_ledger(ledger: Ledger, order: Order) -> Asset:
    """One archived draft of a campaign that is there."""
    wanted = {"campaign_id": order.campaign_id, "variant": order.variant, "spec": order.spec, "dialect": "ark"}
    claim = await ledger.claim(**wanted, quote=order.quote, submitted_by="ann", revision_id=order.revision_id)
    done = await succeed(ledger, claim.render)
    film = asset(render_id=done.id, key=f"drafts/{order.campaign_id}/{done.id}.mp4", sha256=canonical_sha256(done.id))
    await ledger.change(step(done, RenderState.ARCHIVED), asset=film)
    return film


async def furnished(ledger: Ledger, policy: Policy = OPEN, of: Plan = PLAN, opened_at: datetime | None = None) -> Gate:
    """A plan's campaign, `cmp_1`, in a ledger, with every draft archived and the question open for three days."""
    now = opened_at or datetime.now(UTC)
    await ledger.open_campaign(campaign(of, created_at=now))
    return await next_gate(ledger, policy, of, now)


async def next_gate(ledger: Ledger, policy: Policy = OPEN, of: Plan = PLAN, now: datetime | None = None) -> Gate:
    """Make every draft that is wanted, then ask about everything that waits."""
    opened_at = now or datetime.now(UTC)
    board = await _board(ledger, of, opened_at)
    for variant in board.to_draft:
        await draft_in_ledger(ledger, board.draft_order(variant))
    board, archived = await _board(ledger, of, opened_at), await ledger.films(of.campaign_id)
    offers = [offer for variant in board.waiting for offer in board.offers(variant, archived)]
    end = Deadline(opened_at + timedelta(hours=72), Cause.TIMEOUT)
    asked = Gate.asked(of.campaign_id, offers, policy, amount="50", currency="CNY", opened_at=opened_at, end=end)
    return await ledger.gates.open(asked)


async def _board(ledger: Ledger, of: Plan, now: datetime) -> Board:
    claims = await ledger.claims(of.campaign_id)
    return Board(of.following(claims, now), claims, await ledger.approvals(of.campaign_id))
