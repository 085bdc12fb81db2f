"""Scorecards as Markdown: the page docs/conformance.md. Without times, so that two runs are the same."""

from collections.abc import Iterator, Sequence

from deployments.conform.catalogue import CHECKS
from deployments.conform.check import Check
from deployments.conform.scorecard import Result, Scorecard, Verdict

_SIGNS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.NOT_OFFERED: "–"}
_HEAD = """\
# Conformance

What each dialect does at its provider, examined by `workprint conform --all` against the sandbox, which speaks every
provider's language as its documents say. This page is written by `make conform`; a test compares it with a fresh run.

✓ passes, ✗ fails, – there is nothing to check: the provider documents no such thing (the reasons are below).

各方言对其供应商的符合性检查结果，由 `workprint conform --all` 针对沙盒运行得出。
✓ 通过，✗ 未通过，– 无可检查：供应商文档未提供（原因见下文）。

Your own account: `workprint conform DIALECT --against URL --key-env NAME` runs the checks that a real server allows,
and says before it spends what that costs at most.
"""


def markdown(cards: Sequence[Scorecard]) -> str:
    """The whole page."""
    parts = [_HEAD, *_summary(cards)]
    for group in dict.fromkeys(_group(check) for check in CHECKS):
        parts += ["", f"## {group.capitalize()}", "", *_table(group, cards)]
    parts += ["", "## Not offered", *_not_offered(cards)]
    return "\n".join(parts) + "\n"


def _summary(cards: Sequence[Scorecard]) -> Iterator[str]:
    yield "| dialect | provider | model | passed | offered | not offered |"
    yield "|---|---|---|---:|---:|---:|"
    for card in cards:
        missing = len(card.of(Verdict.NOT_OFFERED))
        yield f"| {card.dialect} | {card.title} | {card.model} | {card.passed} | {card.offered} | {missing} |"


def _table(group: str, cards: Sequence[Scorecard]) -> Iterator[str]:
    yield f"| check | | {' | '.join(card.dialect for card in cards)} |"
    yield f"|---|---|{':---:|' * len(cards)}"
    for check in CHECKS:
        if _group(check) == group:
            signs = " | ".join(_SIGNS[_result(card, check).verdict] for card in cards)
            yield f"| {_name(check)} | {check.english} {check.chinese} | {signs} |"


def _not_offered(cards: Sequence[Scorecard]) -> Iterator[str]:
    for card in cards:
        reasons: dict[str, list[str]] = {}
        for result in card.of(Verdict.NOT_OFFERED):
            reasons.setdefault(f"{result.reason} ({result.reason_zh})", []).append(f"`{result.check.id}`")
        yield from ("", f"**{card.dialect}**", "")
        yield from (f"- {reason}: {', '.join(checks)}" for reason, checks in reasons.items())


def _result(card: Scorecard, check: Check) -> Result:
    return next(result for result in card.results if result.check.id == check.id)


def _group(check: Check) -> str:
    return check.id.partition(".")[0]


def _name(check: Check) -> str:
    return check.id.partition(".")[2].replace("_", " ")
