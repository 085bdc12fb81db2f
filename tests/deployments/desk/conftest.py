"""A desk over a ledger on each database, and a render that may be called about."""

from collections.abc import AsyncIterator

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger import conftest as ledgers
from tests.deployments.desk.desk import TOKEN, Desk, queued, running_desk
from workprint.render import Render

# The ledger's own fixtures: a database of each kind, and an open ledger on it.
ledger, ledger_url = ledgers.ledger, ledgers.ledger_url
sqlite_url, sqlite_template = ledgers.sqlite_url, ledgers.sqlite_template
postgres_ledger_url, postgres_ledger = ledgers.postgres_ledger_url, ledgers.postgres_ledger


@pytest.fixture
async def desk(ledger_url: str) -> AsyncIterator[Desk]:
    async with running_desk(ledger_url) as running:
        yield running


@pytest.fixture
async def render(ledger: Ledger) -> Render:
    """Queued at the provider; whoever knows `TOKEN` may call about it."""
    return await queued(ledger, TOKEN)
