"""Callbacks: they name a task and nothing of them is believed; signatures are checked."""

import json
from datetime import UTC, datetime, timedelta

from deployments.conform.case import Case, expect
from deployments.conform.check import Group
from deployments.conform.loopback import Heard
from deployments.conform.needs import CALLBACKS, CHALLENGE, SIGNED, striking
from deployments.conform.states import LONG
from deployments.sandbox.fault_table import FaultName
from workprint.outcomes import Observation
from workprint.signatures.verifying import Verdict, verify
from workprint.states import RenderState

GROUP = Group("callbacks")
_F = FaultName
_DUPLICATES = 3


def _judged(case: Case, one: Heard, body: bytes | None = None, late: timedelta = timedelta()) -> Verdict:
    """What our desk makes of the signature: of this body, or of another one, now or later."""
    subject = case.subject
    content = one.body if body is None else body
    return verify(subject.language.signature, subject.keys, one.headers, content, datetime.now(UTC) + late)


async def _last_word(case: Case) -> tuple[str, Heard]:
    """A task that succeeded, and a callback that names it."""
    order = await case.ordered(callback_url=case.callback_url)
    await case.end(order.task_id)
    return order.task_id, (await case.naming(order.task_id))[-1]


@GROUP.check("任务结束时收到回调，并指明任务。", CALLBACKS)
async def delivered(case: Case) -> None:
    """The end of a task is called back, and the callback names the task."""
    await _last_word(case)


@GROUP.check("早于提交回答的回调指明同一任务。", CALLBACKS, striking(_F.CALLBACK_EARLY))
async def early(case: Case) -> None:
    """A callback that comes before the submit is answered names the same task."""
    await case.fault(_F.CALLBACK_EARLY)
    order = await case.ordered(callback_url=case.callback_url)
    before = [name for name in map(case.name_in, case.heard()) if name]
    expect(before[:1] == [order.task_id], f"a callback about {order.task_id}", before)


@GROUP.check("重复的回调指明同一任务，且不产生新任务或费用。", CALLBACKS)
async def duplicate(case: Case) -> None:
    """A callback that comes several times names one task, and nothing more is made or charged."""
    await case.fault(_F.CALLBACK_DUPLICATE)
    order = await case.ordered(callback_url=case.callback_url)
    await case.end(order.task_id)
    await case.naming(order.task_id, _DUPLICATES)
    names = {name for name in map(case.name_in, case.heard()) if name}
    made = await case.truth()
    expect(names == {order.task_id} and len(made) == 1, f"only {order.task_id}", [names, made])


@GROUP.check("发往错误地址的伪造回调被拒绝（404）。", CALLBACKS)
async def forged(case: Case) -> None:
    """A callback to an address that is nobody's is answered 404: the token is what we know the sender by."""
    await case.fault(_F.CALLBACK_FORGED)
    order = await case.ordered(callback_url=case.callback_url)
    await case.naming(order.task_id)
    strangers = await case.strangers(order.task_id)
    expect(all(one.status == 404 for one in strangers), "404", [one.status for one in strangers])


@GROUP.check("谎报完成的回调不改变状态：以查询为准。", CALLBACKS)
async def lying(case: Case) -> None:
    """A callback that claims an end which has not come changes nothing: the provider's own answer counts."""
    await case.fault(_F.CALLBACK_LYING)
    await case.fault(_F.NEVER_ENDS, hold=LONG)
    order = await case.ordered(callback_url=case.callback_url)
    await case.naming(order.task_id)
    seen = await case.until(order.task_id, RenderState.PROCESSING)
    expect(seen.link is None, "processing, without the link of the lie", seen)


@GROUP.check("指向未知任务的回调得不到确认。", CALLBACKS)
async def unknown_id(case: Case) -> None:
    """A callback about a task that does not exist is not confirmed."""
    await case.fault(_F.CALLBACK_UNKNOWN_ID)
    order = await case.ordered(callback_url=case.callback_url)
    named = await case.named()
    answer = await case.check(named)
    expect(named != order.task_id and not isinstance(answer, Observation), "a task nobody knows", answer)


@GROUP.check("残缺的回调不指明任何任务，也不报错。", CALLBACKS)
async def malformed(case: Case) -> None:
    """A callback that breaks off names nothing, and breaks nothing."""
    await case.fault(_F.CALLBACK_MALFORMED)
    order = await case.ordered(callback_url=case.callback_url)
    seen = await case.end(order.task_id)
    broken = await case.until_called(lambda: [one for one in case.heard() if not _readable(one.body)], 1, "half a one")
    names = {case.name_in(one) for one in broken}
    expect(names == {""}, "no name", names)
    expect(seen.state is RenderState.SUCCEEDED, "succeeded all the same", seen)


@GROUP.check("供应商的签名通过校验。", CALLBACKS, SIGNED)
async def signed(case: Case) -> None:
    """The provider's signature is found valid."""
    _, one = await _last_word(case)
    verdict = _judged(case, one)
    expect(verdict is Verdict.VALID, "valid", verdict)


@GROUP.check("被篡改的内容签名不符。", CALLBACKS, SIGNED)
async def tampered(case: Case) -> None:
    """The same signature over another body is wrong."""
    _, one = await _last_word(case)
    verdict = _judged(case, one, one.body.replace(b"{", b"{ ", 1))
    expect(verdict is Verdict.WRONG, "wrong", verdict)


@GROUP.check("重放的旧回调被拒绝。", CALLBACKS, SIGNED)
async def replayed(case: Case) -> None:
    """A callback that is sent again ten minutes later is too old."""
    _, one = await _last_word(case)
    verdict = _judged(case, one, late=timedelta(minutes=10))
    expect(verdict is Verdict.TOO_OLD, "too old", verdict)


@GROUP.check("用他人密钥签名的回调被拒绝。", CALLBACKS, SIGNED)
async def bad_signature(case: Case) -> None:
    """A callback signed with somebody else's key is refused."""
    await case.fault(_F.CALLBACK_BAD_SIGNATURE)
    order = await case.ordered(callback_url=case.callback_url)
    await case.end(order.task_id)
    verdicts = {_judged(case, one) for one in await case.called()}
    expect(not any(verdict.fits for verdict in verdicts), "refused", verdicts)


@GROUP.check("回调地址验证：原样返回验证字符串。", CALLBACKS, CHALLENGE)
async def challenged(case: Case) -> None:
    """The provider's challenge is said back, and only then callbacks come."""
    await _last_word(case)
    first = case.heard()[0]
    expect(b"challenge" in first.body and first.status == 200, "a challenge first", first.body[:200])


def _readable(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True
