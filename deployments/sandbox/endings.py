"""How a task ends: well, or as its fault wants it."""

from collections.abc import Mapping
from dataclasses import dataclass

from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.tasks import Status, Task
from deployments.sandbox.voices.voice import Voice


@dataclass(frozen=True, slots=True)
class Ending:
    """The last status of a task, and whether its film was refused: the voice has the words."""

    status: Status
    rejected: bool = False

    def error(self, voice: Voice) -> tuple[str, str]:
        """Code and message that explain a failure; empty for every other end."""
        if self.status is not Status.FAILED:
            return "", ""
        return voice.rejected if self.rejected else voice.broken


BROKEN = Ending(Status.FAILED)
_REJECTED = Ending(Status.FAILED, rejected=True)
#: After it ran.
_AFTER_RUN: Mapping[FaultName, Ending] = {
    FaultName.CONTENT_REJECTED: _REJECTED,
    FaultName.FAILED_TASK: BROKEN,
    FaultName.CHARGED_BUT_FAILED: BROKEN,
    FaultName.COMPLETED_BUT_FAILED: BROKEN,
}
#: Instead of running.
_IN_QUEUE: Mapping[FaultName, Ending] = {
    FaultName.EXPIRED_TASK: Ending(Status.EXPIRED),
    FaultName.CANCELLED_BY_PROVIDER: Ending(Status.CANCELLED),
}


def ending(task: Task) -> Ending:
    """The end of a task that ran."""
    return _first(task, _AFTER_RUN) or Ending(Status.SUCCEEDED)


def ending_in_queue(task: Task) -> Ending | None:
    """The end of a task that never gets to run; None: it runs."""
    return _first(task, _IN_QUEUE)


def seconds_more(task: Task) -> float:
    """How much longer than its latency a task runs."""
    slow = task.fault(FaultName.NEVER_ENDS)
    return slow.hold if slow else 0.0


def _first(task: Task, endings: Mapping[FaultName, Ending]) -> Ending | None:
    return next((end for name, end in endings.items() if task.fault(name)), None)
