"""Providers that sign callbacks: with their own words, and none of the code that checks them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretBytes, SecretStr
from standardwebhooks import Webhook

from workprint.signatures import Scheme
from workprint.signatures.keys import Keys, published_keys, signing_key

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Signer:
    """One account: its scheme, what it signs with, and what its callbacks are checked with."""

    scheme: Scheme
    keys: Keys
    sign: Callable[[bytes, datetime], Headers]


def standard_secret(word: str = "first") -> str:
    """A secret as Kling's console shows it; the same for the same word."""
    return "whsec_" + base64.b64encode(hashlib.sha256(word.encode()).digest()).decode()


def standard_signature(secret: str, message_id: str, body: bytes, at: datetime) -> str:
    """`v1,<base64>`, as the reference library signs it."""
    return Webhook(secret).sign(message_id, at, body.decode())


def kling(word: str = "first") -> Signer:
    """Standard Webhooks."""
    secret = standard_secret(word)

    def sign(body: bytes, at: datetime) -> Headers:
        signature = standard_signature(secret, "9876543210", body, at)
        return [("webhook-id", "9876543210"), ("webhook-timestamp", unix(at)), ("webhook-signature", signature)]

    return Signer(Scheme.STANDARD_WEBHOOKS, (the(Scheme.STANDARD_WEBHOOKS, secret),), sign)


def plain_secret(word: str = "first") -> str:
    """A secret as OpenRouter's settings hold it."""
    return f"or-webhook-secret-{word}"


def openrouter(word: str = "first") -> Signer:
    """`X-OpenRouter-Signature`."""
    secret = plain_secret(word)

    def sign(body: bytes, at: datetime) -> Headers:
        digest = hmac.new(secret.encode(), f"{unix(at)},".encode() + body, hashlib.sha256).hexdigest()
        return [("X-OpenRouter-Signature", f"t={unix(at)},v1={digest}")]

    return Signer(Scheme.OPENROUTER, (the(Scheme.OPENROUTER, secret),), sign)


def private_key(word: str = "first") -> Ed25519PrivateKey:
    """fal's own key; the same for the same word."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(word.encode()).digest())


def jwks(*words: str) -> bytes:
    """The document in which fal publishes these keys."""
    raw = [private_key(word).public_key().public_bytes_raw() for word in words]
    entries = [
        {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(key).rstrip(b"=").decode(), "kid": str(n)}
        for n, key in enumerate(raw)
    ]
    return json.dumps({"keys": entries}).encode()


def fal(word: str = "first") -> Signer:
    """`X-Fal-Webhook-*`."""

    def sign(body: bytes, at: datetime) -> Headers:
        lines = ("764cabcf", "github|1234", unix(at), hashlib.sha256(body).hexdigest())
        signature = private_key(word).sign("\n".join(lines).encode()).hex()
        names = ("Request-Id", "User-Id", "Timestamp", "Signature")
        return [(f"X-Fal-Webhook-{name}", value) for name, value in zip(names, (*lines[:3], signature), strict=True)]

    return Signer(Scheme.FAL, published_keys(jwks(word)), sign)


SIGNERS = {"kling": kling, "openrouter": openrouter, "fal": fal}


def the(scheme: Scheme, secret: str) -> SecretBytes:
    """The key of a secret that is good."""
    key = signing_key(scheme, SecretStr(secret))
    assert key is not None
    return key


def unix(at: datetime) -> str:
    """Whole seconds."""
    return str(int(at.timestamp()))


def now() -> datetime:
    """The time a provider has."""
    return datetime.now(UTC)
