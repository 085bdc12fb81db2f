"""`python -m deployments.objectstore --home DIR --port N`: the embedded S3 server in the foreground."""

import argparse
import sys
from pathlib import Path

from deployments.objectstore.supervisor import supervise
from workprint.errors import StackError


def main() -> int:
    """Run until SIGTERM or SIGINT. Exit code 0: stopped on request; 1: could not start, or a daemon ended."""
    parser = argparse.ArgumentParser(prog="python -m deployments.objectstore", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder of the data, the keys and the logs")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--lifeline", action="store_true", help="also stop when standard input closes")
    arguments = parser.parse_args()
    try:
        supervise(arguments.home, arguments.port, lifeline=arguments.lifeline)
    except StackError as error:
        print(error.diagnostics(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
