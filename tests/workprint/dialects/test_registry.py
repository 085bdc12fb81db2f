"""Which dialects there are."""

from typing import get_args

import pytest

from workprint.dialects.registry import DialectName, dialect, dialects
from workprint.errors import InputError


def test_the_form_offers_what_the_table_has() -> None:
    """The names a block may carry are the names of the table, each once."""
    names = [language.name for language in dialects()]

    assert [names, names] == [list(get_args(DialectName)), list(dict.fromkeys(names))]


@pytest.mark.parametrize("name", get_args(DialectName))
def test_a_name_finds_its_dialect(name: str) -> None:
    """A block that says a name gets the dialect of that name."""
    assert name == dialect(name).name


def test_the_registry_names_what_it_knows() -> None:
    """A dialect nobody wrote is an input error that lists the known ones."""
    with pytest.raises(InputError, match="klingon") as caught:
        dialect("klingon")

    assert all(name in caught.value.diagnostics() for name in get_args(DialectName))
