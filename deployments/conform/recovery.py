"""Submits that nobody answered: never called absent, found again where the provider can tell."""

from deployments.conform.case import Case, expect
from deployments.conform.check import Group
from deployments.conform.needs import CALLBACKS, LIST, NO_LIST, REFERENCE_LOST, TWINS, WHOLE_LIST, striking
from deployments.conform.orders import Order, same
from deployments.conform.subject import quick
from deployments.sandbox.fault_table import FaultName
from workprint.errors import Deviation, ProviderError
from workprint.outcomes import Unanswered
from workprint.recovery import Absent, Found, Recovered, Unknown

GROUP = Group("recovery")
#: Seconds: shorter than the server keeps us waiting, and enough for a busy machine to send a request.
_IMPATIENT = 2.0


async def _doubtful(case: Case, *, tasks: int) -> Order:
    """A submit whose answer proves nothing, of which so many tasks were made."""
    order = case.new()
    answer = await case.submit(order)
    expect(isinstance(answer, Unanswered), "unanswered: a task may exist", answer)
    made = await case.truth()
    expect(len(made) == tasks, f"{tasks} tasks at the provider", f"{len(made)} tasks")
    return order


@GROUP.check("提交超时后结果未知，任务可能存在。")
async def timed_out(case: Case) -> None:
    """A submit that timed out is unanswered; the task exists, once."""
    await case.fault("accept_then_timeout", hold=60)
    async with quick(case.subject.account, read_timeout=_IMPATIENT) as hasty:
        answer = await case.submit(case.new(), provider=hasty)
    expect(isinstance(answer, Unanswered), "unanswered", answer)
    expect(len(await case.truth()) == 1, "one task at the provider", len(await case.truth()))


@GROUP.check("单独的 500 不能证明任务没有创建。")
async def bare_500(case: Case) -> None:
    """A bare 500 is unanswered: this one came after the task was made."""
    await case.fault("server_error", created=True)
    await _doubtful(case, tasks=1)


@GROUP.check("网关 504 不能证明任务没有创建。")
async def gateway(case: Case) -> None:
    """A gateway's 504 is unanswered: this one came after the task was made."""
    await case.fault("gateway_timeout", created=True)
    await _doubtful(case, tasks=1)


@GROUP.check("中断的回答不能证明任务没有创建。")
async def cut(case: Case) -> None:
    """An answer that breaks off is unanswered."""
    await case.fault("cut_answer")
    await _doubtful(case, tasks=1)


@GROUP.check("没有编号的 200 结果未知。")
async def without_id(case: Case) -> None:
    """A success without an id is unanswered."""
    await case.fault("ok_without_id")
    await _doubtful(case, tasks=1)


@GROUP.check("网页形式的 200 结果未知。")
async def garbled(case: Case) -> None:
    """A web page in place of the answer is unanswered."""
    await case.fault("garbled_answer")
    await _doubtful(case, tasks=1)


@GROUP.check("连接被重置后结果未知，即使没有任务。")
async def reset(case: Case) -> None:
    """A connection that breaks without an answer is unanswered, though no task was made."""
    await case.fault("reset_before")
    await _doubtful(case, tasks=0)


@GROUP.check("丢失的提交可被找回，且是正确的任务。", LIST)
async def found(case: Case) -> None:
    """A lost submit is found again, as the very task that was made."""
    await case.fault("server_error", created=True)
    order = await _doubtful(case, tasks=1)
    (made,) = await case.truth()
    _found(await case.recovered(order), made["id"])


@GROUP.check("已知任务可通过列表或编号找到。", LIST, live=True)
async def listed(case: Case) -> None:
    """A task that was made is found by what recovery goes by: our id, our reference, or what was asked."""
    order = await case.film()
    answer = await case.recovered(order)
    if case.subject.live and isinstance(answer, Unknown):
        # A real account has tasks of others too: where nothing tells them apart, ours must be among those that fit.
        fitting = [task.task_id for task in answer.candidates]
        expect(order.task_id in fitting, f"{order.task_id} among those that fit", answer)
        return
    _found(answer, order.task_id)


@GROUP.check("未创建的任务被证实不存在。", LIST)
async def absent(case: Case) -> None:
    """A submit that made nothing is proven absent."""
    await case.fault("reset_before")
    answer = await case.recovered(await _doubtful(case, tasks=0))
    expect(isinstance(answer, Absent), "absent", answer)


@GROUP.check("列表不可读时绝不得出“不存在”的结论。", WHOLE_LIST, alone=True)
async def list_unreadable(case: Case) -> None:
    """A list that cannot be read never proves that a task is absent."""
    await case.fault("list_error", polls=1)
    order = await case.ordered()
    try:
        answer = await case.recovered(order)
    except ProviderError:
        _found(await case.recovered(order), order.task_id)
    else:
        raise Deviation("no answer", str(answer)[:400])


@GROUP.check("供应商时钟偏差一小时，任务也绝不视为不存在。", LIST, striking(FaultName.CLOCK_SKEW))
async def clock_skew(case: Case) -> None:
    """A task that a provider's wrong clock dates an hour back is never called absent."""
    await case.fault("clock_skew", polls=0)
    await case.fault("server_error", created=True)
    answer = await case.recovered(await _doubtful(case, tasks=1))
    expect(isinstance(answer, Found | Unknown), "found, or a person decides", answer)


@GROUP.check("编号丢失的任务交由人决定或按内容识别，绝不视为不存在。", REFERENCE_LOST)
async def reference_lost(case: Case) -> None:
    """A task whose reference a relay lost is taken by what was asked or put to a person, never called absent."""
    await case.fault("list_without_reference")
    await case.fault("server_error", created=True)
    answer = await case.recovered(await _doubtful(case, tasks=1))
    expect(isinstance(answer, Found | Unknown), "found, or a person decides", answer)


@GROUP.check("两个都符合的任务交由人决定。", TWINS)
async def twins(case: Case) -> None:
    """Of two tasks that fit a lost submit none is taken: a person decides, and sees both."""
    await case.ordered()
    await case.fault("server_error", created=True)
    order = case.new()
    await case.submit(order)
    answer = await case.recovered(order)
    fitting = {task.task_id for task in answer.candidates} if isinstance(answer, Unknown) else set()
    expect(fitting == {task["id"] for task in await case.truth()}, "both tasks, put to a person", answer)


@GROUP.check("无法查到的提交由人决定，绝不视为不存在。", NO_LIST)
async def person_decides(case: Case) -> None:
    """Where tasks cannot be found, a lost submit waits for a callback or a person; it is never called absent."""
    await case.fault("server_error", created=True)
    answer = await case.recovered(await _doubtful(case, tasks=1))
    expect(isinstance(answer, Unknown), "a person decides", answer)


@GROUP.check("回调可找回丢失的提交。", CALLBACKS)
async def healed_by_callback(case: Case) -> None:
    """A callback names the task of a submit that nobody answered, and the provider confirms it."""
    await case.fault("server_error", created=True)
    answer = await case.submit(case.new(), callback_url=case.callback_url)
    expect(isinstance(answer, Unanswered), "unanswered", answer)
    named = await case.named()
    (made,) = await case.truth()
    expect(same(named, made["id"]), made["id"], named)
    await case.look(named)


def _found(answer: Recovered, task_id: str) -> None:
    if not isinstance(answer, Found) or not same(answer.task.task_id, task_id):
        raise Deviation(f"task {task_id} is found", str(answer)[:400])
