"""Films and reference pictures: a short way to a fresh link into the bucket, for this campaign's guests alone."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from deployments.desk.room.gathering import gathered
from deployments.desk.room.room import Room
from workprint.errors import NotFound
from workprint.render import Place
from workprint.room_links import Guest

#: Seconds a link into the bucket works when it is made, and how long a browser may use the same one: a player asks
#: again and again.
LINK_SECONDS, KEPT_SECONDS = 600, 300


async def film(room: Room, request: Request, _: Guest) -> Response:
    """302 to a draft or a delivered final of this campaign; what moderation holds back is nobody's. NotFound."""
    facts = await gathered(room.ledger, request.path_params["campaign"])
    asset = facts.reel.films.get(request.path_params["render_id"])
    if asset is None or asset.place is Place.QUARANTINE:
        raise NotFound("this campaign has no such film")
    return await _there(room, asset.key)


async def reference(room: Room, request: Request, _: Guest) -> Response:
    """302 to a frozen reference of this campaign's brief. NotFound."""
    campaign = (await gathered(room.ledger, request.path_params["campaign"])).campaign
    frozen = [one for shot in campaign.brief["references"].values() for one in shot]
    keys = [one["key"] for one in frozen if one["sha256"] == request.path_params["sha256"]]
    if not keys:
        raise NotFound("this campaign has no such reference")
    return await _there(room, keys[0])


async def _there(room: Room, key: str) -> Response:
    link = await room.archive.link(key, LINK_SECONDS)
    return RedirectResponse(link, 302, {"cache-control": f"private, max-age={KEPT_SECONDS}"})
