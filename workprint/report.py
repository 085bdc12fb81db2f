"""The end of a campaign: its name, its table and its words. In English and Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workprint.board import Board
from workprint.budgets import reason, was_refused
from workprint.charges import ChargeState
from workprint.quotes import money
from workprint.render import Asset, Decision, Render, Verdict
from workprint.spec import Kind
from workprint.states import RenderState
from workprint.unknowns import in_doubt, sentence, was_given_up
from workprint.variants import Variant

#: Status of a variant -> Chinese.
WORDS = {
    "delivered": "已交付",
    "blocked": "审核未通过",
    "rejected": "已拒绝",
    "failed": "失败",
    "unknown": "状态未知",
    "given up": "已放弃",
    "over budget": "超出预算",
    "cancelled": "已取消",
    "unfinished": "未完成",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One variant at the end. Amounts in the model's currency, summed over all takes of the variant."""

    variant: str
    take: int
    status: str
    draft_cost: Decimal
    final_cost: Decimal
    #: How the final was made: native, again (same inputs and seed once more), direct, or empty.
    made: str
    final: Render | None
    asset: Asset | None
    #: Render that explains a failure, or of which nobody knows what became of it.
    blame: Render | None
    adopted: bool
    #: Renders of this variant, of all takes, that another campaign had bought: nothing was charged here.
    bought: tuple[Render, ...] = ()

    def row(self) -> dict[str, Any]:
        """As a row of the Prefect table; keys are what the person reads."""
        asset = self.asset
        left = None if asset is None or asset.link_seconds_left is None else f"{asset.link_seconds_left / 3600:.1f} h"
        return {
            "variant": self.variant,
            "status": f"{self.status} · {WORDS[self.status]}",
            "draft cost": money(self.draft_cost),
            "final cost": money(self.final_cost),
            "made": self.made,
            "key": asset.key if asset else "",
            "sha256": asset.sha256 if asset else "",
            "link left": left or "",
            "adopted": self.adopted,
            "bought by": "; ".join(map(bought_by, self.bought)),
            "why": self.why(),
        }

    def why(self, language: str = "en") -> str:
        """The customer's sentence for a failure or a doubt, and the render to name to support."""
        failure = self.blame.failure if self.blame else None
        if self.blame is not None and in_doubt(self.blame):
            return f"{sentence(self.blame, language)} [{self.blame.id}]"
        if self.blame is None or failure is None:
            return ""
        if was_refused(self.blame):
            return f"{reason(self.blame, language)} [{self.blame.id}]"
        return f"{failure.sentence(language)} [{self.blame.id} {failure.kind}/{failure.stage} {failure.code}]"


@dataclass(frozen=True, slots=True)
class Ending:
    """The named final state of the campaign's run. `completed` False: the run failed."""

    name: str
    completed: bool
    message: str


def lines(board: Board, assets: Mapping[str, Asset]) -> tuple[Line, ...]:
    """One line per variant. `assets` are the films by render id."""
    return tuple(_line(board, variant, assets) for variant in board.current)


def ending(found: tuple[Line, ...]) -> Ending:
    """Delivered, Delivered in part, Rejected, or what it failed on."""
    by_status = {status: sum(line.status == status for line in found) for status in WORDS}
    message = ", ".join(f"{number} {status}" for status, number in by_status.items() if number)
    trouble = sum(number for status, number in by_status.items() if status not in {"delivered", "rejected"})
    if by_status["delivered"]:
        return Ending("Delivered in part" if trouble else "Delivered", True, message)
    if not trouble:
        return Ending("Rejected", True, message)
    return Ending(_failed_on(by_status), False, message)


def _failed_on(by_status: Mapping[str, int]) -> str:
    if by_status["unknown"]:
        return "Outcome unknown"
    if by_status["failed"]:
        return "Failed"
    named = {"blocked": "Moderation", "over budget": "Over budget", "given up": "Given up", "cancelled": "Cancelled"}
    return next((name for status, name in named.items() if by_status[status]), "Failed")


