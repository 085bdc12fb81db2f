"""What is said when a campaign has ended: what was delivered, what it cost, what went wrong and what to do about it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from workprint.budgets import reason, was_refused
from workprint.notice_words import Place, Said, Words, counted, plain
from workprint.quotes import money
from workprint.report import WORDS, Line
from workprint.unknowns import in_doubt, sentence

#: Name of the run's final state -> Chinese, in which it ended well.
_WELL = {"Delivered": "已交付", "Delivered in part": "部分交付", "Rejected": "已拒绝"}
#: The same of the other endings, and what to do in both languages; empty where the lines below say it.
_BADLY = {
    "Outcome unknown": ("结果未知", "", ""),
    "Failed": ("失败", "", ""),
    "Over budget": (
        "超出预算",
        "Raise the budget or ask for less, then run it again",
        "请提高预算或减少内容后重新运行",
    ),
    "Moderation": (
        "审核未通过",
        "The films stay in quarantine; change the shots and start a new campaign",
        "影片保留在隔离区；请修改镜头后重新发起",
    ),
    "Given up": ("已放弃", "", ""),
    "Cancelled": (
        "已取消",
        "Nothing more is ordered; what was rendered before is still charged",
        "不再产生新订单；此前已渲染的仍会计费",
    ),
    "Brief refused": (
        "简报未通过检查",
        "The run names every problem; correct the brief and start it again",
        "运行页列出了所有问题；请修改简报后重新发起",
    ),
}
#: Variants whose trouble is told one by one, and characters of one reason.
_MOST, _LONGEST = 10, 600


def ended_well(name: str) -> bool:
    """Whether a campaign's final state is one of a campaign that did not fail."""
    return name in _WELL


def ended(place: Place, name: str, lines: Sequence[Line], currency: str) -> Words:
    """A campaign is over. `name`: that of its final state; `lines`: none where it never came to a render."""
    chinese, *advice = (_WELL[name],) if name in _WELL else _BADLY.get(name, (name, "", ""))
    head = counted((status, WORDS[status], sum(line.status == status for line in lines)) for status in WORDS)
    said = [_spent(lines, currency)] if lines else []
    page = Said("Open", "打开", place.page)
    more = [Said(*advice)] if any(advice) else []
    return Words(
        Said(f"“{place.name}”: {name}", f"《{place.name}》：{chinese}"),
        head if lines else Said(name, chinese),
        (*said, *_trouble(lines), *more, *([page] if page.link else [])),
    )


def _spent(lines: Iterable[Line], currency: str) -> Said:
    spent = money(sum((line.draft_cost + line.final_cost for line in lines), Decimal(0)))
    return Said(f"Spent: {spent} {currency}", f"花费：{spent} {currency}")


def _trouble(lines: Sequence[Line]) -> list[Said]:
    """What went wrong with each film that has a reason, and what to do."""
    found = [said for line in lines if line.status not in {"delivered", "rejected"} and (said := _why(line))]
    if len(found) <= _MOST:
        return found
    rest = len(found) - _MOST
    return [*found[:_MOST], Said(f"and {rest} more", f"另有 {rest} 个")]


def _why(line: Line) -> Said | None:
    """The class of failure and its one sentence; the render's id is what support looks up."""
    blame, name = line.blame, line.variant
    if blame is None:
        return None
    if in_doubt(blame) or was_refused(blame):
        words = sentence if in_doubt(blame) else reason
        english, chinese = plain(words(blame, "en"), _LONGEST), plain(words(blame, "zh"), _LONGEST)
        return Said(f"{name}: {english} [{blame.id}]", f"{name}：{chinese}")
    if blame.failure is None:
        return None
    kind = blame.failure.kind.replace("_", " ")
    return Said(f"{name} ({kind}): {blame.failure.sentence()} [{blame.id}]", f"{name}：{blame.failure.sentence('zh')}")
