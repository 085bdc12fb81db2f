"""Callbacks as values: what came in, and what it is worth. A callback is a nudge; the state comes from our own GET."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

#: Bytes. A longer body is refused before it is kept.
LONGEST_BODY = 1024 * 1024
#: Characters of a body that are kept when its token is nobody's.
KEPT_OF_A_STRANGER = 4096


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
    """A callback that waits for somebody to ask the provider."""

    id: str
    render_id: str
    received_at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A callback as it stands in the inbox."""

    id: str
    receipt: Receipt
    render_id: str | None


def token_hash(token: str) -> str:
    """SHA-256 of a token, 64 hex digits: what the ledger keeps of it."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def challenge(body: Mapping[str, object] | None) -> str | None:
    """The word a provider wants echoed to believe that the address is ours (MiniMax v2 callbacks); else None.

    Only a short printable word: an address that echoes whatever it is sent would be a tool for others.
    """
    word = (body or {}).get("challenge")
    if not isinstance(word, str) or not 0 < len(word) <= 512 or not word.isprintable():
        return None
    return word
