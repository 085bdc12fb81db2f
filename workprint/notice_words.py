"""What each notice says: subject and body, in English, Chinese or both. Plain text that is also good markdown.

No provider is named here, and no secret; a personal link stands only in the message to that one person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from workprint.evidence import Offer
from workprint.gate_story import CAUSES
from workprint.gates import Gate
from workprint.notice_settings import Language
from workprint.quotes import money
from workprint.render import Approval, Decision

#: Characters of a foreign text that are repeated in a message, and names in one row.
_LONGEST, _MOST_NAMES = 200, 20
#: Signs with which a chat program is told to link, to mention everybody, or to show something else.
_HARMLESS = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "`": "'", "*": "·"})
_SAID = {
    Decision.APPROVED: ("approved", "通过"),
    Decision.REJECTED: ("rejected", "拒绝"),
    Decision.REVISE: ("to be changed", "待修改"),
}


@dataclass(frozen=True, slots=True)
class Message:
    """What a notification block is given."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in both languages, and the link it leads to, if any."""

    en: str
    zh: str
    link: str = ""

    def text(self, language: Language) -> str:
        """As one line."""
        words = {"en": self.en, "zh": self.zh, "both": f"{self.en} · {self.zh}"}[language]
        return f"{words}: {self.link}" if self.link else words


@dataclass(frozen=True, slots=True)
class Words:
    """A message before its language is chosen."""

    subject: Said
    head: Said
    lines: tuple[Said, ...] = ()

    def message(self, language: Language) -> Message:
        """The message in one language, or in both."""
        rows = [f"- {line.text(language)}" for line in self.lines]
        body = "\n".join([self.head.text(language), *(["", *rows] if rows else [])])
        return Message(self.subject.text(language), body)


@dataclass(frozen=True, slots=True)
class Place:
    """What a message is about, and where its reader goes from there. Links are empty where there is none."""

    title: str
    #: The campaign's page in the screening room, or its run in the Prefect UI.
    page: str = ""
    #: The reader's own link into the screening room.
    personal: str = ""
    sheet: str = ""

    @property
    def name(self) -> str:
        """The title as it may stand in a message."""
        return plain(self.title)


def opened(place: Place, gate: Gate) -> Words:
    """A gate waits for people."""
    price = amounts(gate.of(variant)[0] for variant in gate.variants)
    lines = (
        Said(f"All finals together cost at most {price} more", f"全部通过最多再花费 {price}"),
        _until(gate),
        *_terms(gate),
        *_links(place, Said("Contact sheet", "样片总览", place.sheet)),
    )
    return Words(
        Said(f"“{place.name}” waits for a decision", f"《{place.name}》待审批"), _waiting(gate, place.name), lines
    )


def reminded(place: Place, gate: Gate, undecided: int, now: datetime) -> Words:
    """Half of a gate's time is over, or nine tenths. `undecided`: how many of its variants still wait."""
    left = time_left(gate.deadline - now)
    return Words(
        Said(f"“{place.name}” still waits: {left.en} left", f"《{place.name}》仍待审批：剩余{left.zh}"),
        _undecided(gate, undecided),
        (_until(gate), *_links(place)),
    )


def escalated(place: Place, gate: Gate, undecided: int, now: datetime) -> Words:
    """Nobody has decided, and the time is nearly over: those hear of it who can see to it."""
    left = time_left(gate.deadline - now)
    return Words(
        Said(
            f"Escalated: “{place.name}” is undecided, {left.en} left",
            f"升级提醒：《{place.name}》尚未审批，剩余{left.zh}",
        ),
        _undecided(gate, undecided),
        (_until(gate), *_links(place)),
    )


def decided(place: Place, gate: Gate, approvals: Sequence[Approval]) -> Words:
    """What became of a gate that is closed. `approvals`: the decisions on it."""
    settled = {one.variant: one for one in approvals if one.decision in _SAID}
    yes = [name for name in gate.variants if name in settled and settled[name].decision is Decision.APPROVED]
    price = amounts(gate.of(name)[0] for name in yes)
    lines = [_who(group) for group in _alike([settled[name] for name in gate.variants if name in settled])]
    if yes:
        lines.append(Said(f"The approved finals cost at most {price}", f"已通过的终片最多花费 {price}"))
    head = counted([(*_SAID[what], sum(one.decision is what for one in settled.values())) for what in _SAID])
    return Words(
        Said(f"“{place.name}” is decided: {head.en}", f"《{place.name}》审批结果：{head.zh}"),
        head,
        (*lines, *_links(place)),
    )


