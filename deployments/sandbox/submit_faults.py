"""The faults of a submit: before a task is made, and once it is."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from deployments.sandbox.connections import drop, hold, wait
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.faults import Fault
from deployments.sandbox.instead import Instead, bare_error, html_page
from deployments.sandbox.refusals import overdue, too_many
from deployments.sandbox.tasks import Task
from deployments.sandbox.voices.voice import Voice


def refuse_by(faults: Sequence[Fault], voice: Voice, rpm: int) -> None:
    """Raise what a fault puts in place of an answer before anything is created."""
    for fault in faults:
        if fault.fault is FaultName.TOO_MANY_REQUESTS:
            raise too_many(rpm, fault.retry_after)
        if fault.fault is FaultName.OVERDUE_ACCOUNT:
            raise overdue()
        if fault.fault is FaultName.OK_WITH_ERROR_BODY:
            raise Instead(_error_in_200(fault, voice, rpm))
        if fault.fault in _NOTHING_MADE and not (fault.created and fault.fault in _MADE):
            raise Instead(_NOTHING_MADE[fault.fault]())


async def answer(request: Request, task: Task, voice: Voice, right: Response) -> Response:
    """What the client hears of a task that was made."""
    if fault := task.fault(FaultName.ACCEPT_THEN_TIMEOUT):
        await hold(request, fault.hold)
    if fault := task.fault(FaultName.SLOW_ANSWER):
        await wait(request, fault.hold)
    if task.fault(FaultName.CUT_ANSWER):
        return cut(request, right)
    if task.fault(FaultName.OK_WITHOUT_ID):
        return JSONResponse(dict(voice.no_id), right.status_code)
    for name, wrong in _MADE.items():
        if task.fault(name):
            return wrong()
    return right


def cut(request: Request, whole: Response) -> Response:
    """Half of an answer that promised to be longer; then the connection breaks."""
    body = bytes(whole.body)

    async def half() -> AsyncIterator[bytes]:
        yield body[: len(body) // 2]
        await drop(request)

    headers = {"content-length": str(len(body))}
    return StreamingResponse(half(), whole.status_code, headers=headers, media_type=whole.media_type)


def _error_in_200(fault: Fault, voice: Voice, rpm: int) -> Response:
    """A refusal whose HTTP status says success."""
    refusal = too_many(rpm, fault.retry_after)
    refusal.code = fault.code
    return JSONResponse(voice.refused(refusal).body)


_NOTHING_MADE: Mapping[FaultName, Callable[[], Response | None]] = {
    FaultName.SERVER_ERROR: bare_error,
    FaultName.GATEWAY_TIMEOUT: lambda: html_page(504),
    FaultName.RESET_BEFORE: lambda: None,
}
_MADE: Mapping[FaultName, Callable[[], Response]] = {
    FaultName.SERVER_ERROR: bare_error,
    FaultName.GATEWAY_TIMEOUT: lambda: html_page(504),
    FaultName.GARBLED_ANSWER: lambda: html_page(200),
}
