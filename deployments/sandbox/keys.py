"""The two secrets of a home: the Bearer key and the key that signs links. Made once, readable by their owner only."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from deployments.sandbox.settings import SandboxSettings

ENVIRONMENT = "WORKPRINT_SANDBOX_KEY"


def bearer_key(settings: SandboxSettings) -> str:
    """The key clients must send: the setting, else the environment, else the home's file `key`."""
    if settings.key is not None:
        return settings.key.get_secret_value()
    return os.environ.get(ENVIRONMENT) or kept_secret(settings.home / "key")


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
