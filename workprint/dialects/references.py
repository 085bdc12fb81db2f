"""Where a provider reads a reference: the address it was given before the submit."""

from collections.abc import Mapping

from workprint.errors import InputError
from workprint.problems import Problem
from workprint.spec import FrozenReference


def address(reference: FrozenReference, media: Mapping[str, str]) -> str:
    """The URL or data URL of a reference. Raises `InputError` when it was given none."""
    found = media.get(reference.sha256)
    if found is None:
        rule = f"no address was given for the {reference.role} {reference.sha256[:12]}"
        raise InputError([Problem("references", rule, "freeze the references before the submit")])
    return found
