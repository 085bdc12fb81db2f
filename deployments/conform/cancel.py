"""Cancelling: in time, too late, and where nobody listens."""

from deployments.conform.case import Case, expect
from deployments.conform.check import Group
from deployments.conform.needs import CANCEL, NO_CANCEL, striking
from deployments.conform.states import running, waiting
from deployments.sandbox.fault_table import FaultName
from workprint.outcomes import Checked, NotThere, Observation
from workprint.states import RenderState

GROUP = Group("cancel")
_F = FaultName


def _state(answer: Checked) -> RenderState | None:
    return answer.state if isinstance(answer, Observation) else None


@GROUP.check("排队中的任务可以取消，且不收费。", CANCEL)
async def early(case: Case) -> None:
    """A task that waits is cancelled, and costs nothing."""
    answer = await case.provider.cancel(await waiting(case))
    expect(_state(answer) is RenderState.CANCELLED or isinstance(answer, NotThere), "cancelled", answer)
    (task,) = await case.truth()
    expect(task["charge"] is None, "no charge", task["charge"])


@GROUP.check("运行中的任务不会被误报为已取消。", CANCEL, live=True)
async def late(case: Case) -> None:
    """A task that runs, or has ended, is not said to be cancelled."""
    task_id = (await case.film()).task_id if case.subject.live else await running(case)
    await case.until(task_id, RenderState.PROCESSING, RenderState.SUCCEEDED)
    answer = await case.provider.cancel(task_id)
    expect(_state(answer) in {RenderState.PROCESSING, RenderState.SUCCEEDED}, "it goes on", answer)


@GROUP.check("新订单立即取消：已取消或为时已晚，两者都有明确答案。", CANCEL, live=True)
async def at_once(case: Case) -> None:
    """A new order that is cancelled at once is either cancelled or too late, and the answer says which."""
    order = await case.ordered()
    answer = await case.provider.cancel(order.task_id)
    expect(isinstance(answer, Observation | NotThere), "an answer about the task", answer)


@GROUP.check("供应商未执行的取消不会被当作已取消。", CANCEL, striking(_F.CANCEL_IGNORED))
async def ignored(case: Case) -> None:
    """A cancel the provider says yes to and does not do is not believed."""
    await case.fault(_F.CANCEL_IGNORED)
    answer = await case.provider.cancel(await waiting(case))
    expect(_state(answer) in {RenderState.QUEUED, RenderState.PROCESSING}, "it goes on", answer)


@GROUP.check("已结束的任务不会因取消而丢失记录。", live=True)
async def after_the_end(case: Case) -> None:
    """Cancelling a film that is done destroys nothing: its record and its link are still there."""
    order, _ = await case.succeeded()
    answer = await case.provider.cancel(order.task_id)
    expect(_state(answer) is RenderState.SUCCEEDED, "succeeded", answer)
    expect((await case.look(order.task_id)).link, "the link", "none")


@GROUP.check("不支持取消时什么也不发送，如实回答现状。", NO_CANCEL)
async def impossible(case: Case) -> None:
    """Where nothing can be cancelled, nothing is sent, and the answer is how the task stands."""
    task_id = await running(case)
    answer = await case.provider.cancel(task_id)
    expect(_state(answer) is RenderState.PROCESSING, "processing", answer)
