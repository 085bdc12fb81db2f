"""The application: three routes without cookies, CORS or pages; below /room/ the screening room, if there is one."""

from importlib import import_module

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from blocks.ledger import Ledger
from deployments.desk.counters import Counters
from deployments.desk.reception import Reception
from deployments.desk.settings import DeskSettings
from deployments.desk.watching import Watching


def application(ledger: Ledger, settings: DeskSettings) -> Starlette:
    """The web application over an open ledger of the same event loop."""
    counters = Counters()
    reception, watching = Reception(ledger, settings, counters), Watching(ledger, settings, counters)
    routes: list[BaseRoute] = [
        Route("/callbacks/{provider}/{token}", reception.receive, methods=["POST"]),
        Route("/healthz", watching.health),
        Route("/metrics", watching.metrics),
    ]
    if settings.room is not None:
        # Its modules need Jinja2 and more, which a desk without a room does not load.
        routes += import_module("deployments.desk.room.doorway").routes(ledger, settings.room)
    app = Starlette(routes=routes)
    # A redirect would say the path, and with it the token, once more.
    app.router.redirect_slashes = False
    return app
