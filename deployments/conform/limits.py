"""At the edges of what may be asked for."""

import asyncio
from dataclasses import replace

from deployments.conform.case import Case, expect
from deployments.conform.check import Group
from deployments.conform.needs import ECHOED
from workprint.errors import InputError
from workprint.outcomes import Accepted

GROUP = Group("limits")
_AT_ONCE = 20
#: Characters the dialect may add: the camera's move, and the model's own words.
_ROOM = 200


@GROUP.check("最长的提示词完整到达。")
async def longest_prompt(case: Case) -> None:
    """A prompt as long as the model takes arrives whole."""
    room = case.subject.facts.max_prompt_chars - len(case.prompt) - _ROOM
    prompt = f"{case.prompt} {'long ' * (room // 5)}end"
    await case.ordered(case.spec(prompt=prompt))
    (task,) = await case.truth()
    expect(prompt in task["prompt"], f"{len(prompt)} characters", f"{len(task['prompt'])} characters")


@GROUP.check("过长的客户端编号在发送前被拒绝，或完整返回。", ECHOED)
async def long_reference(case: Case) -> None:
    """A very long reference of ours is refused before it is sent, or comes back whole: cut short it would be lost."""
    order = replace(case.new(), client_ref="wp-rnd_" + "0" * 100)
    try:
        answer = await case.submit(order)
    except InputError:
        return
    expect(isinstance(answer, Accepted), "accepted, or an InputError", answer)
    seen = await case.look(answer.task_id if isinstance(answer, Accepted) else "")
    expect(seen.client_ref == order.client_ref, "the whole reference", seen.client_ref)


@GROUP.check("同时提交多个任务，每个都有自己的编号。")
async def burst(case: Case) -> None:
    """Many submits at once are each answered with a task of their own."""
    orders = await asyncio.gather(*(case.ordered() for _ in range(_AT_ONCE)))
    ids = {order.task_id for order in orders}
    made = await case.truth()
    expect(len(ids) == len(made) == _AT_ONCE, f"{_AT_ONCE} tasks", [len(ids), len(made)])
