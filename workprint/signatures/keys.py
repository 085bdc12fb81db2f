"""The keys that callbacks are checked with: secrets as a provider shows them, and keys as it publishes them (JWKS).

Public keys are kept like secrets: one type for all of them, and none in a log.
"""

import base64
import json
from collections.abc import Iterator

from pydantic import SecretBytes, SecretStr

from workprint.signatures import Scheme

Keys = tuple[SecretBytes, ...]

#: Published keys that are tried, in the order of the document. More would be work for whoever sends garbage.
MOST_PUBLISHED = 16
#: Bytes of a raw Ed25519 public key (RFC 8032).
ED25519_KEY = 32
_PREFIX = "whsec_"
#: Bytes of key (Standard Webhooks specification, signature scheme).
_STANDARD_SIZES = range(24, 65)
#: Characters. How long OpenRouter's secrets are is not documented; a shorter one can be guessed.
_SHORTEST_PLAIN = 16
#: What a secret of each scheme looks like, for the person who has to write it.
SECRET_RULES = {
    Scheme.STANDARD_WEBHOOKS: "must be whsec_ followed by the base64 of 24 to 64 bytes",
    Scheme.OPENROUTER: "must be at least 16 printable ASCII characters without spaces",
}


def signing_key(scheme: Scheme, secret: SecretStr) -> SecretBytes | None:
    """The key that a provider's secret stands for; None when it breaks the scheme's rule, or the scheme has none."""
    text = secret.get_secret_value()
    if scheme is Scheme.STANDARD_WEBHOOKS:
        key = decoded(text.removeprefix(_PREFIX))
        return SecretBytes(key) if key is not None and len(key) in _STANDARD_SIZES else None
    if scheme is Scheme.OPENROUTER:
        plain = text.isascii() and text.isprintable() and " " not in text
        return SecretBytes(text.encode()) if plain and len(text) >= _SHORTEST_PLAIN else None
    return None


def published_keys(document: bytes) -> Keys:
    """The Ed25519 keys of a JWKS (RFC 7517, RFC 8037); other kinds are left out. Empty: there is none, or no JWKS."""
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        return ()
    entries = found.get("keys") if isinstance(found, dict) else None
    return tuple(_ed25519(entries if isinstance(entries, list) else []))[:MOST_PUBLISHED]


def decoded(text: str, altchars: bytes | None = None) -> bytes | None:
    """What base64 stands for; None where it is none."""
    try:
        return base64.b64decode(text, altchars, validate=True)
    except ValueError:  # binascii.Error is one
        return None


def _ed25519(entries: list[object]) -> Iterator[SecretBytes]:
    for entry in entries:
        if not isinstance(entry, dict) or (entry.get("kty"), entry.get("crv")) != ("OKP", "Ed25519"):
            continue
        text = entry.get("x")
        raw = decoded(text + "=" * (-len(text) % 4), b"-_") if isinstance(text, str) else None
        if raw is not None and len(raw) == ED25519_KEY:
            yield SecretBytes(raw)
