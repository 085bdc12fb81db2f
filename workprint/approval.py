"""Reading the answer of Prefect's own form. Pure: the wait itself is `flows.gate`, the voting `tasks.voting`."""

from collections.abc import Collection
from dataclasses import dataclass

from workprint.problems import Problem
from workprint.render import Decision


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person typed into the gate's form."""

    decision: str
    variants: tuple[str, ...]
    prompt: str
    approver: str
    note: str


def problems_of(answer: Answer, pending: Collection[str]) -> tuple[Problem, ...]:
    """What is wrong with an answer, all at once; the gate asks again with these lines on top.

    Whether this person may decide is `workprint.votes.voter_problems`.
    """
    return (*_which(answer, pending), *_what(answer))


def _which(answer: Answer, pending: Collection[str]) -> list[Problem]:
    names = ", ".join(sorted(pending))
    unknown = [name for name in answer.variants if name not in pending]
    found = [
        Problem("variants", f"{name!r} is not waiting here", f"choose from: {names}", zh="没有这个变体")
        for name in unknown
    ]
    if answer.decision in {"approve_some", "revise", "draft_again"} and not answer.variants:
        found.append(Problem("variants", f"{answer.decision} needs names", f"choose from: {names}", zh="请选择变体"))
    if answer.decision == "approve_all" and answer.variants:
        fix = "say approve_some to approve only these, or leave the names away"
        found.append(Problem("variants", "approve_all takes no names", fix, zh="全部通过时请勿选择变体"))
    return found


def _what(answer: Answer) -> list[Problem]:
    if not answer.note.strip():
        return [Problem("note", "is empty", "say why, in a few words", zh="请填写备注"), *_prompt(answer)]
    return _prompt(answer)


def _prompt(answer: Answer) -> list[Problem]:
    if answer.decision == "revise" and not answer.prompt.strip():
        return [
            Problem(
                "prompt", "revise needs a changed prompt", "write what the next take should show", zh="请填写新提示词"
            )
        ]
    return []


def decisions(answer: Answer, pending: Collection[str]) -> dict[str, Decision]:
    """One decision per waiting variant. An empty choice never approves anything by accident.

    approve_some rejects what was not chosen; revise and draft_again leave the unchosen waiting for the next round;
    reject means all when nothing is chosen. Names that do not wait here are ignored: `problems_of` has
    refused them before.
    """
    chosen = set(answer.variants)
    match answer.decision:
        case "approve_all":
            return dict.fromkeys(pending, Decision.APPROVED)
        case "approve_some":
            return {name: Decision.APPROVED if name in chosen else Decision.REJECTED for name in pending}
        case "revise" | "draft_again":
            return {name: Decision.REVISE for name in pending if name in chosen}
        case "reject":
            return {name: Decision.REJECTED for name in pending if name in chosen or not chosen}
        case _:
            return {}
