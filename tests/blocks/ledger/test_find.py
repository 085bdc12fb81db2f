"""Finding a render again, by whatever somebody has in hand."""

from collections.abc import Callable

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import approval, approve, archive, campaign, claim, film, final_of, spec
from workprint.errors import NotFound
from workprint.render import Render

NAMES: dict[str, Callable[[Render], str]] = {
    "render": lambda render: render.id,
    "client reference": lambda render: render.client_ref,
    "task": lambda render: render.task_id or "",
    "campaign": lambda render: render.campaign_id,
    "flow run": lambda render: f"run-of-{render.campaign_id}",
    "key": lambda render: film(render).key,
    "manifest key": lambda render: film(render).manifest_key,
    "s3 address": lambda render: f"s3://films/{film(render).key}",
    "s3 manifest": lambda render: f"s3://films/{film(render).manifest_key}",
    "link": lambda render: render.link or "",
    "link signed anew": lambda render: f"https://cdn.example/{render.id}.mp4?sig=2#t=1",
    "link without query": lambda render: f"https://cdn.example/{render.id}.mp4",
    "pasted with spaces": lambda render: f" {render.id}\n",
}


@pytest.mark.parametrize("name", NAMES)
async def test_any_name_finds_the_whole_life(ledger: Ledger, name: str) -> None:
    """From any name of a render: the render, its campaign, events, claims and film."""
    render = await archive(ledger, (await claim(ledger, spec())).render)
    await archive(ledger, (await claim(ledger, spec("a kettle"), campaign_id="other")).render)
    trace = await ledger.find(NAMES[name](render))
    assert (render,) == trace.renders
    assert (campaign(),) == trace.campaigns
    assert await ledger.events(render.id) == trace.events
    assert await ledger.assets(render.id) == trace.assets
    assert await ledger.claims("cmp") == trace.claims


async def test_adopted_render_shows_both_campaigns(ledger: Ledger) -> None:
    """A render that serves two campaigns is shown with both of them."""
    render = (await claim(ledger, spec())).render
    await claim(ledger, spec(), campaign_id="other")
    trace = await ledger.find(render.id)
    assert {"cmp", "other"} == {one.id for one in trace.campaigns} == {one.campaign_id for one in trace.claims}


async def test_approval_is_shown_with_draft_and_with_final(ledger: Ledger) -> None:
    """Whoever looks up a draft or its final sees who said yes."""
    draft = await archive(ledger, (await claim(ledger, spec())).render)
    yes = approval(final_of(spec()), draft_render_id=draft.id, draft_sha256="f" * 64)
    await approve(ledger, [yes])
    final = (await claim(ledger, final_of(spec()), approval_id=yes.id, draft_render_id=draft.id)).render
    assert (yes,) == (await ledger.find(draft.id)).approvals == (await ledger.find(final.id)).approvals


async def test_campaign_with_nothing_in_it_is_found(ledger: Ledger) -> None:
    """A campaign that claimed nothing yet is found all the same."""
    trace = await ledger.find("other")
    assert ((campaign("other"),), ()) == (trace.campaigns, trace.renders)


@pytest.mark.parametrize(
    "name", ["rnd_none", "", "s3://films/none.mp4", "s3://elsewhere", "https://cdn.example/", "\x00"]
)
async def test_unknown_name(ledger: Ledger, name: str) -> None:
    """What the ledger does not know it says, and says what it could look for."""
    await archive(ledger, (await claim(ledger, spec())).render)
    with pytest.raises(NotFound) as caught:
        await ledger.find(name)
    assert "task id" in caught.value.diagnostics()


async def test_unknown_render(ledger: Ledger) -> None:
    """Getting a render that is not there says so."""
    with pytest.raises(NotFound, match="no render rnd_none"):
        await ledger.get("rnd_none")
