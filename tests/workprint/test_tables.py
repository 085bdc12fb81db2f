"""CSV that is read back as it was written, and that no spreadsheet program takes for a program."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.tables import csv_text


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_lines_end_as_the_rfc_says() -> None:
    """Every record ends with CRLF, and only cells that need quotes have them."""
    assert 'group,spent\r\n"tea, green",1.20\r\n"say ""hi""",0\r\n' == csv_text(
        ("group", "spent"), [("tea, green", Decimal("1.20")), ('say "hi"', 0)]
    )


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx", "-", "+49 89 1"])
def test_what_would_be_a_formula_is_text(cell: str) -> None:
    """A cell that a spreadsheet program would calculate gets an apostrophe."""
    assert [["h"], [f"'{cell}"]] == rows_of(csv_text(("h",), [(cell,)]))


@pytest.mark.parametrize("cell", ["-1.50", "+3", "12", "0.001", "2026-11-24", "mei@example.com", "a=b"])
def test_numbers_and_plain_words_are_left_alone(cell: str) -> None:
    """What is a number, or only holds such a sign, stays as it is."""
    assert [["h"], [cell]] == rows_of(csv_text(("h",), [(cell,)]))


@given(st.lists(st.lists(st.text(st.characters(blacklist_characters="\x00")), min_size=2, max_size=2)))
def test_every_cell_comes_back(rows: list[list[str]]) -> None:
    """Whatever a cell holds, it is read back whole, at most with the apostrophe before it."""
    found = rows_of(csv_text(("a", "b"), rows))[1:]
    assert [len(rows)] + [2] * len(rows) == [len(found)] + [len(row) for row in found]
    for wrote, read in zip(rows, found, strict=True):
        assert all(cell in {text, f"'{text}"} for text, cell in zip(wrote, read, strict=True))
