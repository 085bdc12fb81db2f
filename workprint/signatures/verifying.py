"""Whether a callback was signed by who has the key, over these very bytes, just now.

Nothing that is sent makes this raise: what cannot be read is refused, with a word that says why.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import SecretBytes

from workprint.signatures import Scheme
from workprint.signatures.keys import decoded

#: Seconds a callback's time may differ from ours, both ways (all three schemes say five minutes).
TOLERANCE = 300
#: Unix seconds. Twelve digits reach far beyond any clock; milliseconds have thirteen.
_SECONDS = re.compile(r"[0-9]{1,12}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_SHA256_SIZE, _ED25519_SIZE = 32, 64


class Verdict(StrEnum):
    """What a callback's signature is worth."""

    VALID = "valid"
    #: A header of the scheme is not there.
    MISSING = "missing_header"
    #: A header came more than once: which of them is meant is anybody's guess.
    REPEATED = "repeated_header"
    #: A header is not what the scheme says.
    MALFORMED = "malformed_header"
    #: Signed more than five minutes ago, by its own word: a replay, or a clock is wrong.
    TOO_OLD = "too_old"
    #: Signed more than five minutes from now, by its own word: a clock is wrong.
    TOO_NEW = "too_new"
    #: Read without trouble, and none of the keys made it.
    WRONG = "wrong_signature"

    @property
    def fits(self) -> bool:
        """Whether the callback is the provider's."""
        return self is Verdict.VALID


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a callback says: when it was signed, the bytes the signature covers, and the signatures of several keys."""

    timestamp: str
    signed: bytes
    signatures: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Rules:
    """One scheme: its headers in lower case, how they are read with the body, and how a key proves a signature."""

    headers: tuple[str, ...]
    read: Callable[[Sequence[str], bytes], _Claim | None]
    proves: Callable[[bytes, _Claim], bool]


def verify(
    scheme: Scheme, keys: Iterable[SecretBytes], headers: Iterable[tuple[str, str]], body: bytes, now: datetime
) -> Verdict:
    """Judge a callback. `headers` as they came, repeated ones repeated; `body` before anything parsed it; `now` aware.

    Any key may have signed it, by any of its signatures: both sides can rotate. Of a scheme that signs nothing, and
    without keys, nothing is valid. Headers are judged before keys: only `WRONG` may change with other keys.
    """
    rules = _RULES.get(scheme)
    if rules is None:
        return Verdict.MISSING
    found = _found(rules.headers, headers)
    if not all(found):
        return Verdict.MISSING
    if any(len(values) > 1 for values in found):
        return Verdict.REPEATED
    texts = [values[0] for values in found]
    claim = rules.read(texts, body) if all(_plain(text) for text in texts) else None
    if claim is None or not claim.signatures or not _SECONDS.fullmatch(claim.timestamp):
        return Verdict.MALFORMED
    return _late_or_early(int(claim.timestamp), now) or _judged(rules, claim, keys)


def _found(names: Sequence[str], headers: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The values of each of these headers."""
    sent = [(name.lower(), value) for name, value in headers]
    return [[value for name, value in sent if name == wanted] for wanted in names]


def _plain(text: str) -> bool:
    """Printable ASCII: a line feed would move the borders within what is signed."""
    return bool(text) and text.isascii() and text.isprintable()


def _late_or_early(timestamp: int, now: datetime) -> Verdict | None:
    age = now.timestamp() - timestamp
    if age > TOLERANCE:
        return Verdict.TOO_OLD
    return Verdict.TOO_NEW if age < -TOLERANCE else None


def _judged(rules: _Rules, claim: _Claim, keys: Iterable[SecretBytes]) -> Verdict:
    # An empty key is one that everybody has.
    known = [key.get_secret_value() for key in keys if key]
    return Verdict.VALID if any(rules.proves(key, claim) for key in known) else Verdict.WRONG


def _read_standard(texts: Sequence[str], body: bytes) -> _Claim:
    """Signatures stand in a row, with spaces between; those of versions we do not know are not ours to judge."""
    message_id, timestamp, row = texts
    ours = [decoded(word.removeprefix("v1,")) for word in row.split(" ") if word.startswith("v1,")]
    whole = tuple(signature for signature in ours if signature and len(signature) == _SHA256_SIZE)
    return _Claim(timestamp, f"{message_id}.{timestamp}.".encode() + body, whole)


def _read_openrouter(texts: Sequence[str], body: bytes) -> _Claim | None:
    pairs = [part.strip().partition("=") for part in texts[0].split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    if len(times) != 1:
        return None
    ours = [_from_hex(value, _SHA256_SIZE) for name, _, value in pairs if name == "v1"]
    return _Claim(times[0], f"{times[0]},".encode() + body, tuple(filter(None, ours)))


def _read_fal(texts: Sequence[str], body: bytes) -> _Claim:
    request_id, user_id, timestamp, signature = texts
    lines = (request_id, user_id, timestamp, hashlib.sha256(body).hexdigest())
    raw = _from_hex(signature, _ED25519_SIZE)
    return _Claim(timestamp, "\n".join(lines).encode(), (raw,) if raw else ())


def _from_hex(text: str, size: int) -> bytes | None:
    # bytes.fromhex would skip spaces.
    return bytes.fromhex(text) if len(text) == 2 * size and _HEX.fullmatch(text) else None


def _proves_hmac(key: bytes, claim: _Claim) -> bool:
    # Once for all signatures: a header can hold hundreds of them, and the body a mebibyte.
    ours = hmac.digest(key, claim.signed, "sha256")
    return any(hmac.compare_digest(ours, signature) for signature in claim.signatures)


def _proves_ed25519(key: bytes, claim: _Claim) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(claim.signatures[0], claim.signed)
    except (InvalidSignature, ValueError):
        return False
    return True


_RULES: Mapping[Scheme, _Rules] = {
    Scheme.STANDARD_WEBHOOKS: _Rules(
        ("webhook-id", "webhook-timestamp", "webhook-signature"), _read_standard, _proves_hmac
    ),
    Scheme.OPENROUTER: _Rules(("x-openrouter-signature",), _read_openrouter, _proves_hmac),
    Scheme.FAL: _Rules(
        tuple(f"x-fal-webhook-{word}" for word in ("request-id", "user-id", "timestamp", "signature")),
        _read_fal,
        _proves_ed25519,
    ),
}
