"""Submits that nobody answered: looked for first, never sent twice, and in the end a person's business."""

import asyncio
from typing import Any

import pytest

from deployments.sandbox.testing import Sandbox
from tasks import submit, unknown
from tasks.house import House
from tests.blocks.fake_ark import provider
from tests.blocks.loopback import free_port
from tests.tasks.orders import Opener, draft_order, small_plan
from workprint.budgets import Weight, weight
from workprint.charges import ChargeState
from workprint.errors import InputError, NotFound, OutcomeUnknown, ProviderError
from workprint.failures import FailureKind
from workprint.render import Render, Source
from workprint.states import RenderState

LOSSES: list[dict[str, Any]] = [
    {"fault": "accept_then_timeout", "hold": 0.1},
    {"fault": "server_error", "created": True},
    {"fault": "gateway_timeout", "created": True},
    {"fault": "ok_without_id"},
    {"fault": "garbled_answer"},
    {"fault": "cut_answer"},
]
STRIPPED = {"fault": "list_without_reference", "times": 0, "match": {"prompt": ""}}


@pytest.fixture
async def quick(another_house: Opener) -> House:
    """A house whose provider's list is believed at once."""
    return await another_house(list_lag=0.0, read_timeout=0.5)


async def planned(house: House) -> Render:
    """A render that was claimed and not sent."""
    return await submit.claim(house, await draft_order(house, small_plan()))


async def in_doubt(sandbox: Sandbox, house: House) -> Render:
    """A render that was sent, made, and lost, behind a relay that strips our reference; a twin of it is there too."""
    await sandbox.faults(STRIPPED, {"fault": "ok_without_id", "match": {"nth": 2}})
    render = await planned(house)
    await house.provider.submit(render.spec, {}, client_ref="somebody-else")
    with pytest.raises(OutcomeUnknown):
        await submit.submitted(house, render)
    return await house.ledger.get(render.id)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss["fault"])
async def test_a_task_whose_answer_was_lost_is_found_by_our_reference(
    sandbox: Sandbox, house: House, loss: dict[str, Any]
) -> None:
    """However an answer is lost, the task is found in the list and there is one of it."""
    await sandbox.faults(loss)
    end = await submit.submitted(house, await planned(house))
    (task,) = await sandbox.tasks()
    assert (RenderState.QUEUED, task["id"], 1) == (end.state, end.task_id, end.attempts)


async def test_a_relay_that_strips_our_reference_hides_no_task(sandbox: Sandbox, house: House) -> None:
    """Without our reference in the list, the one task that fits what was asked is taken, and the event says so."""
    await sandbox.faults({"fault": "garbled_answer"}, STRIPPED)
    end = await submit.submitted(house, await planned(house))
    (task,) = await sandbox.tasks()
    assert (RenderState.QUEUED, task["id"]) == (end.state, end.task_id)
    assert "the only unclaimed task that fits" in (await house.ledger.events(end.id))[-1].note


async def test_a_list_that_lags_proves_nothing_yet(sandbox: Sandbox, house: House) -> None:
    """A task the list shows seconds later is waited for and found, not called absent."""
    await sandbox.faults({"fault": "garbled_answer"}, {"fault": "list_lag", "hold": 1.5})
    end = await submit.submitted(house, await planned(house))
    assert (RenderState.QUEUED, 1) == (end.state, len(await sandbox.tasks()))


async def test_a_list_that_stumbles_is_asked_again(sandbox: Sandbox, house: House) -> None:
    """A list that cannot be read for a moment sends nobody to a person."""
    await sandbox.faults({"fault": "garbled_answer"}, {"fault": "list_error", "polls": 1})
    assert RenderState.QUEUED is (await submit.submitted(house, await planned(house))).state


async def test_absence_is_free_and_needs_its_time(sandbox: Sandbox, quick: House) -> None:
    """A submit that made nothing fails free of charge, once neither the POST nor the list can be late."""
    await sandbox.faults({"fault": "server_error"})
    end = await submit.submitted(quick, await planned(quick))
    assert (RenderState.FAILED, FailureKind.NETWORK, "absent") == (end.state, end.failure_kind, end.failure_code)
    assert (ChargeState.NOT_CHARGED, False, []) == (end.charge_state, end.live, await sandbox.tasks())


async def test_an_unknown_render_is_never_sent_again(sandbox: Sandbox, quick: House, another_house: Opener) -> None:
    """Any number of retries, in this process and another, looks for the task and never makes a second one."""
    render, other = await in_doubt(sandbox, quick), await another_house(list_lag=0.0, read_timeout=0.5)
    houses = [quick, other] * 3
    ends = await asyncio.gather(*(submit.submitted(h, render) for h in houses), return_exceptions=True)
    assert [OutcomeUnknown] * len(houses) == [type(end) for end in ends]
    now = await quick.ledger.get(render.id)
    assert (RenderState.UNKNOWN, 1, 2) == (now.state, now.attempts, len(await sandbox.tasks()))


