"""The doorway: what each request has to pass before its handler sees it, and what is said when it does not."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from math import ceil
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from blocks.ledger import Ledger
from deployments.desk.room import csrf, language, sessions
from deployments.desk.room.bodies import form_of, read_out
from deployments.desk.room.clients import client_of
from deployments.desk.room.headers import dress
from deployments.desk.room.limits import Limits
from deployments.desk.room.refusing import refusal_of
from deployments.desk.room.room import Room, guest_in
from deployments.desk.room.routes import ROUTES, Page
from deployments.desk.room.settings import RoomSettings
from workprint.errors import LinkRefused
from workprint.tokens import unseal

Handler = Callable[[Room, Request, Any], Awaitable[Response]]
#: RFC 9110, 11.6.1 wants a scheme with every 401. Browsers know none of this name, and ask for no password.
_CHALLENGE = {"www-authenticate": "PersonalLink"}
#: A path that fits no page is answered as a page without a guest.
_NOWHERE = Page("/room/{rest:path}", "GET", "", "", guest=False)


class Below(BaseRoute):
    """Every path below /room, with whatever signs in it: Starlette's own patterns let those with a line end through."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether it is one."""
        ours = scope["type"] == "http" and f"{scope['path']}/".startswith("/room/")
        return (Match.FULL if ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer it."""
        await self.app(scope, receive, send)


def routes(ledger: Ledger, settings: RoomSettings) -> list[BaseRoute]:
    """The room's part of the desk's application."""
    return [Below(Doorway(Room(ledger, settings)))]


@dataclass(frozen=True, slots=True)
class _Way:
    pattern: re.Pattern[str]
    page: Page
    handler: Handler


class Doorway:
    """Everything below /room/, as an ASGI application."""

    def __init__(self, room: Room, pages: Sequence[Page] = ROUTES) -> None:
        self._room = room
        self._ways = tuple(_Way(compile_path(page.path)[0], page, _handler(page)) for page in pages)
        self._door, self._inside = Limits(room.settings.door), Limits(room.settings.inside)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        request.state.body_seconds = self._room.settings.body_seconds
        answer = await self._answer(request)
        language.remember(request, answer)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        fitting, media = self._fitting(request.scope["path"]), ""
        page = fitting[0].page if fitting else _NOWHERE
        try:
            way = _way(fitting, request)
            page = way.page
            async with asyncio.timeout(self._room.settings.answer_seconds):
                answer = await self._handled(way, request)
                if "campaign" in request.path_params and answer.media_type == "text/html":
                    media = await self._room.archive.origin()
        except Exception as error:  # noqa: BLE001 - a guest gets a page whatever happens; refusal_of logs it
            answer = await self._refused(request, page, error)
        dress(answer, self._room.settings, media)
        return answer

    async def _handled(self, way: _Way, request: Request) -> Response:
        settings = self._room.settings
        csrf.check_host(settings, request)
        if request.method == "POST":
            csrf.check_origin(settings, request)
        if way.page.guest:
            await self._let_pass(way.page, request)
        elif not way.page.free:
            self._count_stranger(way.page, request)
        return await way.handler(self._room, request, guest_in(request))

    async def _let_pass(self, page: Page, request: Request) -> None:
        """Know the guest, and that this campaign and this form are theirs."""
        now, settings = datetime.now(UTC), self._room.settings
        said = self._said(page, request, now)
        if said is None:
            self._count_stranger(page, request)
            raise HTTPException(401, "not_inside", _CHALLENGE)
        session = sessions.session_of(said)
        self._count(self._inside, session)
        guest = request.state.guest = await sessions.guest_of(self._room, said, now)
        if campaign := request.path_params.get("campaign"):
            guest.check(campaign)
        if page.longest:
            # Not before: of strangers nobody reads that much.
            request.state.body_bytes = page.longest
        if page.form:
            csrf.check_form(settings, session, await form_of(request))
        elif request.method == "POST":
            csrf.check_header(settings, session, request)

    def _said(self, page: Page, request: Request, now: datetime) -> Mapping[str, str] | None:
        try:
            return sessions.said_by(self._room, request, now)
        except LinkRefused:
            self._count_stranger(page, request)
            raise HTTPException(401, "session_over", _CHALLENGE) from None

    def _count_stranger(self, page: Page, request: Request) -> None:
        """By the link, when it is one of ours; else by address."""
        settings = self._room.settings
        if page.link is not None:
            with suppress(LinkRefused):
                fields = unseal(settings.key, page.link, request.path_params["token"], datetime.now(UTC))
                return self._count(self._inside, f"{page.link} {sorted(fields.items())}")
        client = client_of(request, settings.trusted_proxies)
        return self._count(self._door if page.door else self._inside, client)

    def _count(self, limits: Limits, asker: str) -> None:
        if wait := limits.take(asker):
            raise HTTPException(429, "too_many", {"retry-after": str(ceil(wait))})

    def _fitting(self, path: str) -> list[_Way]:
        """What can be done at this address: the first path that fits is meant."""
        fitting = [way for way in self._ways if way.pattern.fullmatch(path)]
        return [way for way in fitting if way.page.path == fitting[0].page.path]

    async def _refused(self, request: Request, page: Page, error: Exception) -> Response:
        refusal = refusal_of(error, page.path)
        answer = self._room.refused(request, refusal, as_json=page.json)
        if request.method not in {"GET", "HEAD"} and not await read_out(request):
            # There is more to come: nobody can use this connection again.
            answer.headers["connection"] = "close"
        return answer


def _way(fitting: Sequence[_Way], request: Request) -> _Way:
    """The one of this method; 405 when that is not done here, 404 when nothing is."""
    wanted = "GET" if request.method == "HEAD" else request.method
    for way in fitting:
        if way.page.method == wanted:
            request.scope["path_params"] = _parameters(way.pattern, request.scope["path"])
            return way
    if fitting:
        allowed = [method for way in fitting for method in _METHODS[way.page.method]]
        raise HTTPException(405, headers={"allow": ", ".join(allowed)})
    raise HTTPException(404)


_METHODS = {"GET": ("GET", "HEAD"), "POST": ("POST",)}


def _parameters(pattern: re.Pattern[str], path: str) -> dict[str, str]:
    """What stands in the path; 404 for signs that no name of ours has, and no database takes."""
    fit = pattern.fullmatch(path)
    found = fit.groupdict() if fit else {}
    if not all(value.isprintable() for value in found.values()):
        raise HTTPException(404)
    return found


def _handler(page: Page) -> Handler:
    module, _, name = page.place.partition(":")
    found: Handler = getattr(import_module(module), name)
    return found
