"""A provider's download link: when it ends, and how it may be shown."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit, urlunsplit

#: Signing time and life in seconds: AWS Signature V4 query authentication, and Volcengine TOS, which copies it.
_SIGNED_LIVES = (("x-amz-date", "x-amz-expires"), ("x-tos-date", "x-tos-expires"))
#: Shown instead of a text that is no URL at all.
UNREADABLE = "[unreadable link]"


def link_expiry(url: str) -> datetime | None:
    """When the link stops working, in UTC, as its own query says: the earliest of several, None if it is silent.

    Reads `X-Amz-Date` with `X-Amz-Expires`, `X-Tos-Date` with `X-Tos-Expires`, and `Expires` in Unix seconds (S3
    signature V2, CloudFront, OSS). Never raises: what cannot be read says nothing.
    """
    query = _query(url)
    ends = [_signed_end(query.get(date), query.get(life)) for date, life in _SIGNED_LIVES]
    ends.append(from_unix(query.get("expires")))
    return min((end for end in ends if end is not None), default=None)


def without_query(url: str) -> str:
    """The link without its signature (query, fragment, user and password) or inline bytes, for logs and errors."""
    try:
        parts = urlsplit(url)
        if parts.scheme == "data":
            return url.partition(",")[0]
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))
    except ValueError:
        return UNREADABLE


def is_http_link(url: object) -> bool:
    """Whether this is an http(s) URL with a host: what a usable link must at least be."""
    if not isinstance(url, str) or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def from_unix(value: object) -> datetime | None:
    """Unix seconds (a number, or its text) as an aware time in UTC; None when it is none or beyond the calendar."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _query(url: str) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(urlsplit(url).query)
    except ValueError:
        return {}
    return {name.lower(): value for name, value in pairs}


def _signed_end(signed: str | None, life: str | None) -> datetime | None:
    if signed is None or life is None:
        return None
    try:
        start = datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return start + timedelta(seconds=float(life))
    except (ValueError, OverflowError):
        return None
