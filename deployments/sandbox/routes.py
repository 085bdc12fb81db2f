"""The routes: Ark's, the files, and the sandbox's own."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import cast

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from deployments.sandbox.connections import drop, hold
from deployments.sandbox.faults import FaultName, read_faults
from deployments.sandbox.refusals import Refusal, invalid, running_task
from deployments.sandbox.service import BareError, Service
from deployments.sandbox.tasks import Status, Task

_TASKS = "/api/v3/contents/generations/tasks"
_CHUNK = 65_536


def _service(request: Request) -> Service:
    return cast("Service", request.state.service)


def _authenticated(request: Request) -> Service:
    service = _service(request)
    service.authenticate(request)
    return service


async def submit(request: Request) -> Response:
    """POST a task."""
    service = _authenticated(request)
    params, faults = await service.check(await request.body())
    task = service.queue.add(params, faults)
    if silence := task.fault(FaultName.ACCEPT_THEN_TIMEOUT):
        await hold(request, silence.hold)
    if task.fault(FaultName.SERVER_ERROR):
        raise BareError
    return JSONResponse({"id": task.id})


async def get_task(request: Request) -> Response:
    """GET one task."""
    service = _authenticated(request)
    return JSONResponse(service.shown(service.task(request.path_params["id"])))


async def list_tasks(request: Request) -> Response:
    """GET a page of tasks, newest first."""
    service, query = _authenticated(request), request.query_params
    tasks, total = service.store.listed(
        time.time(),
        _number(request, "page_num", 1),
        _number(request, "page_size", 10),
        status=query.get("filter.status", ""),
        model=query.get("filter.model", ""),
        ids=query.getlist("filter.task_ids"),
    )
    return JSONResponse({"items": [service.shown(task) for task in tasks], "total": total})


async def delete_task(request: Request) -> Response:
    """DELETE: cancel what waits, refuse what runs, forget what has ended."""
    service = _authenticated(request)
    task = service.task(request.path_params["id"])
    if task.status is Status.RUNNING:
        raise running_task(task.id)
    if task.status is Status.QUEUED:
        service.queue.cancel(task)
    else:
        service.store.delete(task)
    return JSONResponse({})


async def get_file(request: Request) -> Response:
    """GET a result by its signed link, whole or in ranges."""
    service = _service(request)
    service.check_link(request)
    name = Path(request.path_params["name"])
    task = service.task(name.stem)
    path = service.room.last_frame(task) if name.suffix == ".png" else service.room.film(task)
    if task.status is not Status.SUCCEEDED or not path.is_file():
        raise Refusal(404, "NoSuchKey", "The specified key does not exist.")
    if name.suffix == ".mp4" and (bad := _bad_download(request, task, path)):
        return bad
    return FileResponse(path)


def _bad_download(request: Request, task: Task, path: Path) -> Response | None:
    """The download as a fault wants it; these faults answer in one piece, ranges are not honoured."""
    size = path.stat().st_size
    headers = {"content-length": str(size)}
    if slow := task.fault(FaultName.SLOW_DOWNLOAD):
        return StreamingResponse(_slowly(request, path, slow.rate), headers=headers, media_type="video/mp4")
    if task.fault(FaultName.TRUNCATED_DOWNLOAD):
        return StreamingResponse(_half(request, path, size // 2), headers=headers, media_type="video/mp4")
    return None


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


async def bill(request: Request) -> Response:
    """GET what was charged."""
    charges = _authenticated(request).store.bill()
    total = sum((Decimal(charge.amount) for charge in charges), Decimal(0))
    tokens = sum(charge.tokens for charge in charges)
    lines = [asdict(charge) for charge in charges]
    return JSONResponse({"charges": lines, "tokens": tokens, "amount": str(total), "currency": "CNY"})


async def all_tasks(request: Request) -> Response:
    """GET every task that ever was, with what went wrong on request."""
    service = _authenticated(request)
    shown = [
        {**service.shown(task), "prompt": task.params.prompt, "faults": [fault.fault for fault in task.faults]}
        for task in service.store.all()
    ]
    return JSONResponse({"items": shown, "total": len(shown)})


async def get_faults(request: Request) -> Response:
    """GET the faults that are set."""
    return JSONResponse(_authenticated(request).faults.shown())


async def put_faults(request: Request) -> Response:
    """POST faults beside those that are set; PUT them in place of all."""
    service, raw = _authenticated(request), await request.body()
    try:
        faults = read_faults(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise invalid(".".join(map(str, first["loc"])) or "body", first["msg"]) from None
    (service.faults.add if request.method == "POST" else service.faults.set)(faults)
    return JSONResponse(service.faults.shown())


async def health(_: Request) -> Response:
    """GET whether it lives; needs no key."""
    return JSONResponse({"status": "ok"})


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or not 1 <= int(text) <= 500:
        raise invalid(name, "a whole number from 1 to 500")
    return int(text)


ROUTES: list[BaseRoute] = [
    Route(_TASKS, submit, methods=["POST"]),
    Route(_TASKS, list_tasks, methods=["GET"]),
    Route(_TASKS + "/{id}", get_task, methods=["GET"]),
    Route(_TASKS + "/{id}", delete_task, methods=["DELETE"]),
    Route("/files/{name}", get_file, methods=["GET"]),
    Route("/healthz", health, methods=["GET"]),
    Route("/sandbox/bill", bill, methods=["GET"]),
    Route("/sandbox/tasks", all_tasks, methods=["GET"]),
    Route("/sandbox/faults", get_faults, methods=["GET"]),
    Route("/sandbox/faults", put_faults, methods=["POST", "PUT"]),
]
