"""What every dialect reads alike: a JSON object, a text, a number, and how long to wait. Nothing here ever raises."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from workprint.links import is_http_link, link_expiry
from workprint.outcomes import Reply
from workprint.redact import clean

#: Seconds. A provider that says "come back in a month" is answered with a day.
LONGEST_WAIT = 86_400.0
#: Characters of a code, an id or a model name that are kept.
LONGEST_WORD = 256

_SECONDS = re.compile(r"\d{1,12}(?:\.\d{1,9})?")


def json_object(body: bytes) -> dict[str, Any] | None:
    """The body as a JSON object; None when it is anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def word(value: object) -> str:
    """A code, an id or a name: text or a whole number, trimmed; empty when it is anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return clean(str(value)).strip()[:LONGEST_WORD]


def count(value: object) -> int | None:
    """A whole number from 0 to 2^63 - 1, as a database keeps it; None when it is anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < 2**63 else None


def amount(value: object) -> Decimal | None:
    """A sum of money or seconds from a number or its text, not negative and below 10^12; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = Decimal(str(value).strip()[:LONGEST_WORD])
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found < 10**12 else None


def yes_or_no(value: object) -> bool | None:
    """A true or false; None when it is anything else."""
    return value if isinstance(value, bool) else None


def ok(reply: Reply) -> bool:
    """Whether the HTTP status says success."""
    return 200 <= reply.status < 300


def usable_id(task_id: str) -> bool:
    """An id becomes the last part of a path: dots alone would name another one, and one cut short a stranger's."""
    return bool(task_id.strip(".")) and task_id.isprintable() and len(task_id) < LONGEST_WORD


def segment(task_id: str) -> str:
    """An id as one segment of a path."""
    return quote(task_id, safe="")


def http_link(value: object) -> str | None:
    """A usable http(s) link; None when it is anything else."""
    return clean(value) if isinstance(value, str) and is_http_link(value) else None


def iso_time(value: object) -> datetime | None:
    """A time in ISO 8601, in UTC; without a zone it counts as UTC. None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def link_end(link: str, start: datetime | None, life: timedelta, now: datetime) -> datetime:
    """When a link ends: by its own word, else `life` after it was made (`now` where nobody says when)."""
    said = link_expiry(link)
    if said is not None:
        return said
    # A time near the end of the calendar is nonsense, not a reason to fail.
    return start + life if start is not None and start.year < 9999 else now + life


def mapping(value: object) -> dict[str, Any]:
    """The value when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def retry_after(reply: Reply) -> float | None:
    """Seconds from now, from Retry-After (RFC 9110, section 10.2.3); None when it is absent or cannot be read.

    An HTTP-date counts from the reply's own `Date`: the two clocks are the same one, ours may differ.
    """
    value = reply.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), LONGEST_WAIT)
    until, sent = _http_date(value), _http_date(reply.headers.get("date", ""))
    if until is None or sent is None:
        return None
    return min(max((until - sent).total_seconds(), 0.0), LONGEST_WAIT)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
