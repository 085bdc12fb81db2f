"""Answering the gate. The answer is checked against the ledger first: the run would only ask again, seconds later."""

from typing import TYPE_CHECKING, Any

from deployments.cli.boards import board_in
from deployments.cli.prefect_api import Run, resume
from workprint.approval import Answer, problems_of
from workprint.errors import InputError
from workprint.problems import Problem, refuse

if TYPE_CHECKING:
    from blocks.ledger import Ledger


async def answer(ledger: "Ledger", run: Run, form: dict[str, Any]) -> None:
    """Send the answer. Raises `InputError`: the run does not wait, or the answer does not fit what it asks about."""
    if not run.waiting:
        problem = Problem(f"run {run.name}", f"is {run.state}", "only a run that waits at its gate can be answered")
        raise InputError([problem])
    board = board_in(await ledger.find(run.id), run.id)
    if board is not None:
        pending = [variant.name for variant in board.waiting]
        refuse(problems_of(_answer(form), pending=pending, approvers=board.plan.brief.approvers))
    await resume(run, form)


def form_values(
    decision: str, *, who: str, note: str, variants: list[str] | None = None, prompt: str = ""
) -> dict[str, Any]:
    """The gate's form as Prefect takes it."""
    return {"decision": decision, "variants": variants or [], "prompt": prompt, "approver": who, "note": note}


def _answer(form: dict[str, Any]) -> Answer:
    return Answer(form["decision"], tuple(form["variants"]), form["prompt"], form["approver"], form["note"])
