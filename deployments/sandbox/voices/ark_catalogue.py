"""The models Ark sells: what each can do, and its price.

Prices are CNY per million tokens: Seedance 2.5 and 1.5 pro as published for Volcengine Ark in autumn 2026; 2.0 and 1.0
pro are list prices of their launch. A sandbox's bill is for tests and for show, nobody pays it.
"""

from dataclasses import dataclass
from decimal import Decimal

from deployments.sandbox.billing import size_of
from deployments.sandbox.refusals import no_such_model
from deployments.sandbox.tasks import Cost, Params


@dataclass(frozen=True, slots=True)
class Price:
    """CNY per million tokens; a 1080p or a silent film may have its own."""

    base: Decimal
    full_hd: Decimal | None = None
    silent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """What one model accepts. Durations in seconds."""

    name: str
    shortest: int
    longest: int
    default_resolution: str
    price: Price
    #: Resolutions a final made from a draft may have; empty: the model has no draft mode.
    draft_finals: tuple[str, ...] = ()
    resolutions: tuple[str, ...] = ("480p", "720p", "1080p")
    sound: bool = True
    #: Reference pictures, films and sounds.
    references: bool = False
    #: Takes -1 and chooses a duration itself.
    smart_duration: bool = False
    #: Takes a number of frames instead of a duration.
    frames: bool = False
    #: The cheaper, slower tier.
    flex: bool = False

    def rate(self, resolution: str, *, sound: bool, flex: bool) -> Decimal:
        """CNY per million tokens."""
        rate = self.price.base
        if resolution == "1080p" and self.price.full_hd is not None:
            rate = self.price.full_hd
        if not sound and self.price.silent is not None:
            rate = self.price.silent
        return rate / 2 if flex else rate


_MODELS = (
    Model(
        "doubao-seedance-2-5-260628",
        4,
        30,
        "720p",
        Price(Decimal(70), full_hd=Decimal(77)),
        draft_finals=("1080p",),
        references=True,
    ),
    Model("doubao-seedance-2-0-260128", 4, 15, "720p", Price(Decimal(46)), references=True),
    Model(
        "doubao-seedance-1-5-pro-251215",
        4,
        12,
        "720p",
        Price(Decimal(16), silent=Decimal(8)),
        draft_finals=("720p", "1080p"),
        smart_duration=True,
        flex=True,
    ),
    Model("doubao-seedance-1-0-pro-250528", 2, 12, "1080p", Price(Decimal(15)), sound=False, frames=True, flex=True),
)
#: BytePlus sells the same models under other names.
_ALIASES = {
    "dreamina-seedance-2-5-260628": "doubao-seedance-2-5-260628",
    "dreamina-seedance-2-0-260128": "doubao-seedance-2-0-260128",
    "seedance-1-5-pro-251215": "doubao-seedance-1-5-pro-251215",
    "seedance-1-0-pro-250528": "doubao-seedance-1-0-pro-250528",
}
MODELS = {model.name: model for model in _MODELS}


def model_named(name: str) -> Model:
    """The model, under either seller's name. Raises `Refusal`."""
    try:
        return MODELS[_ALIASES.get(name, name)]
    except KeyError:
        raise no_such_model(name) from None


def tokens(width: int, height: int, frames: int) -> int:
    """What a film of this many pixels and frames is billed as: w * h * fps * s / 1024, whole tokens."""
    return width * height * frames // 1024


def amount(tokens_: int, rate: Decimal) -> Decimal:
    """CNY for so many tokens, to a hundredth of a fen."""
    return (rate * tokens_ / 1_000_000).quantize(Decimal("0.0001"))


def film_cost(params: Params) -> Cost:
    """What a success costs: its tokens at the rate of its model, size, sound and tier."""
    model = model_named(params.model)
    rate = model.rate(params.resolution, sound=params.generate_audio, flex=params.service_tier == "flex")
    count = tokens(*size_of(params), params.frames)
    return Cost(str(amount(count, rate)), "CNY", str(rate), count)
