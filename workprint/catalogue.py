"""Models side by side: what each can do, what five seconds of film cost, and what to mind. Values for a table."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workprint.brief import Audio, Camera, InputType, Resolution
from workprint.errors import InputError
from workprint.models import PRICE, ModelFacts
from workprint.models.facts import unpriced
from workprint.models.nearest import either, nearest_ratio, nearest_resolution, nearest_seconds
from workprint.quotes import OLD_AFTER
from workprint.rules_model import lengths, sunset_problems
from workprint.spec import Kind, Spec

#: What is compared: a landscape film of five seconds, silent where possible, its final as near to 1080p as can be.
SECONDS, RATIO, FINAL = 5, "16:9", "1080p"


@dataclass(frozen=True, slots=True)
class Overview:
    """One model in one line. Amounts in `facts.currency`; None: no price is known."""

    facts: ModelFacts
    #: Seconds of the film that was priced: five, or the next longer one it makes.
    seconds: int
    draft: Decimal | None
    final: Decimal | None
    #: Days since the price list was read.
    age: int | None
    #: In English, then in Chinese.
    warnings: tuple[str, ...]

    @property
    def together(self) -> Decimal | None:
        """Draft and final."""
        return None if self.draft is None or self.final is None else self.draft + self.final

    @property
    def abilities(self) -> tuple[str, ...]:
        """What it can do, one thing a line."""
        facts = self.facts
        return (
            f"{lengths(facts)} s, {', '.join(facts.resolutions)}",
            ", ".join(facts.input_types),
            f"drafts {facts.draft.mode} at {either(facts.draft.resolutions)}",
            f"sound: {', '.join(facts.audio)}{'' if facts.seed else '; no seed'}",
        )


def overview(facts: ModelFacts, today: date) -> Overview:
    """The line of one model."""
    seconds = nearest_seconds(facts.durations, SECONDS)[-1]
    draft, final = (_price(facts, _typical(facts, kind, seconds)) for kind in (Kind.DRAFT, Kind.FINAL))
    age = facts.sources[PRICE].age(today) if facts.prices else None
    return Overview(facts, seconds, draft, final, age, tuple(_warnings(facts, age, today)))


def _typical(facts: ModelFacts, kind: Kind, seconds: int) -> Spec:
    finals: tuple[Resolution, ...] = facts.final_resolutions(drafted=True)
    return Spec(
        kind=kind,
        provider="",
        model=facts.name,
        input_type=facts.input_types[0],
        prompt="",
        negative_prompt="",
        references=(),
        duration=seconds,
        resolution=facts.draft.resolutions[0] if kind is Kind.DRAFT else nearest_resolution(finals, FINAL),
        ratio=nearest_ratio(facts.ratios, RATIO),
        fps=facts.fps[0] if facts.fps else 24,
        camera=Camera(),
        audio=Audio.MUTE if Audio.MUTE in facts.audio else facts.audio[0],
        seed=0,
        take=1,
        native=facts.native,
    )


def _price(facts: ModelFacts, spec: Spec) -> Decimal | None:
    try:
        return facts.price(spec).amount
    except InputError:
        return None


def _warnings(facts: ModelFacts, age: int | None, today: date) -> list[str]:
    told = [f"{problem.rule} · {problem.zh}" for problem in sunset_problems(facts, today)]
    if not facts.prices:
        told.append(f"{unpriced(facts).rule} · {unpriced(facts).zh}")
    if age is not None and age > OLD_AFTER.days:
        told.append(f"prices are {age} days old: look whether they still hold · 价格已有 {age} 天未更新，请核对。")
    return told


def matches(facts: ModelFacts, input_type: InputType | None, resolution: Resolution | None) -> bool:
    """Whether the model does what is looked for; None: whatever it does."""
    able = {*facts.resolutions, *facts.draft.resolutions, *facts.draft.finals}
    return input_type in {None, *facts.input_types} and resolution in {None, *able}
