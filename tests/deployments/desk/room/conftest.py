"""A desk with a screening room over a ledger on each database, and somebody who has a personal link."""

from collections.abc import AsyncIterator

import pytest

from blocks.ledger import Ledger
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.forms import guest
from tests.deployments.desk.room.room import running_room, ticket
from tests.deployments.desk.room.showing import furnished
from tests.servers.objectstore import swift
from tests.servers.prefect import prefect_server
from workprint.gates import Gate
from workprint.policy import Policy
from workprint.tickets import Ticket

__all__ = ["prefect_server", "swift"]


@pytest.fixture
async def desk(ledger_url: str) -> AsyncIterator[Desk]:
    async with running_room(ledger_url) as running:
        yield running


@pytest.fixture
async def lin(ledger: Ledger) -> Ticket:
    """Lin's personal link into `cmp`."""
    return await ledger.room.issue(ticket())


@pytest.fixture
async def gate(ledger: Ledger) -> Gate:
    """The open question of `cmp_1` about three drafts, under the strict policy."""
    return await furnished(ledger, Policy())


@pytest.fixture
async def ben(ledger: Ledger, gate: Gate) -> Ticket:
    """Ben's personal link into it."""
    return await guest(ledger, "Ben", "creative")
