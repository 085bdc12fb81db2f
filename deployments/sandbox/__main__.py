"""`python -m deployments.sandbox --home DIR [--port N] ...`: one flag for every setting."""

import argparse
import asyncio
import logging
import sys

from pydantic import ValidationError

from deployments.sandbox.keys import ENVIRONMENT
from deployments.sandbox.server import SandboxServer
from deployments.sandbox.settings import SandboxSettings


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM. 0: stopped, 1: could not start, 2: wrong settings."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    given = {name: value for name, value in vars(_parser().parse_args(arguments)).items() if value is not None}
    try:
        settings = SandboxSettings.model_validate(given)
        server = SandboxServer(settings, lambda: _say(server))
        asyncio.run(server.run_here())
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            print(f"--{str(problem['loc'][0]).replace('_', '-')}: {problem['msg']}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"the sandbox cannot start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else 1


def _say(server: SandboxServer) -> None:
    print(f"sandbox ready on {server.url}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m deployments.sandbox", description="A video provider that speaks Ark.")
    for name, field in SandboxSettings.model_fields.items():
        # A key on the command line could be read by everybody on the machine.
        if name != "key":
            help_ = (field.description or "").replace("%", "%%")
            parser.add_argument(
                f"--{name.replace('_', '-')}", help=help_, required=field.is_required(), metavar="VALUE"
            )
    parser.epilog = f"The Bearer key comes from {ENVIRONMENT} or from the file `key` of the home."
    return parser


if __name__ == "__main__":
    sys.exit(main())
