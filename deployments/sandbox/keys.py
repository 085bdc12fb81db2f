"""The secrets of a home: the clients' key, and what signs links and callbacks. Made once, for their owner."""

import base64
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deployments.sandbox.settings import SandboxSettings

ENVIRONMENT = "WORKPRINT_SANDBOX_KEY"


def bearer_key(settings: SandboxSettings) -> str:
    """The key clients must send: the setting, else the environment, else the home's file `key`."""
    if settings.key is not None:
        return settings.key.get_secret_value()
    return os.environ.get(ENVIRONMENT) or kept_secret(settings.home / "key")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What signs callbacks."""

    #: `whsec_` and Base64, as Standard Webhooks writes them; a customer copies it from the provider's console.
    webhook: str = field(repr=False)
    #: The provider's own key; its public half stands in the JWKS.
    ed25519: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, seed: str) -> "Secrets":
        """From 32 bytes as URL-safe Base64 without padding."""
        raw = base64.urlsafe_b64decode(seed + "=")
        return cls("whsec_" + base64.b64encode(raw).decode(), Ed25519PrivateKey.from_private_bytes(raw))


def webhook_secrets(home: Path) -> Secrets:
    """What signs the callbacks of this home."""
    return Secrets.of(kept_secret(home / "webhook.key"))


def foreign_secrets() -> Secrets:
    """Somebody else's: what they sign is not from us."""
    return Secrets.of(secrets.token_urlsafe(32))


def kept_secret(path: Path) -> str:
    """The text of a secret file; a new secret (mode 0600) when there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make(path)
    return path.read_text(encoding="ascii").strip()


def _make(path: Path) -> None:
    """Written in full before it gets its name: a kill in between must not leave an empty secret behind."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32))
    # Two that start at once agree on the first one's.
    with suppress(FileExistsError):
        path.hardlink_to(part)
    part.unlink()
