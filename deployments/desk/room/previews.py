"""Preview links: the same address for one to two months, leading to a fresh link of the bucket each time."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from workprint.room_links import Guest

if TYPE_CHECKING:
    from deployments.desk.room.room import Room

#: Seconds a link into the bucket lives: long enough to load a film, too short to be passed on.
LIFE = 300
#: Seconds a browser may follow the same redirect again without asking.
_KEPT = 60


async def preview(room: "Room", request: Request, _: Guest | None) -> Response:
    """302 to the picture or film. Another site may show it: that is what it is for."""
    key = room.links.preview_key(request.path_params["token"], datetime.now(UTC))
    link = await room.archive.link(key, LIFE)
    headers = {"cache-control": f"private, max-age={_KEPT}", "cross-origin-resource-policy": "cross-origin"}
    return RedirectResponse(link, 302, headers)
