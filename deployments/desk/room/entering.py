"""Coming in with a personal link, and leaving."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from deployments.desk.room import csrf, sessions
from deployments.desk.room.bodies import form_of
from deployments.desk.room.gathering import gathered
from deployments.desk.room.words_entrance import REFUSALS
from workprint.errors import LinkRefused
from workprint.room_links import Guest
from workprint.tickets import Ticket

if TYPE_CHECKING:
    from deployments.desk.room.room import Room


async def ask(room: "Room", request: Request, _: Guest | None) -> Response:
    """Say whose link this is, and ask. Nothing is spent: chat programs look at links, too."""
    now, token = datetime.now(UTC), request.path_params["token"]
    ticket = await _ticket(room, token, now)
    campaign = (await gathered(room.ledger, ticket.campaign_id)).campaign
    return room.render(
        request,
        "enter.html.j2",
        ticket=ticket,
        campaign_title=campaign.title,
        replaces=_replaces(room, request, ticket, now),
        csrf=csrf.word_for_entering(room.settings.key, token),
    )


async def enter(room: "Room", request: Request, _: Guest | None) -> Response:
    """Let its holder in: 303 to the campaign's page, with a session in place of any other."""
    now, token = datetime.now(UTC), request.path_params["token"]
    ticket = await _ticket(room, token, now)
    form = await form_of(request)
    csrf.check_word(csrf.word_for_entering(room.settings.key, token), form.get(csrf.FIELD, ""))
    answer = RedirectResponse(page_of(ticket.campaign_id), 303)
    sessions.let_in(room, answer, ticket, now)
    return answer


async def leave(room: "Room", request: Request, _: Guest) -> Response:
    """End the session in this browser."""
    request.state.guest = None
    said = REFUSALS["left"]
    answer = room.refusal(request, 200, said.en, said.zh)
    sessions.see_out(answer)
    return answer


async def home(room: "Room", request: Request, guest: Guest) -> Response:
    """Where to go from here: a personal link has one campaign, staff have been sent an address."""
    if guest.campaign_id is not None:
        return RedirectResponse(page_of(guest.campaign_id), 303)
    said = REFUSALS["staff_inside"]
    return room.refusal(request, 200, said.en, said.zh)


def page_of(campaign_id: str) -> str:
    """The path of a campaign's page."""
    return f"/room/{quote(campaign_id, safe='')}"


async def _ticket(room: "Room", token: str, now: datetime) -> Ticket:
    """The ticket of a link that opens something. LinkRefused."""
    ticket = await sessions.ticket_with(room, room.links.ticket_id(token, now))
    ticket.check(now)
    return ticket


def _replaces(room: "Room", request: Request, ticket: Ticket, now: datetime) -> bool:
    """Whether this browser is inside already as somebody else."""
    try:
        said = sessions.said_by(room, request, now)
    except LinkRefused:
        return False
    return said is not None and sessions.session_of(said) != ticket.id
