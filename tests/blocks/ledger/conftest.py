"""A ledger on each database."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from blocks.ledger import Ledger
from blocks.ledger.schema import metadata
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import campaign
from tests.servers.postgres import Postgres

_BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=_BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The URL of a database no ledger was ever in."""
    return request.getfixturevalue("postgres_url") if request.param == "postgres" else f"sqlite:///{tmp_path}/ledger.db"


@pytest.fixture(scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the newest schema: copying it is faster than migrating again for every test."""
    path = tmp_path_factory.mktemp("ledger") / "template.db"
    await (await Ledger.open(f"sqlite:///{path}")).close()
    return path


@pytest.fixture(scope="session")
async def postgres_ledger(postgres: Postgres) -> str:
    """The URL of one database with the newest schema, for all tests: a new one takes PostgreSQL a second."""
    url = await postgres.create_database()
    await (await Ledger.open(url)).close()
    return url


@pytest.fixture
async def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A database with the newest schema and nothing in it."""
    shutil.copy(sqlite_template, tmp_path / "ledger.db")
    return f"sqlite:///{tmp_path}/ledger.db"


@pytest.fixture
async def postgres_ledger_url(postgres_ledger: str) -> str:
    """That database, emptied: only a superuser may, and only by telling it that no trigger shall fire."""
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    await raw.run(postgres_ledger, f"SET session_replication_role = replica; TRUNCATE {tables}")
    return postgres_ledger


@pytest.fixture(params=_BOTH)
def ledger_url(request: pytest.FixtureRequest) -> Any:
    """A database with the newest schema and nothing in it, of each kind."""
    return request.getfixturevalue("postgres_ledger_url" if request.param == "postgres" else "sqlite_url")


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncIterator[Ledger]:
    """An open ledger with two campaigns, `cmp` and `other`."""
    async with await Ledger.open(ledger_url) as opened:
        await opened.open_campaign(campaign())
        await opened.open_campaign(campaign("other"))
        yield opened
