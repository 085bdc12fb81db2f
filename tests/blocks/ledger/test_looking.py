"""What a watcher looks at all the time, on each database."""

from datetime import UTC, datetime, timedelta

from blocks.ledger import Ledger
from blocks.ledger.looking import Standing
from tests.blocks.ledger.making import S, archive, claim, spec, step, succeed
from workprint.callbacks import Receipt, token_hash
from workprint.render import CancelState, Render, Source

HOLDER, TOKEN = "me", "a token long enough to be nobody's guess"


async def submitting(ledger: Ledger, content: str = "a teapot") -> Render:
    """A render in the moment of its POST."""
    planned = (await claim(ledger, spec(content), variant=content)).render
    return await ledger.change(step(planned, S.SUBMITTING, {"holder": HOLDER, "token_hash": token_hash(TOKEN)}))


async def test_what_anybody_changed_is_seen(ledger: Ledger) -> None:
    """A change is found by its time with the state, the holder and the wish to cancel; what is older is not."""
    render = await ledger.change(step(await submitting(ledger), S.QUEUED, {"task_id": "t"}))
    await ledger.record(
        render.id, source=Source.PERSON, actor="mei", note="", facts={"cancel_state": CancelState.REQUESTED}
    )
    now = datetime.now(UTC)
    expected = {render.id: Standing(S.QUEUED, HOLDER, CancelState.REQUESTED)}
    assert expected == await ledger.looks.moved(now - timedelta(minutes=1))
    assert {} == await ledger.looks.moved(now + timedelta(minutes=1))


async def test_named_renders_are_seen(ledger: Ledger) -> None:
    """Renders asked for by id are found however old they are, and unknown ids are left out."""
    planned = (await claim(ledger, spec())).render
    assert {planned.id: Standing(S.PLANNED)} == await ledger.looks.standing([planned.id, "rnd_nobody"])
    assert {} == await ledger.looks.standing([])


async def test_who_gives_no_sign_of_life(ledger: Ledger) -> None:
    """A holder whose lease has run out, or who never had one, is gone; one whose lease lives is not."""
    await ledger.leases.beat("alive", 600)
    await ledger.leases.beat("late", -1)
    assert {"late", "never seen"} == await ledger.looks.gone({"alive", "late", "never seen"})
    assert frozenset() == await ledger.looks.gone(())


async def test_the_last_step_at_the_provider(ledger: Ledger) -> None:
    """The end at the provider is the last step, whatever became of the film; a planned render has none."""
    done = await archive(ledger, (await claim(ledger, spec("done"), variant="done")).render)
    idle = (await claim(ledger, spec("idle"), variant="idle")).render
    (last,) = (await ledger.looks.last_steps([done.id, idle.id])).values()
    assert (done.id, S.PROCESSING, S.SUCCEEDED, Source.POLL) == (last.render_id, last.before, last.after, last.source)
    assert done.finished_at == last.at


async def test_a_note_is_no_step(ledger: Ledger) -> None:
    """An event that changed no state never counts as the one who was first."""
    done = await succeed(ledger, (await claim(ledger, spec())).render)
    await ledger.record(done.id, source=Source.POLL, actor="watcher", note="came late", facts={})
    last = (await ledger.looks.last_steps([done.id]))[done.id]
    assert S.PROCESSING is last.before


async def test_a_callback_that_overtook_the_answer_waits(ledger: Ledger) -> None:
    """A callback for a render without its task is no nudge yet, and becomes one when the task is there."""
    render = await submitting(ledger)
    kept = await ledger.inbox.receive("sandbox", TOKEN, {}, b"{}")
    assert Receipt.NUDGE is kept.receipt
    assert () == await ledger.inbox.nudges(HOLDER)
    await ledger.change(step(render, S.QUEUED, {"task_id": "t"}))
    assert [kept.id] == [nudge.id for nudge in await ledger.inbox.nudges(HOLDER)]
