"""Where a fal request lives, and where its film is in a result: the two things fal says in many ways.

The id kept of a request is `owner/alias/REQUEST_ID`: status, result and cancel are at the first two segments of the
model, whatever endpoint made it (as `fal_client` does it). It is built from ids and paths that were checked; an address
fal gives is never followed as it stands, so that no strange host can ever be asked.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from workprint.dialects.replies import http_link, mapping, segment, usable_id, word

#: Owner, alias and request id: what fal makes of them, and nothing that could mean another path.
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
#: Characters of an address that are looked at.
_LONGEST = 2048
_ADDRESSES = ("status_url", "response_url", "cancel_url")
#: Where endpoints put their film, first one first.
_FILMS = ("video", "videos", "video_url", "output", "outputs")


def id_in(body: dict[str, Any]) -> str:
    """The id of the request a body is about, by its addresses; empty when they name none, or another request."""
    request = word(body.get("request_id"))
    for name in _ADDRESSES:
        owner, alias, named = _parts(body.get(name))
        if request in {"", named} and (task_id := joined(owner, alias, named)):
            return task_id
    return ""


def id_of(model: str, request: str) -> str:
    """The id of a request made with a model (or an endpoint of it); empty when either is none."""
    owner, _, rest = model.partition("/")
    return joined(owner, rest.partition("/")[0], request)


def joined(owner: str, alias: str, request: str) -> str:
    """`owner/alias/request`; empty unless each is a plain segment."""
    parts = (owner, alias, request)
    task_id = "/".join(parts)
    return task_id if all(_SEGMENT.fullmatch(part) for part in parts) and usable_id(task_id) else ""


def path_of(task_id: str) -> str:
    """The path of a request's result."""
    *model, request = task_id.split("/")
    return "".join(f"/{segment(part)}" for part in (*model, "requests", request))


def film_in(result: dict[str, Any]) -> str | None:
    """The film's link in a result: `video.url`, `videos[0].url`, `output...`; None without a usable one."""
    return next((link for name in _FILMS if (link := _link(result.get(name)))), None)


def _link(value: object) -> str | None:
    """A link that stands there itself, in a file object, in a list's first entry, or in an output's film."""
    if isinstance(value, list):
        value = value[0] if value else None
    held = mapping(value)
    places = (value, held.get("url"), held.get("video"), mapping(held.get("video")).get("url"))
    return next((link for place in places if (link := http_link(place))), None)


def _parts(address: object) -> tuple[str, str, str]:
    """Owner, alias and request id of `.../owner/alias/requests/ID[/...]`; three empty words for anything else."""
    path = _path(address)
    at = max((at for at, part in enumerate(path) if part == "requests"), default=-1)
    return (path[at - 2], path[at - 1], path[at + 1]) if at >= 2 and at + 1 < len(path) else ("", "", "")


def _path(address: object) -> list[str]:
    try:
        return urlsplit(address[:_LONGEST]).path.split("/") if isinstance(address, str) else []
    except ValueError:
        return []
