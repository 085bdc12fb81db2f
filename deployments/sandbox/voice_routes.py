"""What a route of a voice does: the core does it, the voice says it. Whoever calls has shown the key already."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deployments.sandbox.downloads import film_response
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.house_routes import service_of
from deployments.sandbox.refusals import no_such_task, stored, too_late
from deployments.sandbox.service import Service
from deployments.sandbox.submit_faults import answer
from deployments.sandbox.tasks import Status, Task
from deployments.sandbox.values import Answer, Page, PageQuery
from deployments.sandbox.voices.voice import Action, Deed, Voice

Handler = Callable[[Request, Voice, str], Awaitable[Response]]


def as_response(said: Answer) -> JSONResponse:
    """A voice's answer over HTTP."""
    return JSONResponse(said.body, said.status, dict(said.headers))


async def submit(request: Request, voice: Voice, _: str) -> Response:
    """A new task."""
    service = service_of(request)
    params, faults = await service.check(await service.asked(request, voice), voice)
    task = service.queue.add(params, faults)
    if task.fault(FaultName.CALLBACK_EARLY):
        await service.callbacks.answered(task)
    return await answer(request, task, voice, as_response(voice.accepted(service.views.true(task))))


async def show(request: Request, voice: Voice, _: str) -> Response:
    """One task."""
    service, task = _asked_about(request, voice)
    return JSONResponse(voice.shown(service.questions.disguise(task, service.views.told)))


async def result(request: Request, voice: Voice, _: str) -> Response:
    """The second question about a task. Faults of polling strike at the first one."""
    service = service_of(request)
    task = service.task(voice, request.path_params["id"])
    return as_response(voice.result(service.views.told(task)))


def _asked_about(request: Request, voice: Voice) -> tuple[Service, Task]:
    """The task of the path, unless a fault stands in place of it."""
    service = service_of(request)
    task = service.task(voice, request.path_params["id"])
    service.questions.interrupt([task])
    if service.questions.denied(task):
        raise no_such_task(task.id)
    return service, task


async def list_tasks(request: Request, voice: Voice, _: str) -> Response:
    """Tasks, newest first: those that are named, or a page of all."""
    service = service_of(request)
    query = voice.page(await service.asked(request, voice))
    page = _named(service, voice, query) if query.named else _overview(service, voice, query)
    return JSONResponse(voice.listed(page))


def _named(service: Service, voice: Voice, query: PageQuery) -> Page:
    tasks, total = service.store.listed(voice.name, query, time.time())
    service.questions.interrupt(tasks)
    there = [task for task in tasks if not service.questions.denied(task)]
    looks = tuple(service.questions.disguise(task, service.views.told) for task in there)
    return Page(looks, total - len(tasks) + len(there), more=query.skip + len(tasks) < total, named=True)


def _overview(service: Service, voice: Voice, query: PageQuery) -> Page:
    now = time.time()
    service.questions.interrupt_list(service.store.with_fault(voice.name, FaultName.LIST_ERROR, now))
    # One more than the page holds tells whether any follow.
    asked = replace(query, size=query.size + 1)
    tasks, total = service.store.listed(voice.name, asked, now, without=service.hidden(voice))
    looks = tuple(service.questions.skew(task, service.views.told(task)) for task in tasks[: query.size])
    return Page(looks, total, more=len(tasks) > query.size)


async def cancel(request: Request, voice: Voice, _: str) -> Response:
    """Cancel a task, forget it, or refuse: as the voice says."""
    service = service_of(request)
    task = service.task(voice, request.path_params["id"])
    deed = voice.deed(task)
    if deed is Deed.REFUSE:
        raise too_late(task.id, voice.words.get(task.status, task.status.value))
    after = service.queue.cancel(task) if deed is Deed.CANCEL else task
    if deed is Deed.FORGET:
        service.store.delete(task)
    return as_response(voice.cancelled(service.views.true(after)))


async def film(request: Request, voice: Voice, _: str) -> Response:
    """The film itself, behind the key."""
    service = service_of(request)
    task = service.task(voice, request.path_params["id"])
    if task.status is not Status.SUCCEEDED or task.fault(FaultName.COMPLETED_WITHOUT_LINK):
        raise stored(400 if task.status is not Status.SUCCEEDED else 404, "not_ready", "There is no film.")
    if task.fault(FaultName.EXPIRED_LINK):
        raise stored(404, "expired", "The film is no longer there.")
    return film_response(request, task, service.room.film(task), service.questions)


async def document(request: Request, voice: Voice, path: str) -> Response:
    """Something that does not change."""
    return as_response(voice.document(path, service_of(request).secrets))


HANDLERS: Mapping[Action, Handler] = {
    Action.SUBMIT: submit,
    Action.SHOW: show,
    Action.RESULT: result,
    Action.LIST: list_tasks,
    Action.CANCEL: cancel,
    Action.FILM: film,
    Action.DOCUMENT: document,
    Action.OPEN_DOCUMENT: document,
}
