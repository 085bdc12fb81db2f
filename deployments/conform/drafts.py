"""From the cheap copy to the final."""

from dataclasses import replace

from deployments.conform.case import Case, expect
from deployments.conform.check import Group
from deployments.conform.errors import refused
from deployments.conform.needs import EMULATED, FINAL, NATIVE
from deployments.conform.specs import final_of
from deployments.conform.states import running
from workprint.errors import Deviation, InputError
from workprint.failures import FailureKind
from workprint.recovery import contradictions
from workprint.states import RenderState

GROUP = Group("drafts")


@GROUP.check("由供应商自己的草稿生成成片。", NATIVE, FINAL, live=True)
async def native_final(case: Case) -> None:
    """A final is made from the provider's own draft, and comes out well."""
    order, _ = await case.succeeded()
    spec = final_of(order.spec, case.subject.facts)
    final = await case.ordered(spec, draft_task_id=order.task_id)
    seen = await case.end(final.task_id)
    expect(seen.state is RenderState.SUCCEEDED, "succeeded", seen)
    wrong = contradictions(case.lost(replace(final, spec=spec)), seen, order.task_id)
    expect(not wrong, "the final that was asked for", "; ".join(wrong))


@GROUP.check("没有草稿的原生成片在发送前被拒绝。", NATIVE)
async def without_draft(case: Case) -> None:
    """A native final without a draft is refused before anything is sent."""
    order = case.new(final_of(case.spec(), case.subject.facts))
    try:
        answer = await case.submit(order)
    except InputError:
        return
    raise Deviation("an InputError", str(answer)[:200])


@GROUP.check("未知草稿的成片被拒绝（parameters）。", NATIVE)
async def unknown_draft(case: Case) -> None:
    """A final of a draft nobody knows is refused as wrong parameters."""
    order = case.new(final_of(case.spec(), case.subject.facts))
    refused(await case.submit(order, draft_task_id="workprint-conform-0"), FailureKind.PARAMETERS)


@GROUP.check("未完成草稿的成片被拒绝（parameters）。", NATIVE)
async def unfinished_draft(case: Case) -> None:
    """A final of a draft that is not done is refused as wrong parameters."""
    draft = await running(case)
    order = case.new(final_of(case.spec(), case.subject.facts))
    refused(await case.submit(order, draft_task_id=draft), FailureKind.PARAMETERS)


@GROUP.check("无原生草稿时，以相同输入生成成片。", EMULATED, FINAL, live=True)
async def emulated_final(case: Case) -> None:
    """Without a native draft the final is the same order at the final's resolution, and comes out well."""
    final = await case.ordered(final_of(case.spec(), case.subject.facts))
    seen = await case.end(final.task_id)
    expect(seen.state is RenderState.SUCCEEDED, "succeeded", seen)
    wrong = contradictions(case.lost(final), seen)
    expect(not wrong, "the final that was asked for", "; ".join(wrong))
