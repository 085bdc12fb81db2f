"""Which Prefect server and which ledger a command talks to: those of the home's stack, else the configured ones."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployments.stack.home import Home
from deployments.stack.state import require_running, running
from deployments.stack.supervisor import use_server

if TYPE_CHECKING:
    from blocks.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Server:
    """A Prefect server."""

    home: Home
    api_url: str
    #: Whether it is the embedded stack of this home.
    embedded: bool

    @property
    def ui_url(self) -> str:
        """Where a person opens its UI: the second one, whose Resume form shows the drafts on every screen."""
        return os.environ.get("PREFECT_UI_URL") or f"{self.api_url.removesuffix('/').removesuffix('/api')}/v2"

    def run_url(self, run_id: str) -> str:
        """The page of one flow run."""
        return f"{self.ui_url}/runs/flow-run/{run_id}"


def server() -> Server:
    """The running stack of the home, else the server of PREFECT_API_URL; `StackError` when there is neither.

    The stack comes first: a campaign meant for the sandbox must not be paid for because of a forgotten variable.
    """
    home, configured = Home.find(), os.environ.get("PREFECT_API_URL", "")
    state = running(home)
    if state is None and configured:
        return Server(home, configured, embedded=False)
    api_url = (state or require_running(home)).prefect_api
    use_server(api_url, home)
    return Server(home, api_url, embedded=True)


async def open_ledger() -> "Ledger":
    """The ledger of WORKPRINT_LEDGER_URL, else the home's file, else the one the server's `ledger` block names.

    The first two need no server: the ledger answers when nothing else runs.
    """
    home = Home.find()
    url = os.environ.get("WORKPRINT_LEDGER_URL") or (home.ledger_url if home.ledger.exists() else "")
    if url:
        from blocks.ledger import Ledger

        return await Ledger.open(url)
    server()
    from blocks.ledger.block import LedgerDatabase

    block: LedgerDatabase = await LedgerDatabase.aload("ledger")
    return await block.open()
