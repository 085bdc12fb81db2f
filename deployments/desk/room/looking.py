"""The campaign's page: read from the ledger, shown to one guest."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from deployments.desk.room import saying, texts
from deployments.desk.room.gathering import gathered
from deployments.desk.room.room import Room
from deployments.desk.room.view import Page, drafts_in, page_of, with_watched
from deployments.desk.room.words import script_words, words
from workprint.problems import Problem
from workprint.room_links import Guest

#: What the templates say values with.
_TOOLS: dict[str, Any] = {
    "words": words,
    "script_words": script_words,
    "at_text": texts.at_text,
    "clock": texts.clock,
    "amount": texts.amount,
    "percent": texts.percent,
    "left": texts.left,
    "roles": saying.roles,
    "missing_text": saying.missing_text,
    "moment_text": saying.moment_text,
    "problem_text": saying.problem_text,
    "same_person": saying.same_person,
}


async def look(room: Room, request: Request, guest: Guest) -> Response:
    """The campaign's page. NotFound."""
    return _shown(room, request, await _page(room, request, guest), secrets.token_urlsafe(12))


async def look_again(
    room: Room,
    request: Request,
    guest: Guest,
    *,
    problems: Sequence[Problem],
    kept: Mapping[str, str],
    status: int,
) -> Response:
    """The page after a form that could not be taken: what was wrong, and everything the form said."""
    page = await _page(room, request, guest, problems, kept)
    return _shown(room, request, page, kept.get("nonce") or secrets.token_urlsafe(12), status)


async def _page(
    room: Room,
    request: Request,
    guest: Guest,
    problems: Sequence[Problem] = (),
    kept: Mapping[str, str] | None = None,
) -> Page:
    facts = await gathered(room.ledger, request.path_params["campaign"])
    watched = await room.ledger.room.watched(guest.name, drafts_in(facts))
    return page_of(with_watched(facts, watched), guest, datetime.now(UTC), problems=problems, kept=kept)


def _shown(room: Room, request: Request, page: Page, nonce: str, status: int = 200) -> Response:
    """`nonce` names this showing of the form: sent twice, it counts once."""
    slides = [slide.variant.name for scene in page.scenes for slide in scene.slides]
    said = "said" in request.query_params
    here = f"/room/{page.campaign.id}"
    told = {"said": said, "faster": status == 409, "here": here}
    values = {**_TOOLS, **told, "page": page, "slides": slides, "nonce": nonce}
    return room.render(request, "campaign.html.j2", status, **values)
