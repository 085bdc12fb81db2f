"""`python -m tests.torture [N=300] [--seed 0] [--only NUMBER]`: exit code 1 when money or a film was lost."""

import argparse
import asyncio
import os
import sys
import time
from dataclasses import dataclass

from prefect.settings import PREFECT_API_URL, PREFECT_SERVER_ALLOW_EPHEMERAL_MODE, temporary_settings

from tests.torture.cases import cases
from tests.torture.round import opened
from tests.torture.servers import Ground, ground
from tests.torture.table import Outcome, failures, markdown

#: Campaigns over one pair of ledgers; then comes the next round, with fresh ones.
ROUND = 300


@dataclass(frozen=True, slots=True)
class Ended:
    """How campaigns ended, and which accounts do not balance."""

    outcomes: list[Outcome]
    accounts: list[str]

    @property
    def good(self) -> bool:
        """Nothing paid twice, nothing lost, every account the sum of its renders."""
        return not self.accounts and not any(outcome.bad for outcome in self.outcomes)


def main() -> int:
    """Run the cases, round after round, and print the table after each; stops when the books do not balance."""
    parser = argparse.ArgumentParser("python -m tests.torture", description=__doc__)
    parser.add_argument("count", nargs="?", default="N=300", help="N=300")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int)
    parser.add_argument("--family", default="")
    given = parser.parse_args()
    count = int(given.count.removeprefix("N="))
    outcomes: list[Outcome] = []
    first = 0 if given.only is None else given.only // ROUND
    for turn in range(first, first + 1 if given.only is not None else -(-count // ROUND)):
        ended = torture(min(ROUND, count - turn * ROUND), given.seed, turn, only=given.only, family=given.family)
        outcomes += ended.outcomes
        print(markdown(outcomes))
        print(failures(ended.outcomes, given.seed), *ended.accounts, sep="\n", flush=True)
        if not ended.good:
            return 1
    return 0


def torture(count: int, seed: int, turn: int = 0, *, only: int | None = None, family: str = "") -> Ended:
    """How so many cases of a round ended, or one of them."""
    with ground() as servers:
        settings = {PREFECT_API_URL: servers.api_url, PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False}
        with temporary_settings(settings):
            return asyncio.run(_round(servers, ROUND if only is not None else count, seed, turn, only, family))


async def _round(servers: Ground, count: int, seed: int, turn: int, only: int | None, family: str) -> Ended:
    async with opened(servers) as round_:
        chosen = [case for case in cases(await round_.seen(), seed, ROUND, turn) if family in case.family]
        chosen = [case for case in chosen if only in {None, case.number}][:count]
        print(f"round {turn}: {len(chosen)} campaigns", flush=True)
        began, cpu = time.monotonic(), round_.cpu()
        outcomes = await round_.run(chosen, lambda line: print(line, flush=True))
        each = max(len(chosen), 1)
        used = {name: round((seconds - cpu[name]) / each, 2) for name, seconds in round_.cpu().items()}
        took = time.monotonic() - began
        total = sum(used.values())
        print(f"{took:.0f} s, {took / each:.2f} s a campaign; CPU seconds a campaign: {total:.2f} {used}", flush=True)
        return Ended(outcomes, await round_.accounts())


if __name__ == "__main__":
    # Prefect reads its settings when it is imported; a developer's own profile must not leak into this.
    assert not [name for name in os.environ if name.startswith("PREFECT_")]
    sys.exit(main())
