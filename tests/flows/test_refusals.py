"""What is refused before anything is spent."""

import pytest

from tests.flows.stage import Stage, shot, small
from workprint.brief import Brief
from workprint.errors import NotFound

pytestmark = pytest.mark.flow


async def refused(stage: Stage, brief: Brief, name: str = "Brief refused") -> str:
    """What the run of this brief says when it failed under this name; the provider heard nothing of it."""
    run_id = await stage.open(brief)
    state = await stage.perform(run_id)
    assert (True, name) == (state.is_failed(), state.name)
    assert [] == await stage.sandbox.tasks()
    return state.message or ""


async def test_a_quote_above_the_budget_spends_nothing(stage: Stage) -> None:
    """The run fails with the quote and the budget in its message, and the provider never heard of it."""
    message = await refused(stage, small(budget={"amount": "0.50", "currency": "CNY"}), "Over budget")
    assert "budget.amount is 0.50 CNY" in message


async def test_all_problems_are_said_at_once(stage: Stage) -> None:
    """A brief with several faults fails with every one of them in the run's message, each by its path."""
    picture = {"role": "first_frame", "source": "no-such.png"}
    brief = small(
        durations=[60],
        final={"resolution": "4k"},
        shots=[shot("one", references=[picture]), shot("two", audio="keep")],
    )
    message = await refused(stage, brief)
    for path in ("durations", "final.resolution", "shots[0]", "shots[1]"):
        assert path in message


async def test_a_forbidden_prompt_never_reaches_the_provider(stage: Stage) -> None:
    """Moderation of the words comes before any spending, and the run's message names the field."""
    message = await refused(stage, small(shots=[shot("hero", prompt="hardcore pornography")]))
    assert "shots[0].prompt" in message


async def test_a_provider_nobody_made_is_named(stage: Stage) -> None:
    """A brief that names a provider block that is not there fails on that field."""
    message = await refused(stage, small(provider="elsewhere"))
    assert "no provider block 'elsewhere'" in message


async def test_a_refused_brief_opens_no_campaign(stage: Stage) -> None:
    """The ledger knows nothing of a brief with problems."""
    run_id = await stage.open(small(durations=[60]))
    assert (await stage.perform(run_id)).is_failed()
    with pytest.raises(NotFound):
        await stage.ledger.campaign(run_id)
