"""Which dialects there are, by the name a provider block carries."""

from typing import Literal

from workprint.dialects import Dialect
from workprint.dialects.alltoken import AllTokenDialect
from workprint.dialects.ark import ArkDialect
from workprint.dialects.fal import FalDialect
from workprint.dialects.kling import KlingDialect
from workprint.dialects.minimax import MiniMaxDialect
from workprint.dialects.openai_videos import NewApiDialect, OpenAIShapeDialect
from workprint.dialects.openrouter import OpenRouterDialect
from workprint.errors import InputError
from workprint.problems import Problem

_DIALECTS: tuple[Dialect, ...] = (
    ArkDialect(),
    AllTokenDialect(),
    FalDialect(),
    OpenRouterDialect(),
    NewApiDialect(),
    OpenAIShapeDialect(),
    KlingDialect(),
    MiniMaxDialect(),
)
_BY_NAME: dict[str, Dialect] = {language.name: language for language in _DIALECTS}
#: The names as a type: what the form of the provider block offers. A test keeps it equal to the table.
DialectName = Literal["ark", "alltoken", "fal", "openrouter", "newapi", "openai_shape", "kling", "minimax"]


def dialects() -> tuple[Dialect, ...]:
    """All dialects, in the order of the table."""
    return _DIALECTS


def dialect(name: str) -> Dialect:
    """The dialect of that name. Raises `InputError` naming the known ones."""
    if name not in _BY_NAME:
        known = ", ".join(sorted(_BY_NAME))
        raise InputError([Problem("dialect", f"there is no dialect called {name!r}", f"use one of: {known}")])
    return _BY_NAME[name]
