"""From an order to a task at the provider, without Prefect: who may POST, and what becomes of an answer."""

import asyncio

from pydantic import SecretStr

from deployments.sandbox.testing import Sandbox
from tasks import submit
from tasks.house import House
from tests.tasks.orders import Opener, draft_order, small_plan
from workprint import steps
from workprint.charges import ChargeState
from workprint.failures import FailureKind
from workprint.render import Render, Source
from workprint.states import RenderState

DEAD = steps.Actor("a process that is gone", Source.SUBMIT)


async def claimed(house: House, prompt: str = "") -> Render:
    """A planned render of a small draft."""
    plan = small_plan()
    if prompt:
        shot = plan.brief.shots[0].model_dump(mode="json") | {"prompt": prompt}
        plan = small_plan(shots=[shot])
    return await submit.claim(house, await draft_order(house, plan))


async def test_of_two_processes_one_submits(sandbox: Sandbox, another_house: Opener) -> None:
    """Two processes that submit the same planned render at once make one task, and both see it queued."""
    first, second = await another_house(), await another_house()
    render = await claimed(first)
    ends = await asyncio.gather(*(submit.submitted(house, render) for house in (first, second)))
    (task,) = await sandbox.tasks()
    assert [task["id"], task["id"]] == [end.task_id for end in ends]


async def test_what_a_dead_process_had_sent_is_found(sandbox: Sandbox, house: House) -> None:
    """A render whose process died between POST and commit is found by our reference, and not sent again."""
    render = await house.ledger.change(steps.submitting(await claimed(house), DEAD))
    await house.provider.submit(render.spec, {}, client_ref=render.client_ref)
    found = await submit.submitted(house, render)
    (task,) = await sandbox.tasks()
    assert (RenderState.QUEUED, task["id"], 1) == (found.state, found.task_id, found.attempts)
    assert RenderState.UNKNOWN in [event.after for event in await house.ledger.events(render.id)]


async def test_a_refused_prompt_is_not_sent_again(sandbox: Sandbox, house: House) -> None:
    """What the provider's input filter refuses fails at once as content_policy, free of charge, after one POST."""
    end = await submit.submitted(house, await claimed(house, prompt="gore everywhere"))
    assert (RenderState.FAILED, FailureKind.CONTENT_POLICY, 1) == (end.state, end.failure_kind, end.attempts)
    assert ChargeState.NOT_CHARGED is end.charge_state
    assert [] == await sandbox.tasks()


async def test_a_wrong_key_is_not_tried_again(another_house: Opener) -> None:
    """A refused key fails the render as auth after one POST, and the key stands nowhere in the ledger."""
    house = await another_house(api_key=SecretStr("sk-not-the-right-one"))
    end = await submit.submitted(house, await claimed(house))
    assert (RenderState.FAILED, FailureKind.AUTH, 1) == (end.state, end.failure_kind, end.attempts)
    assert "sk-not-the-right-one" not in str(await house.ledger.find(end.id))


async def test_the_same_order_twice_is_one_render(house: House) -> None:
    """Claiming an order again gives the render that serves it."""
    order = await draft_order(house, small_plan())
    assert (await submit.claim(house, order)).id == (await submit.claim(house, order)).id
