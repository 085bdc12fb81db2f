"""What an approval covers, and reading the gate's answer. Pure: the wait itself is `flows.gate`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workprint.problems import Problem
from workprint.render import Decision
from workprint.spec import Spec, canonical_sha256


def covers(*, brief_hash: str, draft_sha256: str | None, final: Spec, max_amount: Decimal, currency: str) -> str:
    """SHA-256 over brief, draft bytes, final parameters, model and the highest price (docs/design.md 3, rule 6).

    Equal amounts hash alike however many zeros a database gives them.
    """
    return canonical_sha256(
        {
            "brief": brief_hash,
            "draft": draft_sha256,
            "final": final.content(),
            "model": final.model,
            "max_amount": format(max_amount.normalize(), "f"),
            "currency": currency,
        }
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person typed into the gate's form."""

    decision: str
    variants: tuple[str, ...]
    prompt: str
    approver: str
    note: str


def problems_of(answer: Answer, *, pending: Collection[str], approvers: Sequence[str]) -> tuple[Problem, ...]:
    """What is wrong with an answer, all at once; the gate asks again with these lines on top."""
    return (
        *_who(answer, approvers),
        *_which(answer, pending),
        *_what(answer),
    )


def _who(answer: Answer, approvers: Sequence[str]) -> list[Problem]:
    found = []
    if not answer.approver.strip():
        found.append(Problem("approver", "is empty", "say who decides", zh="请填写审批人"))
    elif approvers and answer.approver.strip() not in approvers:
        names = ", ".join(approvers)
        found.append(
            Problem(
                "approver", f"{answer.approver!r} may not approve this brief", f"one of: {names}", zh="审批人不在名单中"
            )
        )
    if not answer.note.strip():
        found.append(Problem("note", "is empty", "say why, in a few words", zh="请填写备注"))
    return found


def _which(answer: Answer, pending: Collection[str]) -> list[Problem]:
    names = ", ".join(sorted(pending))
    unknown = [name for name in answer.variants if name not in pending]
    found = [
        Problem("variants", f"{name!r} is not waiting here", f"choose from: {names}", zh="没有这个变体")
        for name in unknown
    ]
    if answer.decision in {"approve_some", "revise"} and not answer.variants:
        found.append(Problem("variants", f"{answer.decision} needs names", f"choose from: {names}", zh="请选择变体"))
    if answer.decision == "approve_all" and answer.variants:
        fix = "say approve_some to approve only these, or leave the names away"
        found.append(Problem("variants", "approve_all takes no names", fix, zh="全部通过时请勿选择变体"))
    return found


def _what(answer: Answer) -> list[Problem]:
    if answer.decision == "revise" and not answer.prompt.strip():
        return [
            Problem(
                "prompt", "revise needs a changed prompt", "write what the next take should show", zh="请填写新提示词"
            )
        ]
    return []


def decisions(answer: Answer, pending: Collection[str]) -> dict[str, Decision]:
    """One decision per waiting variant. An empty choice never approves anything by accident.

    approve_some rejects what was not chosen; revise leaves the unchosen waiting for the next round; reject means all
    when nothing is chosen. Names that do not wait here are ignored: `problems_of` has refused them before.
    """
    chosen = set(answer.variants)
    match answer.decision:
        case "approve_all":
            return dict.fromkeys(pending, Decision.APPROVED)
        case "approve_some":
            return {name: Decision.APPROVED if name in chosen else Decision.REJECTED for name in pending}
        case "revise":
            return {name: Decision.REVISE for name in pending if name in chosen}
        case _:
            return {name: Decision.REJECTED for name in pending if name in chosen or not chosen}
