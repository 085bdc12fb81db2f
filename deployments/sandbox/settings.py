"""What can be set, from the command line or by a test."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from deployments.sandbox.faults import read_faults

#: Ark lets an enterprise run this many Seedance 2.5 tasks at once.
CONCURRENCY = 10
#: With rendering turned off nothing is scarce.
FIXED_CONCURRENCY = 10_000
_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "ki": 1024, "mi": 1024**2, "gi": 1024**3}


def fixed_size(text: str) -> int:
    """Bytes of a size such as `500000`, `8MB` or `8MiB`. Raises ValueError."""
    digits = text.rstrip("BbKkMmGgIi ")
    unit = text[len(digits) :].strip().lower().removesuffix("b")
    if not digits.isdecimal() or unit not in _UNITS:
        raise ValueError(f"{text} is neither a file nor a size such as 8MiB")
    return int(digits) * _UNITS[unit]


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
    link_seconds: Annotated[int, Field(ge=1)] | None = None
    """How long a result link lives. Empty: as long as the provider says, e.g. 24 hours at Ark."""
    renew_links: bool = False
    """Whether every answer about a succeeded task carries a link signed just now, also where that is not documented."""
    seed: int = 0
    """Decides latencies, and which tasks a fault with a probability hits."""
    fixed: str = ""
    """Rendering off: every task gets this file, its film from this folder (480p-16x9-5s.mp4, else 480p.mp4), or a
    film of this size (8MiB), after exactly the latency."""
    faults: Path | None = None
    """JSON file with a list of faults that are set from the start."""

    @field_validator("fixed")
    @classmethod
    def _file_or_size(cls, value: str) -> str:
        if value and Path(value).is_dir():
            if not any(Path(value).glob("*.mp4")):
                raise ValueError(f"{value} holds no film (*.mp4)")
        elif value and not Path(value).is_file():
            fixed_size(value)
        return value

    @field_validator("faults")
    @classmethod
    def _readable_faults(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                read_faults(value.read_bytes())
            except OSError as error:
                raise ValueError(str(error)) from error
        return value

    @property
    def slots(self) -> int:
        """How many tasks run at once."""
        return self.concurrency or (FIXED_CONCURRENCY if self.fixed else CONCURRENCY)
