"""Every class of error, from the provider's own words."""

from pydantic import SecretStr

from deployments.conform.case import Case, expect
from deployments.conform.check import Group
from deployments.conform.loopback import free_address
from deployments.conform.needs import striking
from deployments.conform.subject import quick
from deployments.sandbox.fault_table import FaultName
from workprint.errors import InputError
from workprint.failures import FailureKind
from workprint.outcomes import Accepted, Refused, Submitted, Unreadable
from workprint.spec import Spec
from workprint.states import RenderState

GROUP = Group("errors")
_K = FailureKind
#: Seconds: no model makes a film that long.
_TOO_LONG = 3600
#: Looks like a key and is none.
WRONG_KEY = "conform-" + "wrong-key-" * 3


def refused(answer: Submitted, kind: FailureKind) -> Refused:
    """The refusal, of this class. Raises `Deviation`."""
    expect(isinstance(answer, Refused) and answer.failure.kind is kind, f"refused: {kind}", answer)
    assert isinstance(answer, Refused)  # noqa: S101 - just proven
    return answer


async def _nothing_made(case: Case) -> None:
    if not case.subject.live:
        made = await case.truth()
        expect(not made, "no task", f"{len(made)} tasks")


@GROUP.check("未知模型被拒绝（parameters），不创建任务。", live=True)
async def parameters(case: Case) -> None:
    """A model nobody sells is refused, by the provider as wrong parameters or by us before it is sent."""
    await _refused_either_way(case, case.spec(model="workprint-conform-no-such-model"))


@GROUP.check("不支持的时长被拒绝（parameters），不创建任务。")
async def too_long(case: Case) -> None:
    """A film longer than the model makes is refused, by the provider as wrong parameters or by us before it is sent."""
    await _refused_either_way(case, case.spec(duration=_TOO_LONG))


@GROUP.check("错误的密钥被拒绝（auth），不创建任务。", live=True)
async def auth(case: Case) -> None:
    """A wrong key is refused as such, at the submit and at a question, and nothing is made."""
    async with quick(case.subject.account, api_key=SecretStr(WRONG_KEY)) as stranger:
        refused(await case.submit(case.new(), provider=stranger), _K.AUTH)
        await _nothing_made(case)
        answer = await stranger.check((await case.film()).task_id)
    expect(isinstance(answer, Unreadable) and answer.failure.kind is _K.AUTH, "unreadable: auth", answer)


@GROUP.check("欠费的账户被拒绝（quota），不创建任务。", striking(FaultName.OVERDUE_ACCOUNT))
async def quota(case: Case) -> None:
    """An account without balance is refused as quota, and nothing is made."""
    await case.fault("overdue_account")
    refused(await case.submit(case.new()), _K.QUOTA)
    await _nothing_made(case)


@GROUP.check("限流被拒绝（rate_limit），并读取等待时间。")
async def rate_limit(case: Case) -> None:
    """Too many requests are refused as such, with the provider's waiting time, and nothing is made."""
    await case.fault("too_many_requests", retry_after=7)
    answer = refused(await case.submit(case.new()), _K.RATE_LIMIT)
    expect(answer.failure.retry_after == 7.0, "7 seconds", answer.failure.retry_after)
    await _nothing_made(case)


@GROUP.check("状态码为 200 的错误内容不会被当作任务。")
async def error_in_200(case: Case) -> None:
    """An error inside a 200 is no task."""
    await case.fault("ok_with_error_body")
    answer = await case.submit(case.new())
    expect(not isinstance(answer, Accepted), "not accepted", answer)
    await _nothing_made(case)


@GROUP.check("违规提示词在提交时被拒绝（content_policy）。")
async def content_at_submit(case: Case) -> None:
    """A prompt the provider's policy stops is refused as such, and nothing is made."""
    refused(await case.submit(case.new(case.spec(prompt=f"{case.prompt}, gore"))), _K.CONTENT_POLICY)
    await _nothing_made(case)


@GROUP.check("成片违规的任务失败（content_policy）。")
async def content_at_end(case: Case) -> None:
    """A film the provider's policy stops fails as such."""
    await _fails_as(case, "content_rejected", _K.CONTENT_POLICY)


@GROUP.check("模型出错的任务失败（upstream）。")
async def upstream(case: Case) -> None:
    """A task the provider's model broke fails as upstream."""
    await _fails_as(case, "failed_task", _K.UPSTREAM)


@GROUP.check("无法连接时确认没有发送（network）。")
async def network(case: Case) -> None:
    """Where nobody listens, the submit is refused as network: nothing was sent."""
    async with quick(case.subject.account, base_url=await free_address()) as nowhere:
        refused(await case.submit(case.new(), provider=nowhere), _K.NETWORK)
        answer = await nowhere.check("workprint-conform-0")
    expect(isinstance(answer, Unreadable) and answer.failure.kind is _K.NETWORK, "unreadable: network", answer)


@GROUP.check("查询遇到 500 时没有结论，稍后再问。")
async def poll_error(case: Case) -> None:
    """A 500 to a question says nothing about the task."""
    await _says_nothing(case, "poll_error")


@GROUP.check("查询遇到网页时没有结论，稍后再问。")
async def poll_garbled(case: Case) -> None:
    """A web page in place of an answer says nothing about the task."""
    await _says_nothing(case, "garbled_poll")


@GROUP.check("查询被限流时没有结论，并读取等待时间。")
async def poll_storm(case: Case) -> None:
    """A question that was one too many says nothing about the task but how long to wait."""
    answer = await _says_nothing(case, "poll_storm", retry_after=3)
    told = [answer.failure.kind, answer.failure.retry_after]
    expect(told == [_K.RATE_LIMIT, 3.0], "rate_limit, 3 seconds", answer)


async def _refused_either_way(case: Case, spec: Spec) -> None:
    try:
        answer = await case.submit(case.new(spec))
    except InputError:
        return
    refused(answer, _K.PARAMETERS)
    await _nothing_made(case)


async def _fails_as(case: Case, fault: str, kind: FailureKind) -> None:
    await case.fault(fault)
    seen = await case.end((await case.ordered()).task_id)
    got = [seen.state, seen.failure.kind if seen.failure else None]
    expect(got == [RenderState.FAILED, kind], f"failed: {kind}", seen)


async def _says_nothing(case: Case, fault: str, **settings: int) -> Unreadable:
    await case.fault(fault, polls=1, **settings)
    order = await case.ordered()
    answer = await case.check(order.task_id)
    expect(isinstance(answer, Unreadable), "unreadable", answer)
    assert isinstance(answer, Unreadable)  # noqa: S101 - just proven
    expect((await case.end(order.task_id)).state is RenderState.SUCCEEDED, "succeeded afterwards", answer)
    return answer
