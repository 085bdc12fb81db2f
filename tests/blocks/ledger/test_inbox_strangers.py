"""What strangers send is kept for a while, and no longer."""

from datetime import timedelta

from blocks.ledger import Ledger
from blocks.ledger.door import utc_now
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import S, claim, spec, step
from workprint.callbacks import token_hash


async def test_old_strangers_are_forgotten(ledger: Ledger, ledger_url: str) -> None:
    """Only callbacks that are nobody's and old enough are deleted; a render's own stay, however old."""
    render = (await claim(ledger, spec())).render
    await ledger.change(step(render, S.SUBMITTING, {"token_hash": token_hash("ours")}))
    await ledger.inbox.receive("sandbox", "ours", {}, b"{}")
    await ledger.inbox.receive("sandbox", "a stranger's", {}, b"{}")
    assert 0 == await ledger.inbox.forget_strangers(utc_now() - timedelta(days=1))
    assert 1 == await ledger.inbox.forget_strangers(utc_now() + timedelta(seconds=1))
    assert [(render.id,)] == await raw.run(ledger_url, "SELECT render_id FROM callbacks")
