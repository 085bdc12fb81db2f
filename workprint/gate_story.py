"""What stands above the gate's form in words: what is asked, what it costs, until when, who must agree. Markdown, in
both languages.
"""

from collections.abc import Mapping
from decimal import Decimal

from workprint.board import Board
from workprint.fallback import Choice
from workprint.gates import Cause, Gate
from workprint.quotes import money
from workprint.render import Render, Verdict

#: Why a gate ends, in both languages.
CAUSES = {
    Cause.TIMEOUT: ("then the answer is no", "届时视为拒绝"),
    Cause.DRAFT: ("then the provider no longer keeps the drafts", "届时供应商不再保留样片"),
    Cause.QUOTE: ("then the prices no longer stand, and the answer is no", "届时报价失效，视为拒绝"),
    Cause.SUNSET: ("then the model is switched off, and the answer is no", "届时模型下线，视为拒绝"),
}


def head(board: Board, gate: Gate) -> str:
    """What is asked, in both languages, with the money that depends on it, and until when."""
    cost = sum((board.plan.price(board.plan.final(variant)) for variant in board.waiting), Decimal(0))
    currency = board.plan.facts.currency
    return (
        f"### {board.plan.brief.title}\n"
        f"{len(board.waiting)} drafts wait for a decision. All of them cost at most **{money(cost)} {currency}** more."
        f" · {len(board.waiting)} 个样片待审批，全部通过最多再花费 **{money(cost)} {currency}**。\n\n"
        f"Open until **{gate.deadline:%Y-%m-%d %H:%M} UTC**: {CAUSES[gate.cause][0]} · "
        f"截止 **{gate.deadline:%Y-%m-%d %H:%M} UTC**：{CAUSES[gate.cause][1]}"
        f"{_asked_for(gate)}{_forgotten(board)}"
    )


def _asked_for(gate: Gate) -> str:
    """Who must agree, where one person's word is not enough."""
    terms = gate.terms
    if terms.quorum == 1 and not terms.roles:
        return ""
    roles, people = ", ".join(terms.roles), terms.quorum
    english = f"{people} different {'person' if people == 1 else 'people'} must approve" + (
        f", roles: {roles}" if roles else ""
    )
    return f"\n\n{english} · 须 {people} 人通过" + (f"，角色：{roles}" if roles else "")


def _forgotten(board: Board) -> str:
    """Drafts their provider no longer keeps: what the two ways on are, and what each costs."""
    plan = board.plan
    gone = [variant for variant in board.waiting if (variant.name, variant.take) in plan.lapsed]
    lines = [
        f"- {v.name}: draft_again {money(plan.price(plan.draft(v)))} · "
        f"approve {money(plan.price(plan.final(v)))} {plan.facts.currency}"
        for v in gone
    ]
    if not lines:
        return ""
    head = (
        "The provider no longer keeps these drafts. Draft again, or approve a final made from the same prompt and "
        "seed: **it will be another film than the draft** · 供应商已不再保留以下样片：可重拍样片，"
        "或按相同提示词与种子直接生成终片（**与样片不完全相同**）："
    )
    return "\n\n" + "\n".join([head, *lines])


def warnings(drafts: Mapping[str, Render]) -> str:
    """What automatic checks noticed in drafts (by variant), in both languages; empty when nothing."""
    lines = [f"- {name}: {_noticed(render)}" for name, render in drafts.items() if render.moderation_findings]
    return "\n".join(["**Automatic checks noticed · 自动检查提示**", *lines]) if lines else ""


def _noticed(draft: Render) -> str:
    rules = ", ".join(sorted({str(found["rule"]) for found in draft.moderation_findings}))
    if draft.moderation is Verdict.BLOCKED:
        return f"{rules}; **a final like this is not delivered · 此类终片将不予交付**"
    return rules


def room(page: str) -> str:
    """The way into the screening room, in both languages. `page`: the campaign's page there."""
    return f"**[Open the screening room]({page})** · **[打开审片室]({page})**"


def instead(board: Board) -> str:
    """Who else may make films without a draft, and for how much: the approval covers that too."""
    plan = board.plan
    if plan.brief.draft.enabled or not plan.fallbacks:
        return ""
    head = f"What {plan.brief.provider} refuses may be made by, in this order · 被拒绝的影片将依次由以下供应商制作："
    return "\n".join([head, *(f"- {_may_cost(board, choice)}" for choice in plan.fallbacks)])


def _may_cost(board: Board, choice: Choice) -> str:
    plans = [(variant, board.plan.instead(variant, choice)) for variant in board.waiting]
    total = sum((plan.price(plan.final(variant)) for variant, plan in plans), Decimal(0))
    cost = f"**{money(total)} {choice.facts.currency}**"
    return f"{choice.provider} ({choice.facts.name}): all of them at most {cost} · 备用供应商，全部最多 {cost}"
