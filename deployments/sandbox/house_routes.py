"""The sandbox's own routes: what really happened, and what shall go wrong."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any, cast

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from deployments.sandbox.faults import read_faults
from deployments.sandbox.refusals import invalid
from deployments.sandbox.service import Service
from deployments.sandbox.tasks import Charge, Task
from deployments.sandbox.voices import VOICES


def service_of(request: Request) -> Service:
    """The service behind a request."""
    return cast("Service", request.state.service)


def authenticated(request: Request) -> Service:
    """The service, for somebody with the key. Raises 401."""
    service = service_of(request)
    service.authenticate(request)
    return service


async def bill(request: Request) -> Response:
    """GET what was charged."""
    charges = authenticated(request).store.bill()
    sums: dict[str, Decimal] = {}
    for charge in charges:
        sums[charge.currency] = sums.get(charge.currency, Decimal(0)) + Decimal(charge.amount)
    told = {"charges": [asdict(charge) for charge in charges], "tokens": sum(charge.tokens for charge in charges)}
    return JSONResponse({**told, **_total(sums), "sums": {currency: str(total) for currency, total in sums.items()}})


def _total(sums: dict[str, Decimal]) -> dict[str, str | None]:
    """One amount, where everything was charged in one currency."""
    if len(sums) > 1:
        return {"amount": None, "currency": None}
    currency, total = next(iter(sums.items()), ("CNY", Decimal(0)))
    return {"amount": str(total), "currency": currency}


async def all_tasks(request: Request) -> Response:
    """GET every task that ever was, as it truly is, with its charge and what went wrong on request."""
    service = authenticated(request)
    charges = {charge.task_id: charge for charge in service.store.bill()}
    deleted = service.store.deleted()
    items = [
        {**_as_told(service, task), **_bookkeeping(task, charges.get(task.id)), "deleted": task.id in deleted}
        for task in service.store.all()
    ]
    return JSONResponse({"items": items, "total": len(items)})


def _as_told(service: Service, task: Task) -> dict[str, Any]:
    """As its own GET shows it, without faults of polling."""
    return VOICES[task.params.voice].shown(service.views.true(task))


def _bookkeeping(task: Task, charge: Charge | None) -> dict[str, Any]:
    """What no client is told, or not of every task."""
    return {
        "id": task.id,
        "voice": task.params.voice,
        "status": task.status.value,
        "prompt": task.params.prompt,
        "safety_identifier": task.params.safety_identifier,
        "faults": [fault.fault for fault in task.faults],
        "charge": charge and {"tokens": charge.tokens, "amount": charge.amount, "currency": charge.currency},
    }


async def get_faults(request: Request) -> Response:
    """GET the faults that are set."""
    return JSONResponse(authenticated(request).faults.shown())


async def put_faults(request: Request) -> Response:
    """POST faults beside those that are set; PUT them in place of all."""
    service, raw = authenticated(request), await request.body()
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


HOUSE_ROUTES: list[BaseRoute] = [
    Route("/healthz", health, methods=["GET"]),
    Route("/sandbox/bill", bill, methods=["GET"]),
    Route("/sandbox/tasks", all_tasks, methods=["GET"]),
    Route("/sandbox/faults", get_faults, methods=["GET"]),
    Route("/sandbox/faults", put_faults, methods=["POST", "PUT"]),
]
