"""The routes that Ark has too, and the files."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from deployments.sandbox.downloads import film_response
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.house_routes import HOUSE_ROUTES, authenticated, service_of
from deployments.sandbox.refusals import invalid, no_such_key, no_such_task, running_task
from deployments.sandbox.service import Service
from deployments.sandbox.submit_faults import answer
from deployments.sandbox.tasks import Status, Task

_TASKS = "/api/v3/contents/generations/tasks"


async def submit(request: Request) -> Response:
    """POST a task."""
    service = authenticated(request)
    params, faults = await service.check(await request.body())
    task = service.queue.add(params, faults)
    if task.fault(FaultName.CALLBACK_EARLY):
        await service.callbacks.answered(task)
    return await answer(request, task)


async def get_task(request: Request) -> Response:
    """GET one task."""
    service = authenticated(request)
    task = service.task(request.path_params["id"])
    service.questions.interrupt([task])
    if service.questions.denied(task):
        raise no_such_task(task.id)
    return JSONResponse(service.questions.disguise(task, service.views.told))


async def list_tasks(request: Request) -> Response:
    """GET a page of tasks, newest first: those that are named, or all."""
    service, ids = authenticated(request), request.query_params.getlist("filter.task_ids")
    return JSONResponse(_asked_for(service, request, ids) if ids else _overview(service, request))


def _asked_for(service: Service, request: Request, ids: list[str]) -> dict[str, Any]:
    tasks, total = _page(service, request, ids=ids)
    service.questions.interrupt(tasks)
    there = [task for task in tasks if not service.questions.denied(task)]
    items = [service.questions.disguise(task, service.views.told) for task in there]
    return {"items": items, "total": total - len(tasks) + len(there)}


def _overview(service: Service, request: Request) -> dict[str, Any]:
    service.questions.interrupt_list(service.store.with_fault(FaultName.LIST_ERROR, time.time()))
    tasks, total = _page(service, request, without=service.hidden())
    items = [service.questions.skew(task, service.views.told(task)) for task in tasks]
    return {"items": items, "total": total}


def _page(
    service: Service, request: Request, *, ids: Sequence[str] = (), without: Sequence[str] = ()
) -> tuple[list[Task], int]:
    query = request.query_params
    return service.store.listed(
        time.time(),
        _number(request, "page_num", 1),
        _number(request, "page_size", 10),
        status=query.get("filter.status", ""),
        model=query.get("filter.model", ""),
        ids=ids,
        without=without,
    )


async def delete_task(request: Request) -> Response:
    """DELETE: cancel what waits, refuse what runs, forget what has ended."""
    service = authenticated(request)
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
    service = service_of(request)
    service.check_link(request)
    name = Path(request.path_params["name"])
    task = service.task(name.stem)
    path = service.room.last_frame(task) if name.suffix == ".png" else service.room.film(task)
    if task.status is not Status.SUCCEEDED or not path.is_file():
        raise no_such_key()
    if name.suffix == ".png":
        return FileResponse(path)
    return film_response(request, task, path, service.questions)


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
    *HOUSE_ROUTES,
]
