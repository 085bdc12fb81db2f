"""Settings of the desk. Secrets and the ledger's address come from the environment."""

import os
from dataclasses import dataclass

from pydantic import SecretStr

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

    @classmethod
    def from_environment(cls, host: str, port: int) -> "DeskSettings":
        """Without WORKPRINT_LEDGER_URL the ledger is the home's own file."""
        url, token = os.environ.get(LEDGER_URL), os.environ.get(METRICS_TOKEN)
        return cls(
            ledger_url=SecretStr(url or _homes_own()),
            host=host,
            port=port,
            metrics_token=SecretStr(token) if token else None,
        )


def _homes_own() -> str:
    home = Home.find()
    home.create()
    return home.ledger_url
