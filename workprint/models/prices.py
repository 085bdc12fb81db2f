"""Price lists as data: lines with a unit, and where every figure comes from."""

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from workprint.brief import Audio, InputType, Resolution, Role
from workprint.spec import FrozenReference, Kind, Spec

#: A hundredth of a cent.
_SMALLEST = Decimal("0.0001")


class Fact(BaseModel):
    """One piece of what is known of a model. A field nobody knows is an error, not a comment."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Figure(Fact):
    """Where a figure comes from, read when, and how far to trust it."""

    source: str = Field(min_length=1)
    date: dt.date
    #: `mirror`: a copy of the vendor's own words. `third_party`: somebody else's.
    trust: Literal["official", "mirror", "third_party"]
    note: str = ""

    def age(self, today: dt.date) -> int:
        """Days since it was read."""
        return (today - self.date).days


class Tier(Fact):
    """One line of a price list. None or empty: the line does not depend on it. The first line that fits counts."""

    resolutions: tuple[Resolution, ...] = Field(min_length=1)
    #: `tokens`: `amount` is for a million of them; `seconds`: for one second of film; `video`: for one film.
    unit: Literal["tokens", "seconds", "video"] = "tokens"
    amount: Decimal = Field(ge=0)
    audio: bool | None = None
    video_input: bool | None = None
    #: Only for finals the provider makes from its own draft (true), or only for everything else (false).
    from_draft: bool | None = None
    input_types: tuple[InputType, ...] = ()
    #: Whole seconds of film this line is for.
    durations: tuple[int, ...] = ()

    def fits(self, spec: Spec) -> bool:
        """Whether this line prices the spec."""
        return (
            spec.resolution in self.resolutions
            and self.audio in {None, spec.audio is not Audio.MUTE}
            and self.video_input in {None, bool(films(spec.references))}
            and self.from_draft in {None, spec.native and spec.kind is Kind.FINAL}
            and (not self.input_types or spec.input_type in self.input_types)
            and (not self.durations or spec.duration in self.durations)
        )

    def cost(self, count: Decimal | int) -> Decimal:
        """The price of so many tokens, seconds or films, to a hundredth of a cent."""
        units = Decimal(count) / 1_000_000 if self.unit == "tokens" else Decimal(count)
        return (self.amount * units).quantize(_SMALLEST, ROUND_HALF_UP)


def films(references: Iterable[FrozenReference]) -> list[FrozenReference]:
    """The films among references."""
    return [reference for reference in references if reference.role is Role.VIDEO]
