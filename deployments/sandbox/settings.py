"""What can be set, from the command line or by a test."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

#: Ark lets an enterprise run this many Seedance 2.5 tasks at once.
CONCURRENCY = 10
#: With rendering turned off nothing is scarce.
FIXED_CONCURRENCY = 10_000


class SandboxSettings(BaseModel):
    """How this sandbox behaves. Durations are seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    home: Path
    """Folder of the tasks, the bill, the films and the keys; made when missing."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 9110
    """Port to listen on; 0 takes any free one."""
    public_url: str = ""
    """How clients reach this sandbox (http://sandbox:9110), for result links. Empty: host and port."""
    key: SecretStr | None = None
    """The Bearer key. Empty: WORKPRINT_SANDBOX_KEY, else the file `key` of the home, made when missing."""
    latency: Annotated[float, Field(ge=0)] = 2.0
    """Seconds from start to result; rendering may take longer."""
    spread: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """How much the latency varies, as a share of it, by seed."""
    concurrency: Annotated[int, Field(ge=1)] | None = None
    """Tasks that run at once; more wait as `queued`. Empty: 10, and no limit with fixed films."""
    workers: Annotated[int, Field(ge=1, le=16)] = 2
    """Threads that render."""
    rpm: Annotated[int, Field(ge=1)] = 600
    """Tasks that may be created in a minute; one more is refused with 429."""
    link_seconds: Annotated[int, Field(ge=1)] = 86_400
    """How long a result link lives."""
    seed: int = 0
    """Decides latencies, and which tasks a fault with a probability hits."""
    fixed: str = ""
    """Rendering off: every task gets this file, or a film of this size (8MiB), after exactly the latency."""
    faults: Path | None = None
    """JSON file with a list of faults that are set from the start."""

    @property
    def slots(self) -> int:
        """How many tasks run at once."""
        return self.concurrency or (FIXED_CONCURRENCY if self.fixed else CONCURRENCY)
