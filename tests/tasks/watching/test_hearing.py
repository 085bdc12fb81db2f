"""What an answer changes when somebody else was faster."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from blocks.ledger.ledger import Ledger
from tasks.watching.hearing import Hearing
from tasks.watching.waiters import Watched
from tests.blocks.ledger.making import S, campaign, claim, spec, step
from tests.workprint.builders import EMULATED, observation
from workprint import steps
from workprint.outcomes import NotThere
from workprint.render import Render, Source

#: Seconds; longer than any test.
GONE_AFTER = 3600.0
LINK = "https://cdn.example/film.mp4"


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    """A ledger with a campaign."""
    async with await Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as opened:
        await opened.open_campaign(campaign())
        yield opened


async def queued(ledger: Ledger) -> Render:
    """A render at the provider."""
    render = (await claim(ledger, spec(model=EMULATED))).render
    render = await ledger.change(step(render, S.SUBMITTING))
    return await ledger.change(step(render, S.QUEUED, {"task_id": "t"}))


def watched(render: Render) -> Watched:
    return Watched(render, None)


async def test_a_lost_race_is_on_record_once(ledger: Ledger) -> None:
    """A poll that rescue beat to the end notes once by how much, and changes nothing."""
    render = await queued(ledger)
    won = await ledger.change(replace(step(render, S.SUCCEEDED, {"link": LINK}), source=Source.RESCUE))
    hearing, entry = Hearing(ledger, GONE_AFTER), watched(render)
    for _ in range(2):
        heard = await hearing.hear(entry, observation(S.SUCCEEDED, link=LINK))
        assert (S.SUCCEEDED, False) == (heard.render.state, heard.won)
    *_, first, note = await ledger.events(render.id)
    assert (S.SUCCEEDED, S.SUCCEEDED, Source.POLL) == (note.before, note.after, note.source)
    assert f"s after rescue (event {first.seq})" in note.note
    assert won.finished_at == heard.render.finished_at


async def test_whoever_saw_less_does_not_hide_the_end(ledger: Ledger) -> None:
    """An answer that goes further than what somebody else recorded meanwhile is still recorded."""
    render = await queued(ledger)
    await ledger.change(replace(step(render, S.PROCESSING), source=Source.RESCUE))
    heard = await Hearing(ledger, GONE_AFTER).hear(watched(render), observation(S.SUCCEEDED, link=LINK))
    assert (S.SUCCEEDED, True) == (heard.render.state, heard.won)


async def test_flapping_is_no_loss(ledger: Ledger) -> None:
    """A task that the provider denies is not given up before its time, nor because callbacks made us ask often."""
    render = await queued(ledger)
    entry, patient = watched(render), Hearing(ledger, GONE_AFTER)
    for _ in range(steps.GONE_AFTER + 1):
        assert S.QUEUED is (await patient.hear(entry, NotThere("{}"))).render.state
    entry, hasty = watched(render), Hearing(ledger, 0.0)
    for _ in range(steps.GONE_AFTER - 1):
        assert S.QUEUED is (await hasty.hear(entry, NotThere("{}"))).render.state
    await hasty.hear(entry, observation(S.QUEUED))
    for expected in (*[S.QUEUED] * (steps.GONE_AFTER - 1), S.FAILED):
        assert expected is (await hasty.hear(entry, NotThere("{}"))).render.state
