"""Campaigns and approvals: the frozen brief, and no final without a yes."""

import asyncio
from dataclasses import replace

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import S, approval, approve, archive, campaign, claim, final_of, refuse, spec
from workprint.errors import ApprovalMissing, LedgerError, NotFound
from workprint.render import Decision


async def test_campaign_opened_again_is_the_same(ledger: Ledger) -> None:
    """A flow run again from the top finds the campaign it opened, and keeps the first moment."""
    again = await ledger.open_campaign(replace(campaign(), title="Other title"))
    assert campaign() == again == await ledger.campaign("cmp")


async def test_other_brief_under_the_same_id_is_refused(ledger: Ledger) -> None:
    """A campaign has one brief for ever."""
    with pytest.raises(LedgerError, match="another brief"):
        await ledger.open_campaign(replace(campaign(), brief_hash="0" * 64))


async def test_closing_a_campaign(ledger: Ledger) -> None:
    """The end of a campaign is on record."""
    await ledger.close_campaign("cmp", "delivered")
    assert "delivered" == (await ledger.campaign("cmp")).state


@pytest.mark.parametrize("method", ["campaign", "close"])
async def test_campaign_nobody_opened(ledger: Ledger, method: str) -> None:
    """A campaign that is not there is said not to be there."""
    with pytest.raises(NotFound, match="no campaign nobody"):
        await (ledger.campaign("nobody") if method == "campaign" else ledger.close_campaign("nobody", "x"))


async def test_approved_final_is_claimed(ledger: Ledger) -> None:
    """A final that was approved is planned, and names its approval and its draft."""
    draft = await archive(ledger, (await claim(ledger, spec())).render)
    yes = approval(final_of(spec()), draft_render_id=draft.id, draft_sha256="f" * 64)
    await approve(ledger, [yes])
    final = (await claim(ledger, final_of(spec()), approval_id=yes.id, draft_render_id=draft.id)).render
    assert (yes.id, draft.id, S.PLANNED) == (final.approval_id, final.draft_render_id, final.state)
    assert (yes,) == await ledger.approvals("cmp")


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"decision": Decision.REJECTED, "final_fingerprint": None}, id="rejected"),
        pytest.param({"final_fingerprint": spec("other").fingerprint}, id="other content"),
        pytest.param({"campaign_id": "other"}, id="other campaign"),
        pytest.param({"id": "apr_elsewhere"}, id="other id"),
    ],
)
async def test_final_without_its_approval(ledger: Ledger, wrong: dict[str, object]) -> None:
    """A no, a yes to something else, a yes in another campaign: none of them lets a final in."""
    await approve(ledger, [approval(final_of(spec()), **wrong)])
    with pytest.raises(ApprovalMissing):
        await claim(ledger, final_of(spec()), approval_id=approval(final_of(spec())).id)
    assert () == await ledger.in_state(*S)


async def test_adopting_a_final_needs_an_approval_too(ledger: Ledger) -> None:
    """A final bought by one campaign is delivered to another only after that one approved it."""
    final = final_of(spec())
    await approve(ledger, [approval(final)])
    bought = await claim(ledger, final, approval_id=approval(final).id)
    with pytest.raises(ApprovalMissing):
        await claim(ledger, final, campaign_id="other", approval_id=approval(final).id)
    await approve(ledger, [approval(final, id="apr_other", campaign_id="other")])
    adopted = await claim(ledger, final, campaign_id="other", approval_id="apr_other")
    assert (bought.render, True) == (adopted.render, adopted.adopted)


async def test_draft_takes_no_approval(ledger: Ledger) -> None:
    """An approval on a draft is a mistake."""
    with pytest.raises(LedgerError, match="draft needs no approval"):
        await claim(ledger, spec(), approval_id="apr_x")


async def test_final_that_failed_for_free_is_retried_under_its_approval(ledger: Ledger) -> None:
    """One approval covers the retry of a final that cost nothing."""
    final = final_of(spec())
    await approve(ledger, [approval(final)])
    yes = approval(final).id
    failed = await refuse(ledger, (await claim(ledger, final, approval_id=yes)).render)
    again = (await claim(ledger, final, approval_id=yes, retry_of=failed.id)).render
    assert (failed.id, yes) == (again.retry_of, again.approval_id)


async def test_same_approvals_twice(ledger: Ledger) -> None:
    """Deciding is written once, however often it is written, even by two at the same time."""
    yes = approval(final_of(spec()))
    await asyncio.gather(approve(ledger, [yes]), approve(ledger, [yes]))
    await approve(ledger, [replace(yes, note="changed")])
    assert (yes,) == await ledger.approvals("cmp")


async def test_approvals_are_all_or_nothing(ledger: Ledger) -> None:
    """When one of several decisions cannot be written, none is."""
    good, bad = approval(final_of(spec())), approval(final_of(spec("b")), campaign_id="nobody")
    with pytest.raises(LedgerError, match="refused"):
        await approve(ledger, [good, bad])
    assert () == await ledger.approvals("cmp")


async def test_no_approvals_is_nothing(ledger: Ledger) -> None:
    """An empty list of decisions decides nothing."""
    await approve(ledger, [])
    assert () == await ledger.approvals("cmp")
