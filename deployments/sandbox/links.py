"""Result links that end: signed in the manner of TOS, Volcengine's object storage. Pure; the clock comes in."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from deployments.sandbox.refusals import stored

_DATE = "%Y%m%dT%H%M%SZ"


def signed(key: str, path: str, start: float, seconds: int) -> str:
    """`path` with a query that is good from `start` (Unix time) for so many seconds."""
    date = datetime.fromtimestamp(start, UTC).strftime(_DATE)
    query = {
        "X-Tos-Algorithm": "TOS4-HMAC-SHA256",
        "X-Tos-Date": date,
        "X-Tos-Expires": str(seconds),
        "X-Tos-Signature": _signature(key, path, date, str(seconds)),
    }
    return f"{path}?{urlencode(query)}"


def verify(key: str, path: str, query: Mapping[str, str], now: float) -> None:
    """Raise a 403 `Refusal` unless the link was made with this key for this path and has not ended."""
    date, seconds = query.get("X-Tos-Date", ""), query.get("X-Tos-Expires", "")
    wanted = _signature(key, path, date, seconds)
    if not hmac.compare_digest(wanted.encode(), query.get("X-Tos-Signature", "").encode()):
        raise stored(403, "SignatureDoesNotMatch", "The link's signature does not match.")
    end = datetime.strptime(date, _DATE).replace(tzinfo=UTC).timestamp() + int(seconds)
    if now >= end:
        raise stored(403, "AccessDenied", "Request has expired.")


def _signature(key: str, path: str, date: str, seconds: str) -> str:
    text = "\n".join(("GET", path, date, seconds))
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
