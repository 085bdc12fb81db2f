"""What one model can do and what it costs, as one frozen value."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from workprint.brief import Audio, InputType, Motion, Ratio, Resolution, Role
from workprint.charges import Charge, ChargeState, Evidence
from workprint.errors import InputError
from workprint.models.prices import Fact, Figure, Tier, films
from workprint.outcomes import Observation
from workprint.problems import Problem
from workprint.sizes import pixels
from workprint.spec import Kind, Spec

#: Figures every model says the source of; `price` too, once there are prices.
SHAPE, PRICE = "shape", "price"
#: Seconds of the longest film anybody makes; a brief asks for less.
_LONGEST = 600
#: Some length of a film, in seconds.
Length = Annotated[int, Field(ge=1, le=_LONGEST)]


class DraftMode(Fact):
    """`native`: the provider makes the final from its own draft. `emulated`: the same inputs and seed once more."""

    mode: Literal["native", "emulated"]
    resolutions: tuple[Resolution, ...] = Field(min_length=1)
    #: Resolutions a native final may have. Empty: whatever the model can do.
    finals: tuple[Resolution, ...] = ()
    #: How long a native draft may be turned into a final.
    days: int | None = None


class Limits(Fact):
    """References of one shot: how many, and how many seconds all of a kind together. None at all by default."""

    #: Pictures of all roles together.
    images: int = 0
    videos: int = 0
    video_seconds: int = 0
    audios: int = 0
    audio_seconds: int = 0
    #: Media types of reference sounds.
    audio_types: tuple[str, ...] = ()


class ModelFacts(Fact):
    """What one model can do and what it costs: one entry of a TOML file of this package or of the user's own."""

    name: str = Field(min_length=1)
    dialect: str
    #: What a person calls it; empty: its name.
    title: str = ""
    input_types: tuple[InputType, ...] = Field(min_length=1)
    #: Every length of film in whole seconds, ascending. In the file a list, or { shortest = 4, longest = 12 }.
    durations: tuple[Length, ...] = Field(min_length=1)
    #: Without a draft.
    resolutions: tuple[Resolution, ...] = Field(min_length=1)
    ratios: tuple[Ratio, ...] = Field(min_length=1)
    #: Frames a second that can be chosen. Empty: the model chooses.
    fps: tuple[int, ...] = ()
    #: Most references of each role in one shot; a role not named is not taken.
    roles: dict[Role, int] = Field(default_factory=dict)
    limits: Limits = Limits()
    audio: tuple[Audio, ...] = Field(min_length=1)
    #: Words put into the text for a kind of sound.
    audio_words: dict[Audio, str] = Field(default_factory=dict)
    #: What the request's body says for a kind of sound.
    audio_fields: dict[Audio, dict[str, Any]] = Field(default_factory=dict)
    #: Whether the provider takes a seed.
    seed: bool
    #: `field`: the provider has a place for it. `sentence`: it is put into the text.
    negative_prompt: Literal["field", "sentence"] = "sentence"
    #: The model's own words for a move of the camera, `{speed}` where its speed goes. A move not named is told as a
    #: plain sentence; an empty string says nothing in the text.
    camera_words: dict[Motion, str] = Field(default_factory=dict)
    #: What the request's body says for a move of the camera.
    camera_fields: dict[Motion, dict[str, Any]] = Field(default_factory=dict)
    max_prompt_chars: int = Field(gt=0)
    draft: DraftMode
    #: Width and height in pixels per resolution and ratio, where the model's differ from `workprint.sizes.pixels`.
    sizes: dict[str, dict[str, tuple[int, int]]] = Field(default_factory=dict)
    #: A film from a first frame has the picture's own ratio, whatever is asked.
    keeps_first_frame_ratio: bool = False
    #: Hours a result link lives.
    link_hours: float = Field(gt=0)
    #: ISO 4217.
    currency: Literal["CNY", "USD"]
    #: Empty: nobody knows; the model is not quoted and not ordered then.
    prices: tuple[Tier, ...] = ()
    #: Where the provider says that failed tasks cost nothing; empty: it does not say.
    free_failures: str = ""
    #: The day the provider switches it off.
    sunset: date | None = None
    #: Whatever else its dialect needs of it, e.g. names of fields.
    fields: dict[str, Any] = Field(default_factory=dict)
    #: By what it is the source of: `shape`, `price` and more.
    sources: dict[str, Figure]

    @field_validator("durations", mode="before")
    @classmethod
    def _range(cls, value: Any) -> Any:
        """Every second of a range."""
        if not isinstance(value, Mapping):
            return value
        match value:
            case {"shortest": int(shortest), "longest": int(longest), **others} if not others:
                if 0 < shortest <= longest <= _LONGEST:
                    return tuple(range(shortest, longest + 1))
        raise ValueError(f"a range is {{ shortest = 4, longest = 12 }}, in whole seconds up to {_LONGEST}")

    @field_validator("durations")
    @classmethod
    def _ascending(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(value)))

    @model_validator(mode="after")
    def _sourced(self) -> "ModelFacts":
        needed = {SHAPE, PRICE} if self.prices else {SHAPE}
        if missing := sorted(needed - set(self.sources)):
            raise ValueError(f"sources: no source is given for: {', '.join(missing)}")
        priced = {word for tier in self.prices for word in tier.resolutions}
        able = {*self.resolutions, *self.draft.resolutions, *self.draft.finals}
        if self.prices and (missing := sorted(able - priced)):
            raise ValueError(f"prices: there is no line for {', '.join(missing)}, which the model can do")
        return self

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
        """The price list in words, with its date. Only of a model with prices."""
        figure = self.sources[PRICE]
        return f"{self.name} price list {figure.date} ({figure.trust}: {figure.source})"

    def final_resolutions(self, *, drafted: bool) -> tuple[Resolution, ...]:
        """What a final may be, through a draft or without one."""
        return (self.draft.finals or self.resolutions) if drafted else self.resolutions

    def size(self, resolution: str, ratio: str) -> tuple[int, int]:
        """Width and height in pixels this model draws. Raises `KeyError` for words nobody knows."""
        return self.sizes.get(resolution, {}).get(ratio) or pixels(resolution, ratio)

    def body_fields(self, spec: Spec) -> dict[str, Any]:
        """What the request's body says for the spec's camera and sound, by the model's own tables."""
        return {**self.camera_fields.get(spec.camera.motion, {}), **self.audio_fields.get(spec.audio, {})}

    def tokens(self, spec: Spec) -> int:
        """Tokens of a render: (input video + output) seconds x width x height x fps / 1024, rounded up."""
        width, height = self.size(spec.resolution, spec.ratio)
        return -int(-self.seconds(spec) * width * height * spec.fps // 1024)

    def seconds(self, spec: Spec) -> Decimal:
        """Seconds of film that may be billed, reference films included. One whose length is not known yet counts as
        long as the model takes: a quote is a ceiling.
        """
        known = (self.limits.video_seconds if r.duration is None else r.duration for r in films(spec.references))
        return sum((Decimal(str(length)) for length in known), Decimal(spec.duration))

    def price(self, spec: Spec) -> Charge:
        """What this render will cost at most, by the dated list. Raises `InputError` when it has no such line."""
        tier = self._tier(spec)
        count: dict[str, Decimal | int] = {"tokens": self.tokens(spec), "seconds": self.seconds(spec), "video": 1}
        source = f"{count[tier.unit]} {tier.unit} by {self.price_source}"
        return Charge(ChargeState.QUOTED, tier.cost(count[tier.unit]), self.currency, Evidence.ESTIMATED, source)

    def charge_of(self, spec: Spec, seen: Observation) -> Charge | None:
        """What it did cost by the provider's own word: its money, else the seconds, else the tokens it billed.

        None when it says nothing that can be priced. Money in another currency than the price list's is only told in
        the charge's source: budgets are kept in the list's currency, and nothing converts money silently.
        """
        if seen.cost is not None:
            return self._told(spec, seen)
        tier = next((tier for tier in self.prices if tier.fits(spec)), None)
        if tier is None:
            return None
        count: Decimal | int | None = {"seconds": seen.seconds, "tokens": seen.tokens}.get(tier.unit)
        if count is None:
            return None
        source = f"{count} {tier.unit} reported by the provider, priced by {self.price_source}"
        return Charge(ChargeState.CHARGED, tier.cost(count), self.currency, Evidence.REPORTED, source)

    def _told(self, spec: Spec, seen: Observation) -> Charge | None:
        if seen.cost is None:
            return None
        said = f"{seen.cost.amount} {seen.cost.currency} reported by the provider"
        if seen.cost.currency == self.currency or not seen.cost.amount:
            return Charge(ChargeState.CHARGED, seen.cost.amount, self.currency, Evidence.REPORTED, said)
        if not any(tier.fits(spec) for tier in self.prices):
            return None
        estimate = self.price(spec)
        source = f"{estimate.source}; {said}, which is not the currency of the price list"
        return Charge(ChargeState.CHARGED, estimate.amount, self.currency, Evidence.ESTIMATED, source)

    def _tier(self, spec: Spec) -> Tier:
        tier = next((tier for tier in self.prices if tier.fits(spec)), None)
        if tier is None:
            raise InputError([no_price(self, spec)])
        return tier


def unpriced(facts: ModelFacts) -> Problem:
    """A model of which no price is known is neither quoted nor ordered."""
    rule = f"no price of {facts.name} is known, so nothing can be quoted or kept within a budget"
    fix = "write its prices into a file of your own (WORKPRINT_MODELS, see docs/models.md), or choose another model"
    zh = f"未知 {facts.name} 的价格，无法报价；请在 WORKPRINT_MODELS 文件中补充，或更换模型。"
    return Problem("provider.model", rule, fix, zh=zh)


def no_price(facts: ModelFacts, spec: Spec) -> Problem:
    """Why nothing can be quoted."""
    if not facts.prices:
        return unpriced(facts)
    field = "draft.resolution" if spec.kind is Kind.DRAFT else "final.resolution"
    what = f"{spec.input_type} of {spec.duration} s at {spec.resolution}, sound {spec.audio}"
    fix = "change the resolution or the sound, or write that price into a file of your own (WORKPRINT_MODELS)"
    zh = f"价格表中没有 {facts.name} 的该项价格（{what}）；请更换分辨率或声音。"
    return Problem(field, f"the price list of {facts.name} has no line for {what}", fix, zh=zh)
