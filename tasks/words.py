"""Words on their way to a provider, and what is wrong with them."""

from collections.abc import Iterable, Mapping, Sequence

from blocks.moderators import text_findings, unwanted_findings
from workprint.board import Board
from workprint.moderation import Finding, blocking
from workprint.problems import Problem
from workprint.quotes import money
from workprint.variants import Variant


def blocked(path: str, text: str) -> Problem | None:
    """The problem of a text that moderation blocks; None when it may go."""
    return _problem(path, blocking(text_findings(text)))


def blocked_unwanted(path: str, text: str) -> Problem | None:
    """The same for a negative prompt: it names what must not be seen, and may use other words for that."""
    return _problem(path, blocking(unwanted_findings(text)))


def _problem(path: str, findings: Sequence[Finding]) -> Problem | None:
    if not findings:
        return None
    rules = ", ".join(sorted({f"{finding.rule} ({finding.excerpt})" for finding in findings}))
    return Problem(
        path, f"moderation blocks this text: {rules}", "say it in other words", zh=f"内容审核未通过：{rules}"
    )


def revision_problems(board: Board, prompts: Mapping[str, str]) -> Sequence[Problem]:
    """What speaks against new takes, by variant: their words, their length, the budget. Nothing was spent yet.

    `prompts`: the free prompt of each next take; an empty one is the same words once more.
    """
    chosen = [variant for variant in board.waiting if variant.name in prompts]
    takes = [v.revised(prompts[v.name] or v.prompt_override, v.take + 1) for v in chosen]
    longest = max((len(take.prompt) for take in takes), default=0)
    words = [blocked("prompt", take.prompt) for take in takes]
    return [*dict.fromkeys(p for p in words if p), *_too_long(board, longest), *_too_dear(board, chosen)]


def _too_long(board: Board, longest: int) -> Iterable[Problem]:
    limit = min(choice.facts.max_prompt_chars for choice in board.plan.choices)
    if longest > limit:
        rule = f"the whole prompt has {longest} characters, the model takes {limit}"
        yield Problem("prompt", rule, "shorten it", zh="提示词过长")


def _too_dear(board: Board, chosen: Sequence[Variant]) -> Iterable[Problem]:
    """Every round pays its drafts once more."""
    if not chosen:
        return
    total = board.worst_case(board.plan.draft(v) for v in chosen)
    budget = board.plan.brief.budget
    if total > budget.amount:
        rule = f"with these takes it may cost {money(total)}, the budget is {budget.amount} {budget.currency}"
        yield Problem("decision", rule, "revise fewer variants, or reject some", zh="超出预算")
