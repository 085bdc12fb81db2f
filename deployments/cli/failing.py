"""How a command fails: the exit code, the words, and the log for what nobody expected."""

import traceback
import uuid
from datetime import UTC, datetime

from deployments.cli.console import ERR
from deployments.stack.home import Home
from workprint.errors import InputError, NotFound, OverBudget, WorkprintError

DONE, FAILED, WRONG_INPUT = 0, 1, 2


def report(error: Exception) -> int:
    """Tell a person of an error; returns the exit code."""
    if isinstance(error, WorkprintError):
        ERR.print(error.diagnostics(), markup=False)
        return WRONG_INPUT if isinstance(error, InputError | OverBudget | NotFound) else FAILED
    name = uuid.uuid4().hex[:8]
    log = _keep(error, name)
    ERR.print(f"Workprint itself failed ({type(error).__name__}, id {name}); the details are in {log}", markup=False)
    return FAILED


def _keep(error: Exception, name: str) -> str:
    """The traceback goes to the log. Prefect's and httpx's errors name URLs of our own server, no secrets."""
    home = Home.find()
    home.create()
    log = home.log("cli")
    with log.open("a") as stream:
        print(f"--- {name} at {datetime.now(UTC).isoformat()}", file=stream)
        traceback.print_exception(error, file=stream)
    return str(log)
