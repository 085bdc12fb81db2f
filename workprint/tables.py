"""Rows for other programs: CSV that a spreadsheet program shows and does not execute."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

#: A cell that begins so is a formula to Excel, LibreOffice and Google Sheets (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def csv_text(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """RFC 4180: comma, CRLF, quotes where needed. A cell that would be a formula gets an apostrophe before it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows([_harmless(str(cell)) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: str) -> str:
    if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
