"""Who is inside: a signed cookie on one side, a `Guest` on the other.

Of a personal link the cookie holds the ticket's id alone; name, roles and whether it was revoked are asked of the
ledger at every request. Of staff it holds what their sign-in said.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from deployments.desk.room import gathering
from workprint.errors import LinkRefused, NotFound
from workprint.policy import ApproverRole
from workprint.room_links import Guest
from workprint.tickets import Ticket
from workprint.tokens import Purpose, seal, unseal

if TYPE_CHECKING:
    from deployments.desk.room.room import Room

#: `__Host-` (RFC 6265bis, 4.1.3.2): no other host of the domain can set it over ours.
COOKIE = "__Host-workprint"
TICKET_LIFE, STAFF_LIFE = timedelta(hours=12), timedelta(hours=8)
_TICKET, _NAME, _ROLES, _SESSION, _UNTIL = "t", "n", "r", "s", "u"


def said_by(room: "Room", request: Request, now: datetime) -> Mapping[str, str] | None:
    """What a cookie of ours says; None when there is none. LinkRefused: it is over, or was changed."""
    token = request.cookies.get(COOKIE)
    return unseal(room.settings.key, Purpose.SESSION, token, now) if token else None


def session_of(said: Mapping[str, str]) -> str:
    """What this session's forms and limits are bound to."""
    return said[_TICKET] if _TICKET in said else said[_SESSION]


async def guest_of(room: "Room", said: Mapping[str, str], now: datetime) -> Guest:
    """Who that is. LinkRefused: the ticket was revoked or is over, or this person is no longer ours."""
    until = datetime.fromtimestamp(int(said[_UNTIL]), UTC)
    if _TICKET not in said:
        return _staff(room, said, until)
    ticket = await ticket_with(room, said[_TICKET])
    ticket.check(now)
    return Guest(ticket.name, ticket.roles, ticket.agent, ticket.campaign_id, ticket.id, until)


async def ticket_with(room: "Room", ticket_id: str) -> Ticket:
    """The ticket of that id. LinkRefused: the ledger knows none, as when it was made with another one."""
    try:
        return await gathering.ticket_with(room.ledger, ticket_id)
    except NotFound:
        raise LinkRefused("the link is damaged") from None


def let_in(room: "Room", response: Response, ticket: Ticket, now: datetime) -> None:
    """Give the holder of a ticket a session, in place of any other."""
    until = min(ticket.expires_at, now + TICKET_LIFE)
    _set(room, response, {_TICKET: ticket.id}, until, now)


def let_staff_in(room: "Room", response: Response, name: str, roles: tuple[ApproverRole, ...], now: datetime) -> None:
    """The same for somebody who signed in."""
    fields = {_NAME: name, _ROLES: ",".join(roles), _SESSION: f"ses_{secrets.token_hex(16)}"}
    _set(room, response, fields, now + STAFF_LIFE, now)


def see_out(response: Response) -> None:
    """End the session in this browser."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def _staff(room: "Room", said: Mapping[str, str], until: datetime) -> Guest:
    oidc = room.settings.oidc
    if oidc is None or not oidc.admits(said[_NAME]):
        raise LinkRefused("the link was withdrawn")
    roles = tuple(ApproverRole(word) for word in said[_ROLES].split(",") if word)
    return Guest(said[_NAME], roles, agent=False, campaign_id=None, session=said[_SESSION], until=until)


def _set(room: "Room", response: Response, fields: Mapping[str, str], until: datetime, now: datetime) -> None:
    token = seal(room.settings.key, Purpose.SESSION, {**fields, _UNTIL: str(int(until.timestamp()))}, until)
    seconds = int((until - now).total_seconds())
    response.set_cookie(COOKIE, token, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")
