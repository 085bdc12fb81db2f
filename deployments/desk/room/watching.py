"""What guests have watched: reported by the player, bounded by the clock (`workprint.watched`)."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deployments.desk.room.bodies import is_second, json_of
from deployments.desk.room.drafts import draft_with
from deployments.desk.room.refusing import Refused
from deployments.desk.room.room import Room
from workprint.errors import InputError, NotFound
from workprint.problems import Problem
from workprint.room_links import Guest

#: Stretches of one report: a player has a handful.
MOST_STRETCHES = 200
_NO_DRAFT = Problem("draft", "is no draft of this campaign", "load the page again", zh="没有这个样片，请刷新页面")


async def watched(room: Room, request: Request, guest: Guest) -> Response:
    """Add what was played. 200: how much it is by now; 404: no such draft in this campaign; 422: what is wrong."""
    said = await json_of(request)
    stretches = _stretches(said.get("stretches"))
    try:
        draft = await draft_with(room.ledger, request.path_params["campaign"], str(said.get("draft")))
    except NotFound as error:
        raise Refused(404, _NO_DRAFT) from error
    found = await room.ledger.room.watch(guest.name, draft.film.sha256, stretches)
    length = draft.film.duration
    return JSONResponse({"seconds": round(found.seconds(length), 1), "share": round(found.share(length), 3)})


def _stretches(value: Any) -> list[tuple[float, float]]:
    if not isinstance(value, list) or len(value) > MOST_STRETCHES or not all(map(_is_stretch, value)):
        fix = f"send at most {MOST_STRETCHES} pairs of seconds: [[from, to], ...]"
        raise InputError([Problem("stretches", "are no stretches of a film", fix, zh="播放区间格式不正确")])
    return [(float(start), float(end)) for start, end in value]


def _is_stretch(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(is_second, value))
