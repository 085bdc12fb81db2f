"""The application: three routes, no cookies, no CORS, no page that says more than it must."""

from starlette.applications import Starlette
from starlette.routing import Route

from blocks.ledger import Ledger
from deployments.desk.counters import Counters
from deployments.desk.reception import Reception
from deployments.desk.settings import DeskSettings
from deployments.desk.watching import Watching


def application(ledger: Ledger, settings: DeskSettings) -> Starlette:
    """The web application over an open ledger of the same event loop."""
    counters = Counters()
    reception, watching = Reception(ledger, settings, counters), Watching(ledger, settings, counters)
    app = Starlette(
        routes=[
            Route("/callbacks/{provider}/{token}", reception.receive, methods=["POST"]),
            Route("/healthz", watching.health),
            Route("/metrics", watching.metrics),
        ]
    )
    # A redirect would say the path, and with it the token, once more.
    app.router.redirect_slashes = False
    return app
