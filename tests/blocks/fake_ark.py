"""A provider a reader can understand, and a block that talks to it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from blocks.provider import VideoProvider
from tests.workprint.dialects.cases import DRAFT

KEY = "0b9dba2e-5f7b-4d35-9b5e-7d0f3c1ae001"
TASKS = "/api/v3/contents/generations/tasks"
SINCE = datetime(2026, 11, 23, 10, tzinfo=UTC)


class FakeArk:
    """A provider a reader can understand: tasks in a list, newest first, and everything it was asked."""

    def __init__(self, *tasks: dict[str, Any]) -> None:
        self.tasks = list(tasks)
        self.asked: list[tuple[str, str, Any]] = []
        self.keys: set[str] = set()
        self.answer: Callable[[Request], Response] | None = None

    def app(self) -> Starlette:
        methods = ["GET", "POST", "DELETE"]
        return Starlette(routes=[Route(f"{TASKS}{{rest:path}}", self.handle, methods=methods)])

    async def handle(self, request: Request) -> Response:
        body = await request.body()
        self.asked.append((request.method, request.path_params["rest"], json.loads(body) if body else None))
        self.keys.add(request.headers.get("authorization", ""))
        if self.answer is not None:
            return self.answer(request)
        if request.method == "POST":
            return JSONResponse({"id": "cgt-new"})
        return self.one(request) if request.path_params["rest"] else self.page(request)

    def page(self, request: Request) -> Response:
        number, size = (int(request.query_params[name]) for name in ("page_num", "page_size"))
        wanted = request.query_params.getlist("filter.task_ids")
        if wanted:
            return JSONResponse({"items": [t for t in self.tasks if t["id"] in wanted]})
        return JSONResponse({"items": self.tasks[(number - 1) * size : number * size], "total": len(self.tasks)})

    def one(self, request: Request) -> Response:
        wanted = request.path_params["rest"].removeprefix("/")
        task = next((t for t in self.tasks if t["id"] == wanted), None)
        if task is None:
            return JSONResponse({"error": {"code": "ResourceNotFound", "message": "gone"}}, 404)
        if request.method == "DELETE":
            task["status"] = "cancelled"
        return JSONResponse(task)

    @property
    def methods(self) -> list[str]:
        return [method for method, _, _ in self.asked]


def task(number: int, *, ref: str = "", status: str = "queued", at: datetime = SINCE) -> dict[str, Any]:
    return {"id": f"cgt-{number}", "status": status, "safety_identifier": ref, "created_at": int(at.timestamp())}


def provider(base_url: str, **settings: Any) -> VideoProvider:
    return VideoProvider(base_url=base_url, api_key=KEY, model=DRAFT.model, requests_per_second=1000, **settings)
