"""Settings of the desk. Secrets and the ledger's address come from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from deployments.desk.callback_keys import CALLBACK_KEYS, Signing, read_callback_keys
from deployments.desk.room.settings import RoomSettings
from deployments.stack.home import Home

LEDGER_URL, METRICS_TOKEN = "WORKPRINT_LEDGER_URL", "WORKPRINT_METRICS_TOKEN"
PORT = 9120


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """Everything one can set. Times in seconds."""

    ledger_url: SecretStr
    host: str = "127.0.0.1"
    port: int = PORT
    #: Opens /metrics to others than this machine; None: to nobody else.
    metrics_token: SecretStr | None = None
    #: A request's line and headers must come within this, and its body once more.
    head_seconds: float = 10.0
    body_seconds: float = 10.0
    #: So long a callback waits for its commit before the provider is asked to call again.
    commit_seconds: float = 5.0
    #: Callbacks taken in at the same time: each may hold its 1 MiB in memory.
    most_at_once: int = 128
    most_connections: int = 1000
    #: How the callbacks of each provider block are signed; those of others are not.
    callback_keys: Mapping[str, Signing] = field(default_factory=dict)
    #: A question for published keys takes at most this, and no two are asked within the pause.
    keys_seconds: float = 3.0
    keys_pause: float = 10.0
    #: The screening room; None: there is none.
    room: RoomSettings | None = None

    @classmethod
    def from_environment(cls, host: str, port: int) -> "DeskSettings":
        """Without WORKPRINT_LEDGER_URL the ledger is the home's own file.

        Raises `InputError` for a file of callback keys that has problems, and for settings of a room that do.
        """
        url, token, keys = (os.environ.get(name) for name in (LEDGER_URL, METRICS_TOKEN, CALLBACK_KEYS))
        return cls(
            ledger_url=SecretStr(url or _homes_own()),
            host=host,
            port=port,
            metrics_token=SecretStr(token) if token else None,
            callback_keys=read_callback_keys(Path(keys).expanduser()) if keys else {},
            room=RoomSettings.from_environment(os.environ),
        )


def _homes_own() -> str:
    home = Home.find()
    home.create()
    return home.ledger_url
