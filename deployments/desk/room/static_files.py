"""Style and scripts: from the package's own folder, and nothing else from there."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from deployments.desk.room.room import STATIC, static_version
from workprint.room_links import Guest

if TYPE_CHECKING:
    from deployments.desk.room.room import Room

_FILES = StaticFiles(directory=STATIC, check_dir=False)
_FOR_EVER = "public, max-age=31536000, immutable"


async def file(_: "Room", request: Request, __: Guest | None) -> Response:
    """The file; kept for a year under an address that names its bytes, else asked about each time (ETag)."""
    name = request.path_params["file"]
    answer = await _FILES.get_response(_FILES.get_path({**request.scope, "path": f"/{name}"}), request.scope)
    asked = request.query_params.get("v")
    answer.headers["cache-control"] = _FOR_EVER if asked and asked == static_version(name) else "no-cache"
    return answer
