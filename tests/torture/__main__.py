"""`python -m tests.torture [N=300] [--seed 0] [--turn 0] [--what WORDS]`: exit code 1 when money or a film was lost."""

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
    parser.add_argument("--turn", type=int, default=0, help="the round to begin with")
    parser.add_argument("--what", default="", help="only campaigns whose family and fault contain this")
    given = parser.parse_args()
    left, turn = int(given.count.removeprefix("N=")), given.turn
    outcomes: list[Outcome] = []
    while left > 0:
        ended = torture(min(ROUND, left), given.seed, turn, given.what)
        outcomes += ended.outcomes
        print(markdown(outcomes))
        print(failures(ended.outcomes, given.seed, turn), *ended.accounts, sep="\n", flush=True)
        if not ended.good:
            return 1
        left, turn = left - ROUND, turn + 1
    return 0


def torture(count: int, seed: int, turn: int = 0, what: str = "") -> Ended:
    """How so many cases of a round ended; `what`: only those in whose name it stands."""
    with ground() as servers:
        settings = {PREFECT_API_URL: servers.api_url, PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False}
        with temporary_settings(settings):
            return asyncio.run(_round(servers, count, seed, turn, what))


async def _round(servers: Ground, count: int, seed: int, turn: int, what: str) -> Ended:
    async with opened(servers) as round_:
        every = cases(await round_.seen(), seed, ROUND, turn)
        chosen = [case for case in every if what in f"{case.family}: {case.what}"][:count]
        print(f"round {turn}: {len(chosen)} campaigns", flush=True)
        began, cpu = time.monotonic(), round_.cpu()
        outcomes = await round_.run(chosen, lambda line: print(line, flush=True))
        each = max(len(chosen), 1)
        used = {name: round((seconds - cpu[name]) / each, 2) for name, seconds in round_.cpu().items()}
        took, total = time.monotonic() - began, sum(used.values())
        print(f"{took:.0f} s, {took / each:.2f} s a campaign; CPU seconds a campaign: {total:.2f} {used}", flush=True)
        return Ended(outcomes, await round_.accounts())


if __name__ == "__main__":
    # Prefect reads its settings when it is imported; a developer's own profile must not leak into this.
    assert not [name for name in os.environ if name.startswith("PREFECT_")]
    sys.exit(main())
