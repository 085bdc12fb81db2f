"""Which dialects there are, by the name a provider block carries."""

from workprint.dialects import Dialect
from workprint.dialects.ark import ArkDialect
from workprint.errors import InputError
from workprint.problems import Problem

_DIALECTS: dict[str, Dialect] = {ArkDialect.name: ArkDialect()}


def dialect(name: str) -> Dialect:
    """The dialect of that name. Raises `InputError` naming the known ones."""
    if name not in _DIALECTS:
        known = ", ".join(sorted(_DIALECTS))
        raise InputError([Problem("dialect", f"there is no dialect called {name!r}", f"use one of: {known}")])
    return _DIALECTS[name]
