"""One process of a race: `python -m tests.blocks.ledger.racer URL CAMPAIGN COUNT` prints the ids of its renders."""

import asyncio
import json
import sys

from blocks.ledger import Ledger
from tests.blocks.ledger.making import archive, campaign, claim, spec
from workprint.render import Render


async def race(url: str, name: str, count: int) -> dict[str, list[str]]:
    """Claim the contents everybody claims, while taking renders of our own through their whole lives."""
    # The start line: every process has its imports behind it, and none has opened the database.
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    async with await Ledger.open(url) as ledger:
        await ledger.open_campaign(campaign(name))
        shared = asyncio.gather(*(_claim(ledger, name, f"shared {n}") for n in range(count)))
        own = asyncio.gather(*(_live(ledger, name, f"{name} {n}") for n in range(count)))
        return {"shared": [one.id for one in await shared], "own": [one.id for one in await own]}


async def _claim(ledger: Ledger, name: str, content: str) -> Render:
    return (await claim(ledger, spec(content), campaign_id=name, variant=content)).render


async def _live(ledger: Ledger, name: str, content: str) -> Render:
    return await archive(ledger, await _claim(ledger, name, content))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(race(sys.argv[1], sys.argv[2], int(sys.argv[3])))))
