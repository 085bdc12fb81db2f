"""The faults of asking: what is said in place of the truth about a task, or of the whole answer."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.faults import Fault
from deployments.sandbox.instead import Instead, bare_error, html_page
from deployments.sandbox.refusals import too_many
from deployments.sandbox.tasks import Status, Task
from deployments.sandbox.values import Look


class Questions:
    """Counts how often a fault of a task was met by a question. In memory: a restart begins anew."""

    def __init__(self, rpm: int) -> None:
        self._rpm = rpm
        self._met: Counter[tuple[str, str]] = Counter()

    def hit(self, task: Task, name: FaultName) -> Fault | None:
        """The fault, when the task has it and this question is one of those it hits; counts the question."""
        fault = task.fault(name)
        if fault is None:
            return None
        self._met[task.id, name] += 1
        return fault if fault.polls == 0 or self._met[task.id, name] <= fault.polls else None

    def interrupt(self, tasks: Iterable[Task]) -> None:
        """Raise what stands in place of an answer that tells of these tasks. Faults wait for each other."""
        for task in tasks:
            if self.hit(task, FaultName.POLL_ERROR):
                raise Instead(bare_error())
            if storm := self.hit(task, FaultName.POLL_STORM):
                raise too_many(self._rpm, storm.retry_after)
            if self.hit(task, FaultName.GARBLED_POLL):
                raise Instead(html_page(200))

    def interrupt_list(self, tasks: Iterable[Task]) -> None:
        """Raise a 500 in place of the list, while one of these tasks wants it."""
        if any(self.hit(task, FaultName.LIST_ERROR) for task in tasks):
            raise Instead(bare_error())

    def denied(self, task: Task) -> bool:
        """Whether a known task is said not to be there."""
        return self.hit(task, FaultName.FLAPPING) is not None

    def disguise(self, task: Task, look: Callable[[Task], Look]) -> Look:
        """The task as it is told to somebody who polls; `look` says the truth."""
        if word := self.hit(task, FaultName.UNKNOWN_STATUS):
            running = replace(task, status=Status.RUNNING, error_code="", error_message="")
            return self.skew(task, replace(look(running), word=word.word))
        return self.skew(task, look(replace(task, status=Status.QUEUED) if self._goes_back(task) else task))

    def skew(self, task: Task, look: Look) -> Look:
        """The task with times of a clock that is wrong."""
        skew = self.hit(task, FaultName.CLOCK_SKEW)
        if skew is None:
            return look
        return replace(look, created_at=look.created_at + skew.seconds, updated_at=look.updated_at + skew.seconds)

    def _goes_back(self, task: Task) -> bool:
        """Whether a running task is shown as queued: only after it was shown running."""
        fault = task.fault(FaultName.STATUS_BACKWARDS)
        if fault is None or task.status is not Status.RUNNING:
            return False
        self._met[task.id, fault.fault] += 1
        seen = self._met[task.id, fault.fault] - 1
        return seen > 0 and (fault.polls == 0 or seen <= fault.polls)