def markdown(board: Board, found: tuple[Line, ...], end: Ending, switches: tuple[str, ...] = ()) -> str:
    """The report as a Prefect markdown artifact: words in both languages, reasons in the audience's.

    `switches`: what is to be said of films that another provider block makes, or may not make, a line each.
    """
    brief = board.plan.brief
    spent = sum((line.draft_cost + line.final_cost for line in found), Decimal(0))
    head = [
        f"# {_plain(brief.title)}: {end.name}",
        "",
        f"{end.message}. Spent · 花费 {money(spent)} {board.plan.facts.currency} of {brief.budget.amount}.",
        "",
        "| variant · 变体 | status · 状态 | made · 方式 | why · 原因 |",
        "|---|---|---|---|",
    ]
    rows = [
        f"| {x.variant} | {x.status} · {WORDS[x.status]} | {x.made} | {_plain(x.why(brief.language))} |" for x in found
    ]
    approvals = [
        f"- {a.variant} take {a.take}: {a.decision} by {_plain(a.actor)}: {_plain(a.note)}" for a in board.approvals
    ]
    more = [*_switched(switches), *_adopted(found), *_doubts(board)]
    once = list(dict.fromkeys(approvals))  # a film without a draft has one for each provider block
    return "\n".join([*head, *rows, *more, "", "## Approvals · 审批", *(once or ["none · 无"])])


def bought_by(render: Render) -> str:
    """Which render another campaign had bought, for the table."""
    return f"{render.kind} {render.id}: campaign {render.campaign_id}, not charged here"


def _switched(switches: tuple[str, ...]) -> list[str]:
    return ["", "## Another provider · 更换供应商", *map(_plain, switches)] if switches else []


def _adopted(found: tuple[Line, ...]) -> list[str]:
    """Whose films these are, where the same content had been bought before."""
    said = [
        f"- {line.variant} ({r.kind}): render {r.id}, bought by campaign {r.campaign_id}; nothing was charged here · "
        f"由活动 {r.campaign_id} 购买，本活动未产生费用"
        for line in found
        for r in line.bought
    ]
    return ["", "## Bought before · 沿用已有渲染", *said] if said else []


def _doubts(board: Board) -> list[str]:
    """Every outcome nobody knows, of older takes too: a take given up for a new one may still be charged."""
    doubtful = [render for render in board.renders() if in_doubt(render)]
    if not doubtful:
        return []
    said = [f"- {r.variant} take {r.spec.take} ({r.kind}, {r.id})" for r in doubtful]
    words = [f"{_plain(sentence(r))} · {_plain(sentence(r, 'zh'))}" for r in doubtful]
    return ["", "## Unknown outcomes · 结果未知", *(f"{a}: {b}" for a, b in zip(said, words, strict=True))]


def _plain(text: str) -> str:
    """Foreign text that cannot break out of its line or its cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _line(board: Board, variant: Variant, assets: Mapping[str, Asset]) -> Line:
    draft, final = board.render(variant, Kind.DRAFT), board.render(variant, Kind.FINAL)
    status = _status(board, variant, draft, final)
    claim = board.claim(variant, Kind.FINAL)
    return Line(
        variant=variant.name,
        take=variant.take,
        status=status,
        draft_cost=_cost(board, variant.name, Kind.DRAFT),
        final_cost=_cost(board, variant.name, Kind.FINAL),
        made=_made(final),
        final=final,
        asset=assets.get(final.id) if final else None,
        blame=next((r for r in (final, draft) if r is not None and (r.failure is not None or in_doubt(r))), None),
        adopted=claim.adopted if claim else False,
        bought=tuple(c.render for c in board.claims if c.variant == variant.name and c.adopted),
    )


def _status(board: Board, variant: Variant, draft: Render | None, final: Render | None) -> str:
    if board.decision(variant) is Decision.REJECTED:
        return "rejected"
    newest = final or draft
    if newest is None:
        return "unfinished"
    if in_doubt(newest):
        return "given up" if was_given_up(newest) else "unknown"
    if final is not None and final.moderation is Verdict.BLOCKED:
        return "blocked"
    return "delivered" if final is not None and final.state is RenderState.ARCHIVED else _not_delivered(newest)


def _not_delivered(newest: Render) -> str:
    if newest.state is RenderState.CANCELLED and newest.cancel_state is not None:
        return "cancelled"
    if was_refused(newest):
        return "over budget"
    return "failed" if newest.failure is not None else "unfinished"


def _made(final: Render | None) -> str:
    if final is None:
        return ""
    if final.spec.native:
        return "native: from the approved draft"
    return "again: same inputs and seed, not the same film" if final.spec.draft else "direct: no draft"


def _cost(board: Board, variant: str, kind: Kind) -> Decimal:
    """What this campaign paid: an adopted render was paid by somebody else."""
    own = (c.render for c in board.claims if c.variant == variant and c.kind is kind and not c.adopted)
    return sum((render.charge_amount for render in own if render.charge_state is ChargeState.CHARGED), Decimal(0))
