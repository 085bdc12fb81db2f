"""The block that says where the ledger is."""

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from blocks.ledger.ledger import Ledger


class LedgerDatabase(Block):
    """Where Workprint keeps its ledger: a SQLite file, or PostgreSQL for more than one machine."""

    _block_type_name = "Workprint Ledger"
    _block_type_slug = "workprint-ledger"
    _description = "The database of renders, approvals, charges and events: sqlite:///path.db or postgresql://..."

    url: SecretStr = Field(
        default=...,
        title="URL",
        description="sqlite:///path/to/ledger.db or postgresql://user:password@host/database",
    )

    lease_seconds: float = Field(
        default=30.0,
        ge=1,
        description="A process that gave no sign of life for so many seconds is gone, and rescue takes over.",
    )

    async def open(self) -> Ledger:
        """An open ledger at its newest schema. Close it, or use it with `async with`."""
        return await Ledger.open(self.url.get_secret_value())