def counted(numbers: Iterable[tuple[str, str, int]]) -> Said:
    """How many of each kind, leaving out what there is none of."""
    found = [(en, zh, number) for en, zh, number in numbers if number]
    if not found:
        return Said("nothing", "无")
    return Said(", ".join(f"{n} {en}" for en, _, n in found), "，".join(f"{n} 个{zh}" for _, zh, n in found))


def time_left(left: timedelta) -> Said:
    """A length of time, in its two greatest units."""
    minutes = max(int(left.total_seconds()) // 60, 0)
    units = (
        (minutes // 1440, "d", "天"),
        (minutes // 60 % 24, "h", "小时"),
        (minutes % 60, "min", "分钟"),
    )
    named = [unit for unit in units if unit[0]][:2]
    if not named:
        return Said("less than a minute", "不足一分钟")
    return Said(" ".join(f"{n} {en}" for n, en, _ in named), "".join(f" {n} {zh}" for n, _, zh in named))


def amounts(offers: Iterable[Offer]) -> str:
    """The sum of the highest prices; where they are in several currencies, one sum for each."""
    sums: dict[str, Decimal] = {}
    for offer in offers:
        sums[offer.currency] = sums.get(offer.currency, Decimal(0)) + Decimal(offer.max_amount)
    return " + ".join(f"{money(amount)} {currency}" for currency, amount in sums.items())


def plain(text: str, longest: int = _LONGEST) -> str:
    """Foreign text in a line of ours: it can neither break out of it, nor link, nor mention anybody by markup."""
    line = " ".join(text.split()).translate(_HARMLESS)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _waiting(gate: Gate, name: str) -> Said:
    number, drafted = len(gate.variants), any(offer.draft for offer in gate.offers)
    what, waits = ("draft" if drafted else "film") + "s" * (number != 1), "waits" if number == 1 else "wait"
    return Said(
        f"{number} {what} of “{name}” {waits} for a decision",
        f"《{name}》{number} 个{'样片' if drafted else '影片'}待审批",
    )


def _undecided(gate: Gate, undecided: int) -> Said:
    every = len(gate.variants)
    return Said(f"{undecided} of {every} variants are still undecided", f"{every} 个变体中 {undecided} 个尚未决定")


def _until(gate: Gate) -> Said:
    english, chinese = CAUSES[gate.cause]
    at = f"{gate.deadline:%Y-%m-%d %H:%M} UTC"
    return Said(f"Open until {at}: {english}", f"截止 {at}：{chinese}")


def _terms(gate: Gate) -> tuple[Said, ...]:
    """How many people must agree, where one is not enough."""
    terms = gate.terms
    if terms.quorum == 1 and not terms.roles:
        return ()
    roles, people = ", ".join(terms.roles), "person" if terms.quorum == 1 else "different people"
    return (
        Said(
            f"{terms.quorum} {people} must approve" + (f", roles: {roles}" if roles else ""),
            f"须 {terms.quorum} 人通过" + (f"，角色：{roles}" if roles else ""),
        ),
    )


def _links(place: Place, *more: Said) -> tuple[Said, ...]:
    """Where the reader goes, and what else can be seen; without a link no line."""
    way = Said("Your personal link, for nobody else", "您的专属链接，请勿转发", place.personal)
    page = Said("Open", "打开", "" if place.personal else place.page)
    return tuple(line for line in (way, page, *more) if line.link)


def _alike(settled: Sequence[Approval]) -> list[list[Approval]]:
    """Decisions that one line can say: the same word of the same people for the same reason."""
    groups: dict[tuple[str, ...], list[Approval]] = {}
    for one in settled:
        groups.setdefault((one.decision, one.actor, one.note), []).append(one)
    return list(groups.values())


def _who(group: Sequence[Approval]) -> Said:
    first = group[0]
    english, chinese = _SAID[first.decision]
    names = [one.variant for one in group[:_MOST_NAMES]]
    listed = ", ".join(names) + (f" (+{len(group) - len(names)})" if len(group) > len(names) else "")
    actor, note = plain(first.actor), plain(first.note)
    return Said(
        f"{listed}: {english} by {actor}" + (f": {note}" if note else ""),
        f"{listed}：{actor} {chinese}" + (f"：{note}" if note else ""),
    )
