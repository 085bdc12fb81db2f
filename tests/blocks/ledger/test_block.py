"""The block that says where the ledger is."""

from blocks.ledger.block import LedgerDatabase
from tests.blocks.ledger.making import campaign


async def test_block_opens_its_ledger(sqlite_url: str) -> None:
    """The block opens the ledger at its URL, without any Prefect server."""
    async with await LedgerDatabase(url=sqlite_url).open() as ledger:
        assert campaign() == await ledger.open_campaign(campaign())


def test_block_hides_its_url() -> None:
    """The URL holds a password, so the block never prints it."""
    assert "secret" not in repr(LedgerDatabase(url="postgresql://me:secret@host/ledger"))


def test_slug_is_for_ever() -> None:
    """Stored blocks are found by this name."""
    assert "workprint-ledger" == LedgerDatabase.get_block_type_slug()
