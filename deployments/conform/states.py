"""Every status, in our words."""

from deployments.conform.case import Case, expect
from deployments.conform.check import Group
from deployments.conform.needs import BATCH, CANCELLED, EXPIRED, strikes, striking
from deployments.sandbox.fault_table import FaultName
from workprint.failures import FailureKind
from workprint.outcomes import NotThere, Observation, Unreadable
from workprint.states import RenderState

GROUP = Group("states")
#: Seconds: longer than any check.
LONG = 120.0
#: What ends a task before it runs.
_IN_QUEUE = (FaultName.EXPIRED_TASK, FaultName.CANCELLED_BY_PROVIDER)


async def waiting(case: Case) -> str:
    """A task that stays in the provider's queue; where no task can be held there, one that is said to be back in it."""
    await case.fault("never_ends", hold=LONG)
    for fault in _IN_QUEUE:
        await case.fault(fault)
    if any(strikes(case.subject, fault) for fault in _IN_QUEUE):
        return (await case.ordered()).task_id
    await case.fault("status_backwards", polls=0)
    return await running(case)


async def running(case: Case) -> str:
    """A task that runs, and does not end."""
    await case.fault("never_ends", hold=LONG)
    task_id = (await case.ordered()).task_id
    await case.until(task_id, RenderState.PROCESSING)
    return task_id


@GROUP.check("排队中的任务显示为 queued。")
async def queued(case: Case) -> None:
    """A task that waits is queued."""
    seen = await case.look(await waiting(case))
    expect(seen.state is RenderState.QUEUED, "queued", seen)


@GROUP.check("运行中的任务显示为 processing。")
async def processing(case: Case) -> None:
    """A task that runs is processing, and has no link."""
    seen = await case.look(await running(case))
    expect(seen.state is RenderState.PROCESSING and seen.link is None, "processing without a link", seen)


@GROUP.check("完成的任务为 succeeded，并带有可用链接。", live=True)
async def succeeded(case: Case) -> None:
    """A task that came out well has succeeded, with a usable link."""
    _, seen = await case.succeeded()
    expect(seen.link and seen.link.startswith("http"), "a link", seen.link)


@GROUP.check("失败的任务为 failed，并带有原因。")
async def failed(case: Case) -> None:
    """A task that failed has failed, with a reason."""
    await case.fault("failed_task")
    seen = await case.end((await case.ordered()).task_id)
    expect(seen.state is RenderState.FAILED and seen.failure, "failed with a reason", seen)


@GROUP.check("被供应商取消的任务为 cancelled。", CANCELLED)
async def cancelled(case: Case) -> None:
    """A task the provider cancelled is cancelled."""
    await case.fault("cancelled_by_provider")
    seen = await case.end((await case.ordered()).task_id)
    expect(seen.state is RenderState.CANCELLED, "cancelled", seen)


@GROUP.check("排队超时的任务为 expired。", EXPIRED)
async def expired(case: Case) -> None:
    """A task that waited too long is expired, and says so."""
    await case.fault("expired_task")
    seen = await case.end((await case.ordered()).task_id)
    kind = seen.failure.kind if seen.failure else None
    expect([seen.state, kind] == [RenderState.EXPIRED, FailureKind.QUEUE_TIMEOUT], "expired: queue_timeout", seen)


@GROUP.check("未知状态既不是结束也不是成功。")
async def unknown_word(case: Case) -> None:
    """A status nobody documented is neither an end nor a success; the task is asked for again and ends well."""
    await case.fault("unknown_status", polls=1)
    order = await case.ordered()
    seen = await case.look(order.task_id)
    expect(seen.state is None and seen.link is None, "no state", seen)
    expect((await case.end(order.task_id)).state is RenderState.SUCCEEDED, "succeeded", seen)


@GROUP.check("状态倒退时仍如实读取。")
async def backwards(case: Case) -> None:
    """A status that goes back is read as it is said, and the task ends all the same."""
    await case.fault("status_backwards", polls=2)
    await case.fault("never_ends", hold=1.0)
    task_id = (await case.ordered()).task_id
    await case.until(task_id, RenderState.PROCESSING)
    seen = await case.look(task_id)
    expect(seen.state is RenderState.QUEUED, "queued once more", seen)
    expect((await case.end(task_id)).state is RenderState.SUCCEEDED, "succeeded", seen)


@GROUP.check("没有可用链接的成功视为供应商失败。", striking(FaultName.COMPLETED_WITHOUT_LINK))
async def success_without_link(case: Case) -> None:
    """Success without a usable link is a failure of the provider."""
    await case.fault("completed_without_link")
    seen = await case.end((await case.ordered()).task_id)
    kind = seen.failure.kind if seen.failure else None
    expect([seen.state, kind] == [RenderState.FAILED, FailureKind.UPSTREAM], "failed: upstream", seen)


@GROUP.check("状态为完成但结果为错误的任务视为失败。", striking(FaultName.COMPLETED_BUT_FAILED))
async def completed_but_failed(case: Case) -> None:
    """A task whose status says that it is done, and whose result says no, has failed."""
    await case.fault("completed_but_failed")
    seen = await case.end((await case.ordered()).task_id)
    expect(seen.state is RenderState.FAILED and seen.failure, "failed with a reason", seen)


@GROUP.check("未知编号的查询结果是“不存在”。", live=True)
async def unknown_id(case: Case) -> None:
    """An id nobody gave is not there."""
    known = (await case.film()).task_id
    answer = await case.check(_altered(known))
    expect(isinstance(answer, NotThere), "not there", answer)


@GROUP.check("短暂的 404 之后任务仍可查到。")
async def flapping(case: Case) -> None:
    """A known task that is denied once is only "not there" for now: the next answer tells of it again."""
    await case.fault("flapping", polls=1)
    order = await case.ordered()
    first = await case.check(order.task_id)
    expect(isinstance(first, NotThere | Unreadable), "not there, or unreadable", first)
    await case.look(order.task_id)


@GROUP.check("一次查询多个任务时，每个任务都有答案。", BATCH)
async def many(case: Case) -> None:
    """One question about several tasks has an answer for each, also for one that is not there."""
    ids = [(await case.ordered()).task_id for _ in range(3)]
    stranger = _altered(ids[0])
    answers = await case.provider.check_many([*ids, stranger])
    told = {task_id for task_id, answer in answers.items() if isinstance(answer, Observation)}
    expect(told == set(ids), f"the tasks {ids}", sorted(told))
    expect(isinstance(answers.get(stranger), NotThere), f"{stranger} is not there", answers.get(stranger))


def _altered(task_id: str) -> str:
    """An id of the same form that nobody gave: its last digits or letters turned."""
    turned = task_id[-6:].translate(str.maketrans("0123456789abcdef", "1234567890bcdefa"))
    return task_id[:-6] + turned
