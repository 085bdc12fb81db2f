"""Handing out a film, well or as a fault wants it. A fault answers in one piece: ranges are not honoured."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from deployments.sandbox.connections import drop
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.instead import html_page
from deployments.sandbox.poll_faults import Questions
from deployments.sandbox.refusals import Refusal, no_such_key, stored
from deployments.sandbox.tasks import Task

_CHUNK = 65_536


def film_response(request: Request, task: Task, path: Path, questions: Questions) -> Response:
    """The film of a succeeded task."""
    if early := questions.hit(task, FaultName.NOT_READY):
        raise _not_ready(early.status)
    if task.fault(FaultName.HTML_FILE):
        return html_page(200)
    size = path.stat().st_size
    headers = {"content-length": str(size)}
    if slow := task.fault(FaultName.SLOW_DOWNLOAD):
        return StreamingResponse(_slowly(request, path, slow.rate), headers=headers, media_type="video/mp4")
    if task.fault(FaultName.TRUNCATED_DOWNLOAD):
        return StreamingResponse(_half(request, path, size // 2), headers=headers, media_type="video/mp4")
    return FileResponse(path)


def _not_ready(status: int) -> Refusal:
    if status == 404:
        return no_such_key()
    code = "AccessDenied" if status == 403 else "video_not_ready"
    return stored(status, code, "The file is not ready yet.")


async def _slowly(request: Request, path: Path, rate: int) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(max(rate // 10, 1)):
            yield chunk
            await asyncio.sleep(len(chunk) / rate)
            if request.state.stopping.is_set():
                await drop(request)
                return


async def _half(request: Request, path: Path, size: int) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while size > 0:
            chunk = file.read(min(_CHUNK, size))
            size -= len(chunk)
            yield chunk
    await drop(request)
