"""`python -m tests.torture [N=300] [--seed 0] [--only NUMBER]`: exit code 1 when money or a film was lost."""

import argparse
import asyncio
import os
import sys
import time

from prefect.settings import PREFECT_API_URL, PREFECT_SERVER_ALLOW_EPHEMERAL_MODE, temporary_settings

from tests.torture.cases import cases
from tests.torture.round import opened
from tests.torture.servers import Ground, ground
from tests.torture.table import Outcome, failures, markdown


def main() -> int:
    """Run the cases and print the table."""
    parser = argparse.ArgumentParser("python -m tests.torture", description=__doc__)
    parser.add_argument("count", nargs="?", default="N=300", help="N=300")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int)
    parser.add_argument("--family", default="")
    arguments = parser.parse_args()
    outcomes = torture(int(arguments.count.removeprefix("N=")), arguments.seed, arguments.only, arguments.family)
    print(markdown(outcomes))
    print(failures(outcomes, arguments.seed))
    return 1 if any(outcome.bad for outcome in outcomes) else 0


def torture(count: int, seed: int, only: int | None = None, family: str = "") -> list[Outcome]:
    """The outcomes of so many cases, or of one of them."""
    with ground() as servers:
        settings = {PREFECT_API_URL: servers.api_url, PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False}
        with temporary_settings(settings):
            return asyncio.run(_round(servers, count, seed, only, family))


async def _round(servers: Ground, count: int, seed: int, only: int | None, family: str) -> list[Outcome]:
    async with opened(servers) as round_:
        points = await round_.points()
        chosen = cases(points, seed, max(count, (only or 0) + 1))
        if only is not None:
            chosen = [case for case in chosen if case.number == only]
        chosen = [case for case in chosen if family in case.family]
        print(f"{len(points)} points, {len(chosen)} campaigns", flush=True)
        began = time.monotonic()
        cpu = round_.cpu()
        outcomes = await round_.run(chosen, lambda line: print(line, flush=True))
        each = max(len(chosen), 1)
        used = {name: round((seconds - cpu[name]) / each, 2) for name, seconds in round_.cpu().items()}
        print(f"{(time.monotonic() - began) / each:.2f} s a campaign; CPU seconds a campaign: {used}", flush=True)
        return outcomes


if __name__ == "__main__":
    # Prefect reads its settings when it is imported; a developer's own profile must not leak into this.
    assert not [name for name in os.environ if name.startswith("PREFECT_")]
    sys.exit(main())
