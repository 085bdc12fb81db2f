"""Claiming: one content, one payment."""

import asyncio
from dataclasses import replace

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import QUOTE, S, archive, claim, refuse, spec, step, succeed
from workprint.charges import ChargeState
from workprint.errors import LedgerError
from workprint.render import Source


async def test_first_claim_plans_a_render(ledger: Ledger) -> None:
    """The first claim of a content makes one planned render with everything that was asked in it."""
    render = (await claim(ledger, spec(), callback_url="https://me.example/hook")).render
    assert S.PLANNED == render.state
    assert spec() == render.spec
    assert (QUOTE.amount, QUOTE.state, QUOTE.source) == (
        render.charge_amount,
        render.charge_state,
        render.charge_source,
    )
    assert f"wp-{render.id}" == render.client_ref
    assert "https://me.example/hook" == render.callback_url
    assert render == await ledger.get(render.id)


async def test_first_event_has_no_before(ledger: Ledger) -> None:
    """A render's history begins with its birth."""
    render = (await claim(ledger, spec())).render
    (birth,) = await ledger.events(render.id)
    assert (1, None, S.PLANNED, Source.SUBMIT, "mei") == (
        birth.seq,
        birth.before,
        birth.after,
        birth.source,
        birth.actor,
    )


async def test_same_claim_again_is_the_same(ledger: Ledger) -> None:
    """A flow run again from the top is given what it claimed before."""
    assert await claim(ledger, spec()) == await claim(ledger, spec())


async def test_other_campaign_adopts(ledger: Ledger) -> None:
    """The same content for another campaign is the render that exists, and the claim says it was adopted."""
    bought = await claim(ledger, spec())
    adopted = await claim(ledger, spec(), campaign_id="other", variant="elsewhere")
    assert (bought.render, False, True) == (adopted.render, bought.adopted, adopted.adopted)
    assert (adopted,) == await ledger.claims("other")


async def test_archived_content_is_not_bought_again(ledger: Ledger) -> None:
    """A film that is in the bucket serves whoever asks for the same content."""
    done = await archive(ledger, (await claim(ledger, spec())).render)
    assert done == (await claim(ledger, spec(), campaign_id="other")).render


async def test_new_take_is_a_new_render(ledger: Ledger) -> None:
    """Only a new take may pay again."""
    first = (await claim(ledger, spec(take=1))).render
    second = (await claim(ledger, spec(take=2))).render
    assert first.id != second.id


async def test_hundred_claims_at_once_make_one_render(ledger: Ledger) -> None:
    """Callers of one process who want the same content at the same time share one render."""
    wishes = [
        claim(ledger, spec(), campaign_id=name, variant=f"v{i % 50}") for i in range(50) for name in ("cmp", "other")
    ]
    claims = await asyncio.gather(*wishes)
    assert 1 == len({one.render.id for one in claims})
    assert 1 == len(await ledger.in_state(S.PLANNED))


async def test_other_content_under_a_claimed_take_is_refused(ledger: Ledger) -> None:
    """A take stands for one content: changed content under the same take is a mistake, not a second payment."""
    await claim(ledger, spec("a teapot"))
    with pytest.raises(LedgerError, match="already claimed with other content"):
        await claim(ledger, spec("a kettle"))


async def test_free_failure_is_returned_until_retry_is_asked(ledger: Ledger) -> None:
    """A render that failed for free stays the answer until the caller says that it tries again."""
    failed = await refuse(ledger, (await claim(ledger, spec())).render)
    assert failed == (await claim(ledger, spec())).render


async def test_retry_of_a_free_failure_is_a_new_render(ledger: Ledger) -> None:
    """Trying a free failure again makes a new render that names the old one, and asking once more gives the same."""
    failed = await refuse(ledger, (await claim(ledger, spec())).render)
    again = (await claim(ledger, spec(), retry_of=failed.id)).render
    assert (failed.id, S.PLANNED) == (again.retry_of, again.state)
    assert again == (await claim(ledger, spec(), retry_of=failed.id)).render
    assert again == (await claim(ledger, spec())).render


async def test_another_provider_takes_the_place_of_a_free_failure(ledger: Ledger) -> None:
    """A free failure may be tried again at another provider, with a note from its first event on; changed content at
    the same one is still refused, and so is anything but the new render under that take afterwards.
    """
    failed = await refuse(ledger, (await claim(ledger, spec())).render)
    elsewhere = replace(spec(), provider="backup")
    with pytest.raises(LedgerError, match="already claimed with other content"):
        await claim(ledger, spec("a kettle"), retry_of=failed.id)
    with pytest.raises(LedgerError, match="already claimed with other content"):
        await claim(ledger, elsewhere)
    wishes = [claim(ledger, elsewhere, retry_of=failed.id, note="in its place") for _ in range(3)]
    (again,) = {one.render.id for one in await asyncio.gather(*wishes)}
    assert ["in its place"] == [event.note for event in await ledger.events(again)]
    assert again == (await claim(ledger, elsewhere)).render.id
    with pytest.raises(LedgerError, match="already claimed with other content"):
        await claim(ledger, spec())


async def test_no_retry_of_what_was_charged(ledger: Ledger) -> None:
    """A failure that cost money keeps its fingerprint: asking to retry it pays nothing and gives it back."""
    sent = await ledger.change(step((await claim(ledger, spec())).render, S.SUBMITTING))
    failed = await ledger.change(step(sent, S.FAILED, {"charge_state": ChargeState.UNKNOWN}))
    assert failed == (await claim(ledger, spec(), retry_of=failed.id)).render


async def test_refund_frees_the_content(ledger: Ledger) -> None:
    """A failure whose money came back may be bought again."""
    sent = await ledger.change(step((await claim(ledger, spec())).render, S.SUBMITTING))
    failed = await ledger.change(step(sent, S.FAILED, {"charge_state": ChargeState.CHARGED}))
    refund = {"charge_state": ChargeState.REFUNDED}
    await ledger.record(failed.id, source=Source.PERSON, actor="lin", note="refund of 23 November", facts=refund)
    assert failed.id == (await claim(ledger, spec(), retry_of=failed.id)).render.retry_of


async def test_campaign_that_is_not_there(ledger: Ledger) -> None:
    """A claim for a campaign nobody opened is refused, and leaves no render behind."""
    with pytest.raises(LedgerError, match="refused"):
        await claim(ledger, spec(), campaign_id="nobody")
    assert () == await ledger.in_state(*S)


async def test_in_state_of_a_campaign_has_the_adopted(ledger: Ledger) -> None:
    """A campaign's renders are those that serve it, whoever bought them."""
    render = await succeed(ledger, (await claim(ledger, spec())).render)
    await claim(ledger, spec("a kettle"), variant="kettle")
    await claim(ledger, spec(), campaign_id="other")
    assert (render,) == await ledger.in_state(S.SUCCEEDED, S.PLANNED, campaign_id="other")
    assert () == await ledger.in_state(S.PLANNED, campaign_id="other")
