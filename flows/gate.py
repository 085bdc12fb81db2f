"""The gate: the run suspends, holding no process, until people have decided: in the screening room, in the Prefect UI,
at a terminal or by API. What they decide stands in the ledger; the run's own form is one way to say it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Annotated, Any, Literal

from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput, keyset_from_base_key
from prefect.input.actions import afilter_flow_run_input
from pydantic import Field, create_model

from tasks import telling
from tasks.gates import Heard, hear, open_gate
from tasks.house import House
from tasks.preview import previews
from tasks.retrying import unseen
from workprint.approval import Answer
from workprint.board import Board

#: Prefect fails a run that waited too long. Rescue closes the gate before that, with a word on record.
GRACE = timedelta(hours=1)

Choice = Literal["approve_all", "approve_some", "reject", "revise", "draft_again", "recorded"]
Words = Annotated[str, Field(min_length=1, max_length=500)]


class GateForm(RunInput):
    """What an approver fills in. Prefect checks the shape before it resumes the run."""

    decision: Choice = Field(
        description="approve_all / approve_some (the rest is rejected) / reject / revise (a new take with other words) "
        "/ draft_again (a new take with the same words) / recorded (decided in the screening room) "
        "· 全部通过 / 部分通过 / 拒绝 / 修改 / 重拍样片 / 已在审片室决定"
    )
    variants: list[str] = Field(
        default_factory=list,
        description="Names, for approve_some, revise, draft_again, or to reject only these · 变体名称",
    )
    prompt: str = Field(
        default="", max_length=2000, description="For revise: what the next take should show · 修改后的提示词"
    )
    approver: Words = Field(description="Your name; it goes on record · 审批人")
    note: Words = Field(description="Why; it goes on record · 备注")


async def ask(house: House, board: Board) -> None:
    """Until something is decided about the variants that wait. Suspends the run as long as people are missing.

    Previews are only made when a question is asked. The key of a question is that of its gate in the ledger, so that a
    run that starts again from the top finds the answer it was resumed with.
    """
    gate = await open_gate(house, board)
    heard = Heard()
    for attempt in count():
        # Prefect takes no underscore in a key.
        key = f"{gate.id.replace('_', '-')}-{attempt}"
        asked, filled = await _kept(gate.variants, key)
        if not asked:
            story = await previews(house, unseen(board), gate)
            await telling.opened(house, board, gate)
            form = form_for(gate.variants, _with(heard, story))
            filled = await _suspended(form, key, gate.deadline - datetime.now(UTC) + GRACE)
        if filled is None:
            continue
        heard = await hear(house, unseen(board), gate, _answer(filled), key)
        if heard.enough:
            return


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
    seconds = max(60, int(patience.total_seconds()))
    suspending: Any = suspend_flow_run(wait_for_input=form, key=key, timeout=seconds)
    filled: GateForm = await suspending
    return filled


def _answer(form: GateForm) -> Answer:
    return Answer(form.decision, tuple(form.variants), form.prompt.strip(), form.approver.strip(), form.note.strip())


def _with(heard: Heard, story: str) -> str:
    """What was wrong with the answer before, or who is still missing, above the form."""
    if heard.problems:
        lines = "\n".join(f"- **{p.path}** {p.rule}: {p.fix} · {p.zh}" for p in heard.problems)
        return f"### Please answer again · 请重新填写\n{lines}\n\n{story}"
    if heard.notes:
        lines = "\n".join(f"- {note}" for note in heard.notes)
        return f"### On record; somebody is still missing · 已记录，仍需其他人审批\n{lines}\n\n{story}"
    return story
