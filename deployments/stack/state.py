"""stack.json: where the stack that runs in a home can be reached."""

import json
from dataclasses import asdict, dataclass

from deployments.stack.home import Home, write_private
from deployments.stack.ports import LOOPBACK
from workprint.errors import StackError


@dataclass(frozen=True, slots=True)
class StackState:
    """Ports and process ids by name, and the URLs that follow from them. Holds no secret."""

    #: The supervisor's.
    pid: int
    ports: dict[str, int]
    pids: dict[str, int]
    ledger_url: str

    @property
    def prefect_ui(self) -> str:
        """What a person opens: Prefect's second UI. On a laptop's screen the first one hides the gate's pictures."""
        return f"{self._url('prefect')}/v2"

    @property
    def prefect_api(self) -> str:
        """PREFECT_API_URL of everything in the stack."""
        return f"{self._url('prefect')}/api"

    @property
    def s3_url(self) -> str:
        """The embedded S3 server's endpoint."""
        return self._url("s3")

    @property
    def sandbox_url(self) -> str:
        """The sandbox provider's base URL."""
        return self._url("sandbox")

    @property
    def desk_url(self) -> str:
        """The desk: where the provider sends its callbacks, and monitoring finds health and metrics."""
        return self._url("desk")

    def _url(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def write(self, home: Home) -> None:
        """Say that the stack is up."""
        write_private(home.state_file, json.dumps(asdict(self), indent=2))


def running(home: Home) -> StackState | None:
    """The stack that runs in this home, ready for use; None when there is none or it is still starting."""
    if not home.taken() or not home.state_file.exists():
        return None
    return StackState(**json.loads(home.state_file.read_text()))


def require_running(home: Home) -> StackState:
    """The same, or `StackError` that says how to start one."""
    if state := running(home):
        return state
    raise StackError(
        f"no stack runs in {home.root}",
        fix="start it with `workprint up`, or set PREFECT_API_URL to a Prefect server of yours",
    )
