"""A ledger on each database."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import campaign


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The URL of an empty database."""
    return request.getfixturevalue("postgres_url") if request.param == "postgres" else f"sqlite:///{tmp_path}/ledger.db"


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncIterator[Ledger]:
    """An open ledger with two campaigns, `cmp` and `other`."""
    async with await Ledger.open(ledger_url) as opened:
        await opened.open_campaign(campaign())
        await opened.open_campaign(campaign("other"))
        yield opened
