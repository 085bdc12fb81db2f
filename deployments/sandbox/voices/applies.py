"""Which faults a voice can have: a provider without a list has no list that fails."""

from collections.abc import Callable, Mapping

from deployments.sandbox.fault_table import STRIKES, FaultName, Stage
from deployments.sandbox.refusals import Why
from deployments.sandbox.tasks import Status
from deployments.sandbox.voices.voice import Action, Voice

_F = FaultName
_CHANGES = frozenset({Status.QUEUED, Status.RUNNING, Status.SUCCEEDED})
#: What a voice must have for a fault to mean anything.
_NEEDS: Mapping[FaultName, Callable[[Voice], bool]] = {
    _F.OVERDUE_ACCOUNT: lambda voice: Why.BALANCE in voice.errors,
    _F.CLOCK_SKEW: lambda voice: voice.tells_time,
    _F.LIST_WITHOUT_REFERENCE: lambda voice: voice.echoes_reference,
    _F.EXPIRED_TASK: lambda voice: Status.EXPIRED in voice.words,
    _F.CANCELLED_BY_PROVIDER: lambda voice: Status.CANCELLED in voice.words,
    _F.CANCEL_IGNORED: lambda voice: voice.does(Action.CANCEL),
    _F.COMPLETED_BUT_FAILED: lambda voice: voice.does(Action.RESULT),
    _F.CALLBACK_EARLY: lambda voice: Status.QUEUED in voice.calls_back,
    _F.CALLBACK_REORDERED: lambda voice: voice.calls_back >= _CHANGES,
    _F.CALLBACK_BAD_SIGNATURE: lambda voice: voice.signs,
}


def applies(voice: Voice, fault: FaultName) -> bool:
    """Whether this provider has such a thing. A fault that does not apply to a task's voice never strikes it."""
    if fault in voice.without:
        return False
    if STRIKES[fault] is Stage.LIST and not voice.does(Action.LIST):
        return False
    if STRIKES[fault] is Stage.CALLBACK and not voice.calls_back:
        return False
    return _NEEDS.get(fault, _always)(voice)


def _always(_: Voice) -> bool:
    return True
