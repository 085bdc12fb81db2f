"""Signed tokens: what a link or a cookie of ours says, and that it was us who wrote it.

`<payload>.<signature>`, both base64url without padding: canonical JSON, and HMAC-SHA-256 (RFC 2104) over the purpose
and that text. A token of one purpose is none of another. Nothing in it is secret; it cannot be forged, and it ends.
"""

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import SecretStr

from workprint.errors import LinkRefused

#: Fewer bytes could be guessed (NIST SP 800-107, 5.3.4: a key as long as the hash).
SHORTEST_KEY = 32
#: No token of ours is longer.
LONGEST = 2048
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")
#: The field that says until when, in seconds since 1970.
_UNTIL = "e"


class Purpose(StrEnum):
    """What a token is for."""

    LINK = "link"
    SESSION = "session"
    PREVIEW = "preview"
    #: The state of a sign-in that is under way (OpenID Connect).
    SIGN_IN = "sign-in"


def seal(key: SecretStr, purpose: Purpose, fields: Mapping[str, str], until: datetime) -> str:
    """A token that says `fields` until then (aware; whole seconds). The same fields and end give the same token."""
    said = {**fields, _UNTIL: str(int(until.timestamp()))}
    payload = _text(json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
    return f"{payload}.{_signature(key, purpose, payload)}"


def unseal(key: SecretStr, purpose: Purpose, token: str, now: datetime) -> dict[str, str]:
    """The fields of a token of ours. LinkRefused: not ours, changed on the way, of another purpose, or over."""
    if len(token) > LONGEST or not _SHAPE.fullmatch(token):
        raise LinkRefused("the link is damaged")
    payload, _, signature = token.partition(".")
    if not hmac.compare_digest(signature, _signature(key, purpose, payload)):
        raise LinkRefused("the link is damaged")
    fields: dict[str, str] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    if datetime.fromtimestamp(int(fields.pop(_UNTIL)), UTC) <= now:
        raise LinkRefused("the link has expired")
    return fields


def word(key: SecretStr, *parts: str) -> str:
    """A secret word that follows from these parts, for instance against forged forms: 43 signs."""
    return _signature(key, "word", json.dumps(parts, ensure_ascii=False))


def _signature(key: SecretStr, purpose: str, payload: str) -> str:
    secret = key.get_secret_value().encode()
    return _text(hmac.new(secret, f"workprint {purpose}\n{payload}".encode(), hashlib.sha256).digest())


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
