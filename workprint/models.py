"""What each model can do and what it costs: facts as dated data (`data/models.json`), every figure with its source.

A price is an estimate until the provider reports its own figure. Where sources disagree the dearer reading is taken, so
that a quote is a ceiling.
"""

import json
from collections.abc import Iterable
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from workprint.brief import Audio, InputType, Ratio, Resolution, Role
from workprint.charges import Charge, ChargeState, Evidence
from workprint.errors import InputError
from workprint.problems import Problem
from workprint.spec import FrozenReference, Kind, Spec

_DATA = Path(__file__).parent / "data" / "models.json"
_SMALLEST = Decimal("0.0001")


class _Fact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DraftMode(_Fact):
    """`native`: the provider makes the final from its own draft. `emulated`: the same inputs and seed once more."""

    mode: Literal["native", "emulated"]
    resolutions: tuple[Resolution, ...]
    #: Resolutions a native final may have. Empty: whatever the model can do.
    finals: tuple[Resolution, ...] = ()
    #: How long a native draft may be turned into a final.
    days: int | None = None


class Limits(_Fact):
    """References of one shot: how many, and how many seconds all of a kind together."""

    images: int
    videos: int
    video_seconds: int
    audios: int
    audio_seconds: int
    #: Media types of reference sounds.
    audio_types: tuple[str, ...]


class Tier(_Fact):
    """One line of a price list. None: the line does not depend on it."""

    resolutions: tuple[Resolution, ...]
    per_million: Decimal
    audio: bool | None = None
    video_input: bool | None = None

    def fits(self, spec: Spec) -> bool:
        """Whether this line prices the spec."""
        return (
            spec.resolution in self.resolutions
            and self.audio in {None, spec.audio is Audio.GENERATE}
            and self.video_input in {None, bool(_videos(spec.references))}
        )

    def cost(self, tokens: int) -> Decimal:
        """The price of so many tokens, to a hundredth of a cent."""
        return (self.per_million * tokens / 1_000_000).quantize(_SMALLEST, ROUND_HALF_UP)


class Figure(_Fact):
    """Where a figure comes from, read when, and how far to trust it."""

    source: str
    date: str
    trust: Literal["official", "mirror", "third_party"]
    note: str = ""


class ModelFacts(_Fact):
    """What one model can do and what it costs."""

    name: str
    dialect: str
    draft: DraftMode
    #: Without a draft.
    resolutions: tuple[Resolution, ...]
    ratios: tuple[Ratio, ...]
    #: Shortest and longest film in whole seconds.
    seconds: tuple[int, int]
    fps: tuple[int, ...]
    input_types: tuple[InputType, ...]
    audio: tuple[Audio, ...]
    max_prompt_chars: int
    limits: Limits
    #: Width and height in pixels per resolution and ratio.
    sizes: dict[str, dict[str, tuple[int, int]]]
    #: A film from a first frame has the picture's own ratio, whatever is asked.
    keeps_first_frame_ratio: bool = False
    #: ISO 4217.
    currency: str
    prices: tuple[Tier, ...]
    sources: dict[str, Figure]

    @property
    def native(self) -> bool:
        """Whether the provider makes finals from its own drafts."""
        return self.draft.mode == "native"

    @property
    def draft_lifetime(self) -> timedelta | None:
        """How long after its submit a native draft can become a final; None: for ever, from the same inputs."""
        return None if self.draft.days is None else timedelta(days=self.draft.days)

    @property
    def price_source(self) -> str:
        """The price list in words, with its date."""
        figure = self.sources["price"]
        return f"{self.name} price list {figure.date} ({figure.trust}: {figure.source})"

    def final_resolutions(self, *, drafted: bool) -> tuple[Resolution, ...]:
        """What a final may be, through a draft or without one."""
        return (self.draft.finals or self.resolutions) if drafted else self.resolutions

    def size(self, resolution: str, ratio: str) -> tuple[int, int]:
        """Width and height in pixels this model draws. Raises `KeyError` for words the model does not know."""
        return self.sizes[resolution][ratio]

    def tokens(self, spec: Spec) -> int:
        """Tokens of a render: (input video + output) seconds x width x height x fps / 1024, rounded up."""
        width, height = self.size(spec.resolution, spec.ratio)
        seconds = spec.duration + sum(_seconds(r, self.limits) for r in _videos(spec.references))
        return -int(-seconds * width * height * spec.fps // 1024)

    def price(self, spec: Spec) -> Charge:
        """What this render will cost at most, by the dated list. Raises `InputError` when it has no such line."""
        tier = self._tier(spec)
        tokens = self.tokens(spec)
        amount = tier.cost(tokens)
        source = f"{tokens} tokens by {self.price_source}"
        return Charge(ChargeState.QUOTED, amount, self.currency, Evidence.ESTIMATED, source)

    def charge_for_tokens(self, spec: Spec, tokens: int) -> Charge:
        """What it did cost, when the provider reported how many tokens it billed."""
        amount = self._tier(spec).cost(tokens)
        source = f"{tokens} tokens reported by the provider, priced by {self.price_source}"
        return Charge(ChargeState.CHARGED, amount, self.currency, Evidence.REPORTED, source)

    def _tier(self, spec: Spec) -> Tier:
        tier = next((tier for tier in self.prices if tier.fits(spec)), None)
        if tier is None:
            raise InputError([_no_price(self.name, spec)])
        return tier


def model_facts(name: str) -> ModelFacts:
    """The facts of a model. Raises `InputError` naming the known models."""
    facts = _facts().get(name)
    if facts is None:
        known = ", ".join(known_models())
        fix = f"set the provider block's model to one of: {known}; or add its facts to workprint/data/models.json"
        zh = f"价格表中没有模型 {name}；请在 provider 配置中选择：{known}。"
        raise InputError([Problem("provider.model", f"no facts and prices are known of model {name!r}", fix, zh=zh)])
    return facts


def known_models() -> tuple[str, ...]:
    """Names of all models with facts, sorted."""
    return tuple(sorted(_facts()))


def _videos(references: Iterable[FrozenReference]) -> list[FrozenReference]:
    return [r for r in references if r.role is Role.VIDEO]


def _seconds(video: FrozenReference, limits: Limits) -> Decimal:
    """A film whose length is not known yet counts as long as the model takes: a quote is a ceiling."""
    return Decimal(str(limits.video_seconds if video.duration is None else video.duration))


def _no_price(name: str, spec: Spec) -> Problem:
    field = "draft.resolution" if spec.kind is Kind.DRAFT else "final.resolution"
    rule = f"the price list of {name} has no line for {spec.resolution}"
    zh = f"价格表中没有 {name} 在 {spec.resolution} 的价格；请更换分辨率。"
    return Problem(field, rule, "choose a resolution the model can do", zh=zh)


@cache
def _facts() -> dict[str, ModelFacts]:
    book = json.loads(_DATA.read_text(encoding="utf-8"))
    return {name: ModelFacts.model_validate(_entry(book, name)) for name in book["models"]}


def _entry(book: dict[str, Any], name: str) -> dict[str, Any]:
    """One model's values, on top of those of the model it is `like`."""
    own = dict(book["models"][name])
    like = own.pop("like", None)
    values = {**book["models"].get(like, {}), **own, "name": name}
    return {**values, "sizes": book["sizes"][values["sizes"]]}