async def test_a_person_is_told_what_it_may_cost_and_what_to_do(sandbox: Sandbox, quick: House) -> None:
    """The error names the candidates, the highest possible double cost, and the three commands."""
    render = await in_doubt(sandbox, quick)
    with pytest.raises(OutcomeUnknown) as caught:
        await submit.submitted(quick, render)
    told = caught.value.diagnostics()
    candidates = [task["id"] for task in await sandbox.tasks()]
    wanted = [*candidates, "CNY twice", "unknown list --ask", f"adopt {render.id} TASK_ID", f"give-up {render.id}"]
    assert [] == [word for word in wanted if word not in told]


async def test_a_task_a_person_adopts_is_watched_to_its_end(sandbox: Sandbox, quick: House) -> None:
    """An adopted task brings its render back to queued, on record as a person's word, and from there to its film."""
    render = await in_doubt(sandbox, quick)
    ours = (await sandbox.tasks())[-1]["id"]
    after = await unknown.adopt(quick.ledger, quick.provider, render, ours, " Mei\nLin ")
    assert (RenderState.QUEUED, ours, ChargeState.QUOTED) == (after.state, after.task_id, after.charge_state)
    event = (await quick.ledger.events(render.id))[-1]
    assert (Source.PERSON, "Mei Lin") == (event.source, event.actor)
    assert RenderState.SUCCEEDED is (await quick.watcher.wait(after)).state


async def test_what_cannot_be_it_is_not_adopted(sandbox: Sandbox, quick: House) -> None:
    """A task nobody knows, one of another length, and one that another render owns are refused, and nothing changes."""
    render = await in_doubt(sandbox, quick)
    plan = small_plan(durations=[5])
    longer = await submit.claim(quick, plan.draft_order(plan.variants()[0]))
    await sandbox.faults()
    owned = (await submit.submitted(quick, longer)).task_id or ""
    for task_id, said in (("cgt-nobody", "knows no task"), (owned, f"belongs to render {longer.id}")):
        with pytest.raises((InputError, NotFound), match=said):
            await unknown.adopt(quick.ledger, quick.provider, render, task_id, "Mei")
    with pytest.raises(InputError, match="duration is 5, not 4"):
        await unknown.adopt(quick.ledger, quick.provider, render, owned, "Mei")
    assert RenderState.UNKNOWN is (await quick.ledger.get(render.id)).state


async def test_a_provider_that_is_away_adopts_nothing(sandbox: Sandbox, quick: House) -> None:
    """When the provider cannot be asked about the task, the render stays unknown."""
    render = await in_doubt(sandbox, quick)
    async with provider(f"http://127.0.0.1:{await free_port()}") as away:
        with pytest.raises(ProviderError, match="cannot be asked about task cgt-1 now"):
            await unknown.adopt(quick.ledger, away, render, "cgt-1", "Mei")
    assert RenderState.UNKNOWN is (await quick.ledger.get(render.id)).state


async def test_what_is_given_up_stays_reserved_and_is_not_sent_again(sandbox: Sandbox, quick: House) -> None:
    """Giving up fails the render with name and reason, keeps its highest price reserved, and orders nothing."""
    render = await in_doubt(sandbox, quick)
    after = await unknown.give_up(quick.ledger, render, "Mei", "the relay is gone", new_take=False)
    assert (RenderState.FAILED, "given_up", True) == (after.state, after.failure_code, after.live)
    assert "given up by Mei: the relay is gone" == after.failure_raw
    assert Weight(reserved=render.charge_amount) == weight(after)
    assert after.id == (await planned(quick)).id
    assert (after, 2) == (await submit.submitted(quick, after), len(await sandbox.tasks()))


async def test_a_decision_that_comes_too_late_changes_nothing(sandbox: Sandbox, quick: House) -> None:
    """Of two people who decide about one render, the second is told what it is by now."""
    render = await in_doubt(sandbox, quick)
    ours = (await sandbox.tasks())[-1]["id"]
    await unknown.adopt(quick.ledger, quick.provider, render, ours, "Mei")
    with pytest.raises(InputError, match="is queued, not unknown"):
        await unknown.give_up(quick.ledger, render, "Ann", "too slow", new_take=True)
    with pytest.raises(InputError, match="is queued, not unknown"):
        await unknown.in_question(quick.ledger, render.id)
    assert RenderState.QUEUED is (await quick.ledger.get(render.id)).state


@pytest.mark.parametrize(("name", "reason"), [(" ", "why"), ("Mei", "\n"), ("M" * 501, "why")])
async def test_a_decision_has_a_name_and_a_reason(sandbox: Sandbox, quick: House, name: str, reason: str) -> None:
    """Nobody gives up anonymously or without a word."""
    render = await in_doubt(sandbox, quick)
    with pytest.raises(InputError, match="must have 1 to 500 characters"):
        await unknown.give_up(quick.ledger, render, name, reason, new_take=False)
