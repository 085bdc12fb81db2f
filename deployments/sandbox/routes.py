"""Every route: those of each voice below its prefix, the files, and the house's own."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from deployments.sandbox.downloads import film_response
from deployments.sandbox.house_routes import HOUSE_ROUTES, service_of
from deployments.sandbox.refusals import no_such_key
from deployments.sandbox.tasks import Status
from deployments.sandbox.voice_routes import HANDLERS
from deployments.sandbox.voices import VOICES
from deployments.sandbox.voices.voice import Action, Voice, VoiceRoute

Endpoint = Callable[[Request], Awaitable[Response]]


async def get_file(request: Request) -> Response:
    """GET a result by its signed link, whole or in ranges."""
    service = service_of(request)
    service.check_link(request)
    name = Path(request.path_params["name"])
    task = service.store.anyones(name.stem, time.time())
    if task is None or task.status is not Status.SUCCEEDED:
        raise no_such_key()
    if name.suffix != ".png":
        return film_response(request, task, service.room.film(task), service.questions)
    path = service.room.last_frame(task)
    if not path.is_file():
        raise no_such_key()
    return FileResponse(path)


def _route(voice: Voice, route: VoiceRoute) -> Route:
    return Route(voice.prefix + route.path, _endpoint(voice, route), methods=[route.method])


def _endpoint(voice: Voice, route: VoiceRoute) -> Endpoint:
    handle = HANDLERS[route.action]

    async def endpoint(request: Request) -> Response:
        # A refusal is said in the words of whose route it is.
        request.state.voice = voice
        if route.action is not Action.OPEN_DOCUMENT:
            service_of(request).authenticate(request, voice.auth_scheme)
        return await handle(request, voice, route.path)

    return endpoint


ROUTES: list[BaseRoute] = [
    Route("/files/{name}", get_file, methods=["GET"]),
    *HOUSE_ROUTES,
    *(_route(voice, route) for voice in VOICES.values() for route in voice.routes),
]
