"""The OpenAPI document of the room, made from the table of pages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deployments.desk.room.bodies import FORM, JSON
from deployments.desk.room.csrf import HEADER
from deployments.desk.room.routes import ROUTES, Page
from deployments.desk.room.sessions import COOKIE
from workprint.room_links import Guest

if TYPE_CHECKING:
    from deployments.desk.room.room import Room

_PARAMETER = re.compile(r"{(\w+)(?::path)?}")
#: What every page can answer.
_ALWAYS = (421, 429, 500, 503)
_PROBLEMS = {
    "type": "object",
    "required": ["problems"],
    "properties": {
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "rule", "fix", "zh"],
                "properties": {name: {"type": "string"} for name in ("path", "rule", "fix", "zh")},
            },
        }
    },
}


async def document(room: "Room", _: Request, __: Guest | None) -> Response:
    """The document."""
    return JSONResponse(openapi(ROUTES, room.links.base_url))


def openapi(pages: Iterable[Page], server: str) -> dict[str, Any]:
    """OpenAPI 3.1 of these pages at this address."""
    every, paths = tuple(pages), dict[str, dict[str, Any]]()
    taken = _taken(every)
    for page in every:
        paths.setdefault(_PARAMETER.sub(r"{\1}", page.path), {})[page.method.lower()] = _operation(page, taken)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Workprint screening room", "version": version("workprint")},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": COOKIE}},
            "schemas": {"Problems": _PROBLEMS},
        },
    }


def _taken(pages: Iterable[Page]) -> list[str]:
    """The words below /room/ that name a page of ours, and therefore no campaign."""
    words = {page.path.split("/")[2] for page in pages}
    return sorted(word for word in words if word and not word.startswith("{"))


def _operation(page: Page, taken: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": page.handler.replace(":", "_"),
        "summary": page.summary,
        "parameters": _parameters(page, taken),
        "responses": {str(status): _response(page, status) for status in (*page.statuses, *_ALWAYS)},
        "security": [{"session": []}] if page.guest else [],
    }
    if page.method == "POST":
        kind = JSON if page.json else FORM
        found["requestBody"] = {"required": True, "content": {kind: {"schema": dict(page.body)}}}
    return found


def _parameters(page: Page, taken: Sequence[str]) -> list[Mapping[str, Any]]:
    text = {"type": "string"}
    others = {"campaign": {"not": {"enum": list(taken)}}}
    inside = [
        {"name": name, "in": "path", "required": True, "schema": {**text, "minLength": 1, **others.get(name, {})}}
        for name in _PARAMETER.findall(page.path)
    ]
    asked = [{"name": name, "in": "query", "description": what, "schema": text} for name, what in page.query.items()]
    word = {"name": HEADER, "in": "header", "required": True, "schema": text, "description": "The page's csrf word."}
    return [*inside, *asked, *([word] if page.json and page.method == "POST" else [])]


def _response(page: Page, status: int) -> dict[str, Any]:
    found: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if page.json:
        schema = dict(page.answer) or {"type": "object"} if status < 400 else {"$ref": "#/components/schemas/Problems"}
        found["content"] = {JSON: {"schema": schema}}
    elif status >= 400 or status == 200:
        found["content"] = {_media_type(page, status): {}}
    return found


def _media_type(page: Page, status: int) -> str:
    return "*/*" if page.handler == "static_files:file" and status == 200 else "text/html"
