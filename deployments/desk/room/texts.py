"""Times, lengths and amounts as a person reads them. The same in both languages, but for how long is left."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import PurePosixPath

from workprint.quotes import money

_DAY, _HOUR = 86400, 3600


def at_text(at: datetime) -> str:
    """`2026-11-22 12:00 UTC`."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def clock(seconds: float) -> str:
    """A place in a film: `0:02.5`."""
    tenths = round(max(0.0, seconds) * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def amount(value: Decimal, currency: str) -> str:
    """`3.90 CNY`, rounded up."""
    return f"{money(value)} {currency}"


def percent(share: float) -> str:
    """`62%`, rounded down: what is not watched yet must not look watched."""
    return f"{int(share * 100 + 1e-9)}%"


def left(span: timedelta, lang: str) -> str:
    """How long something still is, in its two largest units."""
    seconds = max(0, int(span.total_seconds()))
    days, hours, minutes = seconds // _DAY, seconds % _DAY // _HOUR, seconds % _HOUR // 60
    if lang == "zh":
        return f"{days} 天 {hours} 小时" if days else f"{hours} 小时 {minutes} 分" if hours else f"{minutes} 分钟"
    return f"{days} d {hours} h" if days else f"{hours} h {minutes} min" if hours else f"{minutes} min"


def file_name(source: str) -> str:
    """The last part of a path or address, without what stands after a question mark."""
    return PurePosixPath(source.partition("?")[0].replace("\\", "/")).name
