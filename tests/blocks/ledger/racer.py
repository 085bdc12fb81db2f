"""One process of a race: `python -m tests.blocks.ledger.racer URL CAMPAIGN claim|live COUNT` prints its render ids."""

import asyncio
import json
import sys

from blocks.ledger import Ledger
from tests.blocks.ledger.making import archive, campaign, claim, spec


async def race(url: str, name: str, what: str, count: int) -> list[str]:
    """Everybody claims the same contents; or everybody takes renders of their own through their whole lives."""
    async with await Ledger.open(url) as ledger:
        await ledger.open_campaign(campaign(name))
        # The start line: every process is up and has opened its ledger.
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        if what == "claim":
            contents = [spec(f"shared {n}") for n in range(count)]
        else:
            contents = [spec(f"{name} {n}") for n in range(count)]
        wishes = (claim(ledger, one, campaign_id=name, variant=one.prompt) for one in contents)
        renders = [one.render for one in await asyncio.gather(*wishes)]
        if what == "live":
            await asyncio.gather(*(archive(ledger, one) for one in renders))
        return [render.id for render in renders]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(race(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))))
