"""Callbacks as values: what came in, and what it is worth. A callback is a nudge; the state comes from our own GET."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workprint.redact import GONE, is_secret, redact

#: Bytes. A longer body is refused before it is kept.
LONGEST_BODY = 1024 * 1024
#: Characters of a body that are kept when its token is nobody's.
KEPT_OF_A_STRANGER = 4096
#: Characters of one header that are kept.
KEPT_OF_A_HEADER = 1024
#: Characters. Ours are 43; something shorter is a word that may stand anywhere.
_SHORTEST_TOKEN = 16


class Receipt(StrEnum):
    """What became of a callback when it came in."""

    #: The token is a render's: whoever looks after that render asks the provider now.
    NUDGE = "nudge"
    #: The same body with the same token came before.
    DUPLICATE = "duplicate"
    #: The token is nobody's.
    FORGED = "forged"
    #: The token is a render's of another provider.
    WRONG_PROVIDER = "wrong_provider"
    #: The token is a render's, and the body is no JSON object.
    MALFORMED = "malformed"
    #: The provider's own signature does not fit.
    BAD_SIGNATURE = "bad_signature"

    @property
    def counts(self) -> bool:
        """Whether anything follows from it."""
        return self is Receipt.NUDGE


@dataclass(frozen=True, slots=True)
class Nudge:
    """A callback that waits for somebody to ask the provider. Without its body: nothing in it is believed."""

    id: str
    render_id: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A callback as it stands in the inbox."""

    id: str
    receipt: Receipt
    render_id: str | None


def token_hash(token: str) -> str:
    """SHA-256 of a token, 64 hex digits: what the ledger keeps of it."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def kept_headers(headers: Iterable[tuple[str, str]], token: str) -> dict[str, str]:
    """Headers fit to keep: one entry a name, no credentials, also not the token where a proxy repeats the path."""
    kept: dict[str, str] = {}
    for name, value in headers:
        kept[name] = f"{kept[name]}, {value}" if name in kept else value
    return {name: GONE if is_secret(name) else _without(token, value) for name, value in kept.items()}


def _without(token: str, value: str) -> str:
    plain = value.replace(token, GONE) if len(token) >= _SHORTEST_TOKEN else value
    return redact(plain, limit=KEPT_OF_A_HEADER)


def challenge(body: Mapping[str, object] | None) -> str | None:
    """The word a provider wants echoed to believe that the address is ours (MiniMax v2 callbacks); else None.

    Only a short printable word: an address that echoes whatever it is sent would be a tool for others.
    """
    word = (body or {}).get("challenge")
    if not isinstance(word, str) or not 0 < len(word) <= 512 or not word.isprintable():
        return None
    return word
