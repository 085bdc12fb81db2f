"""Submitting: what is sent arrives, once."""

from dataclasses import replace

from deployments.conform.case import Case, expect
from deployments.conform.check import Group
from deployments.conform.needs import ECHOED, PICTURES, UNIQUE_ID
from deployments.conform.orders import same
from workprint.brief import InputType, Role
from workprint.outcomes import Accepted
from workprint.recovery import contradictions
from workprint.spec import FrozenReference

GROUP = Group("submit")
_ADDRESS = "https://media.example.com/first.png"


@GROUP.check("提交后返回任务编号，且该编号可以查询。", live=True)
async def accepted(case: Case) -> None:
    """A submit is answered with the id of a task, and that id can be asked for."""
    order = await case.film()
    seen = await case.look(order.task_id)
    expect(seen.task_id in {"", order.task_id}, f"task {order.task_id}", seen.task_id)


@GROUP.check("一次提交只创建一个任务。")
async def once(case: Case) -> None:
    """One submit makes one task."""
    order = await case.ordered()
    made = [task["id"] for task in await case.truth()]
    expect(len(made) == 1 and same(order.task_id, made[0]), f"just {order.task_id}", made)


@GROUP.check("中文、表情符号、引号和换行原样到达。")
async def unicode(case: Case) -> None:
    """Chinese, emoji, quotes and line ends arrive as they were written."""
    prompt = f'{case.prompt} 金属手表，指针转动 🎬 «"quoted"»\nsecond line \\ end'
    await case.ordered(case.spec(prompt=prompt))
    (task,) = await case.truth()
    expect(prompt in task["prompt"], prompt, task["prompt"])


@GROUP.check("参数原样到达：模型、时长、分辨率、画幅。")
async def settings(case: Case) -> None:
    """What the task was made with is what was asked for, as far as the provider says."""
    order = await case.ordered()
    seen = await case.end(order.task_id)
    wrong = contradictions(case.lost(order), seen)
    expect(not wrong, "nothing speaks against the order", "; ".join(wrong))


@GROUP.check("首帧图片以链接形式被接受。", PICTURES)
async def first_frame(case: Case) -> None:
    """A film from a first frame is taken in, with the picture as a link."""
    picture = FrozenReference(
        Role.FIRST_FRAME, "ab" * 32, "image/png", 1234, "references/first.png", "first.png", width=1280, height=720
    )
    spec = case.spec(input_type=InputType.IMAGE_TO_VIDEO, references=(picture,))
    await case.ordered(spec, media={picture.sha256: _ADDRESS})


@GROUP.check("供应商回显我们的编号。", ECHOED)
async def reference(case: Case) -> None:
    """Our reference comes back with the task."""
    order = await case.ordered()
    seen = await case.look(order.task_id)
    expect(seen.client_ref == order.client_ref, order.client_ref, seen.client_ref)


@GROUP.check("相同编号再次提交不会创建第二个任务。", UNIQUE_ID)
async def same_id_twice(case: Case) -> None:
    """The same order sent once more makes no second task."""
    first = await case.ordered()
    answer = await case.submit(replace(first, task_id=""))
    made = await case.truth()
    expect(len(made) == 1, "one task", f"{len(made)} tasks")
    expect(not isinstance(answer, Accepted) or answer.task_id == first.task_id, first.task_id, answer)


@GROUP.check("相同内容的两份订单是两个任务。")
async def two_orders(case: Case) -> None:
    """Two orders of the same content are two tasks: nothing is merged behind our back."""
    first, second = await case.ordered(), await case.ordered()
    expect(first.task_id != second.task_id, "two ids", first.task_id)


@GROUP.check("缓慢但完整的回答仍被接受。")
async def slow_answer(case: Case) -> None:
    """An answer that comes late, and whole, is an answer."""
    await case.fault("slow_answer", hold=0.5)
    await case.ordered()
