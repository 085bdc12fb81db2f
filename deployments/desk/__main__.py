"""`python -m deployments.desk [--host HOST] [--port PORT]`."""

import argparse
import asyncio
import logging
import signal
import sys

from blocks.ledger import Ledger
from deployments.desk.callback_keys import CALLBACK_KEYS
from deployments.desk.room.archive import warm_up
from deployments.desk.room.settings import ROOM_KEY, ROOM_URL
from deployments.desk.server import DeskServer
from deployments.desk.settings import LEDGER_URL, METRICS_TOKEN, PORT, DeskSettings
from workprint.errors import WorkprintError


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM. 0: stopped, 1: could not start, 2: wrong arguments."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    given = _parser().parse_args(arguments)
    try:
        asyncio.run(_serve(DeskSettings.from_environment(given.host, given.port)))
    except WorkprintError as error:
        print(f"the desk cannot start: {error.diagnostics()}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"the desk cannot listen on {given.host} port {given.port}: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(settings: DeskSettings) -> None:
    async with await Ledger.open(settings.ledger_url.get_secret_value()) as ledger:
        server = DeskServer(ledger, settings, lambda: _tell(server.url, settings))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, server.handle_exit, number, None)
        # Whoever needs it first would import it, and say what is wrong with it, again.
        _warming = loop.run_in_executor(None, warm_up) if settings.room else None
        await server.run_here()


def _tell(url: str, settings: DeskSettings) -> None:
    """That it serves, and what: a misspelt name of a block, or a room that is not there, would be missed otherwise."""
    print(f"desk ready on {url}", flush=True)
    if settings.room is not None:
        by = " and by sign-in" if settings.room.oidc else ""
        print(f"screening room on {settings.room.links.base_url}/room/, entered by personal link{by}", flush=True)
    for name, signing in settings.callback_keys.items():
        print(f"callbacks of {name} must be signed: {signing.scheme}", flush=True)


def _port_number(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m deployments.desk", description="Callbacks in; health and metrics out; the screening room."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", default=PORT, type=_port_number, help="port, 0 for any free one (%(default)s)")
    parser.epilog = (
        f"{LEDGER_URL} names the ledger (default: the home's file), {METRICS_TOKEN} opens /metrics, "
        f"{CALLBACK_KEYS} names the file that says whose callbacks are signed, and how (docs/callbacks.md). "
        f"{ROOM_KEY} and {ROOM_URL} together open the screening room."
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
