"""The gate: the run suspends, holding no process, until a person answers the form: in the Prefect UI, by CLI or API."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Annotated, Any, Literal

from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput, keyset_from_base_key
from prefect.input.actions import afilter_flow_run_input
from pydantic import Field, create_model

from tasks.words import revision_problems
from workprint.approval import Answer, problems_of
from workprint.board import Board
from workprint.problems import Problem
from workprint.spec import canonical_sha256

#: Prefect fails a run that waited too long. Rescue closes the gate before that, with a word on record.
GRACE = timedelta(hours=1)

Choice = Literal["approve_all", "approve_some", "reject", "revise"]
Words = Annotated[str, Field(min_length=1, max_length=500)]


class GateForm(RunInput):
    """What an approver fills in. Prefect checks the shape before it resumes the run."""

    decision: Choice = Field(
        description="approve_all / approve_some (the rest is rejected) / reject / revise (a new take) "
        "· 全部通过 / 部分通过 / 拒绝 / 修改"
    )
    variants: list[str] = Field(
        default_factory=list, description="Names, for approve_some, revise, or to reject only these · 变体名称"
    )
    prompt: str = Field(
        default="", max_length=2000, description="For revise: what the next take should show · 修改后的提示词"
    )
    approver: Words = Field(description="Your name; it goes on record · 审批人")
    note: Words = Field(description="Why; it goes on record · 备注")


async def ask(
    board: Board, story: Callable[[], Awaitable[str]], opened: Callable[[str, datetime], Awaitable[object]]
) -> Answer:
    """The person's answer about the variants that wait. Suspends the run until there is a good one.

    `story` makes the markdown above the form; it is only made when a question is asked. `opened` is told the key of
    the question and its deadline, after which rescue denies. The key is made of what is asked about, so that a run that
    starts again from the top finds the answer it was resumed with.
    """
    brief, names = board.plan.brief, [variant.name for variant in board.waiting]
    round_ = canonical_sha256([[variant.name, variant.take] for variant in board.waiting])[:16]
    problems: Sequence[Problem] = ()
    for attempt in count():
        key = f"gate-{round_}-{attempt}"
        asked, filled = await _kept(names, key)
        if not asked:
            form = form_for(names, _with(problems, await story()))
            patience = timedelta(hours=brief.gate_timeout_hours)
            await opened(key, datetime.now(UTC) + patience)
            filled = await _suspended(form, key, patience + GRACE)
        if filled is None:
            continue
        answer = _answer(filled)
        problems = _problems(board, answer)
        if not problems:
            return answer
    raise AssertionError("unreachable: count() has no end")  # pragma: no cover


def form_for(names: Sequence[str], description: str) -> type[GateForm]:
    """The form with these variants to choose from and this text above it."""
    choices: Any = Literal[tuple(names)]
    field: Any = Field(default_factory=list, description=GateForm.model_fields["variants"].description)
    model = create_model("GateForm", __base__=GateForm, variants=(list[choices], field))
    return model.with_initial_data(description=description)


async def _kept(names: Sequence[str], key: str) -> tuple[bool, GateForm | None]:
    """Whether this was asked before, and the answer: None when the gate timed out, or its process died.

    Prefect keeps one form under a key for ever, and whether it suspends for that key again depends on how the run was
    started again. So a stored answer is looked for first, and a new question gets a new key.
    """
    keys = keyset_from_base_key(f"suspended-{key}")
    finding: Any = afilter_flow_run_input(f"suspended-{key}-", limit=len(keys))
    kept = {stored.key for stored in await finding}
    if keys["response"] in kept:
        return True, await form_for(names, "").aload(keys)
    return bool(kept), None


async def _suspended(form: type[GateForm], key: str, patience: timedelta) -> GateForm:
    """Ask: this ends the process, and a later pass finds the answer under the key."""
    suspending: Any = suspend_flow_run(wait_for_input=form, key=key, timeout=int(patience.total_seconds()))
    filled: GateForm = await suspending
    return filled


def _problems(board: Board, answer: Answer) -> Sequence[Problem]:
    names = [variant.name for variant in board.waiting]
    answered = problems_of(answer, pending=names, approvers=board.plan.brief.approvers)
    return [*answered, *revision_problems(board, answer)]


def _answer(form: GateForm) -> Answer:
    return Answer(form.decision, tuple(form.variants), form.prompt.strip(), form.approver.strip(), form.note.strip())


def _with(problems: Sequence[Problem], story: str) -> str:
    if not problems:
        return story
    lines = "\n".join(f"- **{p.path}** {p.rule}: {p.fix} · {p.zh}" for p in problems)
    return f"### Please answer again · 请重新填写\n{lines}\n\n{story}"
