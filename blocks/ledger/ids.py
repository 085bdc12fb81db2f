"""Names the ledger gives."""

import hashlib
import secrets
from datetime import datetime

_PREFIX = "rnd_"
_CLIENT = "wp-"


def new_render_id(now: datetime) -> str:
    """`rnd_` and 32 hex digits laid out as UUID version 7 (RFC 9562, section 5.7): order of ids is order of time."""
    milliseconds = int(now.timestamp() * 1000) & (2**48 - 1)
    value = milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return f"{_PREFIX}{value:032x}"


def client_ref(render_id: str) -> str:
    """What a provider is told this render is called: 39 characters, safe in any provider's field."""
    return _CLIENT + render_id


def without_client_prefix(any_id: str) -> str:
    """The render id in a client reference; anything else as it is."""
    return any_id.removeprefix(_CLIENT) if any_id.startswith(_CLIENT + _PREFIX) else any_id


def link_digest(link: str) -> str:
    """SHA-256 of a link without query string and fragment: the signature in a query changes, the file does not."""
    return hashlib.sha256(link.partition("#")[0].partition("?")[0].encode(errors="replace")).hexdigest()
