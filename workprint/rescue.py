"""What rescue does first, and how it tells what it did. Pure: the work itself is `tasks.rescue` and `flows.rescue`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workprint.markdown import cell
from workprint.render import Render

#: A link of which so little life is left, as a share of it, and no film in the bucket: somebody must hear of it.
WARN_SHARE = 0.25
#: How long a film takes to the bucket before the first one was seen.
FIRST_GUESS = timedelta(minutes=1)
#: A prediction is half of them too short; so many times the median is rarely too short.
SAFETY = 3
#: Life of a link that never said when it ends: the shortest any provider is known for (Replicate: one hour).
SHORTEST_LIFE = timedelta(hours=1)


class Did(StrEnum):
    """Kinds of rescue, in the order of the report."""

    FOUND = "found"
    ABSENT = "absent"
    LEFT_TO_A_PERSON = "left_to_a_person"
    NOTICED = "noticed"
    SETTLED = "settled"
    ARCHIVED = "archived"
    WARNED = "warned"
    LINK_EXPIRED = "link_expired"
    GATE_CLOSED = "gate_closed"
    REMINDED = "reminded"
    TOLD = "told"
    RUN_SCHEDULED = "run_scheduled"
    CANCELLED = "cancelled"
    TROUBLE = "trouble"

    @property
    def words(self) -> str:
        """What a person reads, in both languages."""
        return _WORDS[self]


_WORDS = {
    Did.FOUND: "unknown submit found at the provider · 已找回的提交",
    Did.ABSENT: "unknown submit proven absent, free of charge · 已确认未创建、未计费",
    Did.LEFT_TO_A_PERSON: "outcome unknown: a person decides · 状态未知，待人工处理",
    Did.NOTICED: "state noticed · 已更新状态",
    Did.SETTLED: "unknown charge settled · 已确认费用",
    Did.ARCHIVED: "archived · 已归档",
    Did.WARNED: "link ends soon, not archived yet · 链接即将失效，尚未归档",
    Did.LINK_EXPIRED: "link expired before the film was safe · 链接在归档前失效",
    Did.GATE_CLOSED: "gate closed: nobody answered in time · 审批超时，已拒绝",
    Did.REMINDED: "gate still open: people reminded · 已发送审批提醒",
    Did.TOLD: "messages sent that had not gone out · 已补发通知",
    Did.RUN_SCHEDULED: "run started again · 已重新启动",
    Did.CANCELLED: "cancelled with its run · 已随运行取消",
    Did.TROUBLE: "trouble: tried again in the next pass · 出错，下次再试",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing rescue did. `subject`: a render or a campaign."""

    did: Did
    subject: str
    note: str = ""


def deadline(render: Render, predicted: timedelta) -> datetime:
    """When the transfer must begin at the latest: the end of the link minus the time the transfer takes."""
    return link_end(render) - predicted


def earliest_deadline_first(renders: Iterable[Render], predicted: timedelta) -> tuple[Render, ...]:
    """In the order of their deadlines; of equal ones the older render first."""
    return tuple(sorted(renders, key=lambda render: (deadline(render, predicted), render.id)))


def predict(median_seconds: float | None) -> timedelta:
    """How long a film takes from its end at the provider to the bucket, from the median of the last ones in seconds."""
    if median_seconds is None:
        return FIRST_GUESS
    return max(timedelta(seconds=median_seconds * SAFETY), timedelta(seconds=1))


def link_end(render: Render) -> datetime:
    """When the link dies; where it never said, the shortest life that is known from when the render ended."""
    if render.link_expires_at is not None:
        return render.link_expires_at
    return (render.finished_at or render.updated_at) + SHORTEST_LIFE


def ends_soon(render: Render, predicted: timedelta, now: datetime) -> bool:
    """Whether it is time to warn: a quarter of the link's life is left, or less than the transfer needs twice."""
    life = link_end(render) - (render.finished_at or render.updated_at)
    return link_end(render) - now <= max(life * WARN_SHARE, predicted * 2)


def summary(deeds: Sequence[Deed]) -> str:
    """One line for the run's state."""
    counted = {did: sum(deed.did is did for deed in deeds) for did in Did}
    return ", ".join(f"{number} {did.replace('_', ' ')}" for did, number in counted.items() if number) or "all is well"


def markdown(deeds: Sequence[Deed], at: datetime) -> str:
    """The artifact: what was done, in both languages. `at` is aware."""
    head = f"# Rescue · 救援\n\n{at.isoformat(timespec='seconds')}: {summary(deeds)}"
    if not deeds:
        return head
    order = list(Did)
    rows = [
        f"| {deed.did.words} | {deed.subject} | {cell(deed.note)} |"
        for deed in sorted(deeds, key=lambda deed: order.index(deed.did))
    ]
    return "\n".join([head, "", "| what · 事项 | render or campaign · 对象 | note · 备注 |", "|---|---|---|", *rows])
