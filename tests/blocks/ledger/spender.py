"""One process that spends: `python -m tests.blocks.ledger.spender URL CAMPAIGN COUNT` prints how many may be POSTed."""

import asyncio
import json
import sys

from blocks.ledger import Ledger
from tests.blocks.ledger.making import campaign
from tests.blocks.ledger.spending import planned, sent, submit


async def spend(url: str, name: str, count: int) -> int:
    """Plan the renders, wait for the start, and submit them all at once."""
    async with await Ledger.open(url) as ledger:
        await ledger.open_campaign(campaign(name))
        renders = await planned(ledger, count, name)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        return len(sent(await submit(ledger, renders)))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(spend(sys.argv[1], sys.argv[2], int(sys.argv[3])))))
