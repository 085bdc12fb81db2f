"""Answering the gate at the terminal: the votes are put on record first, then the run is woken."""

import secrets
from typing import TYPE_CHECKING, Any

from deployments.boards import board_in
from deployments.cli.prefect_api import Run
from workprint.approval import Answer, problems_of
from workprint.errors import InputError, StaleState
from workprint.problems import Problem, refuse

if TYPE_CHECKING:
    from blocks.ledger import Ledger
    from workprint.board import Board
    from workprint.deciding import Cast
    from workprint.gates import Gate


async def answer(ledger: "Ledger", run: Run, form: dict[str, Any]) -> "Cast":
    """Cast one vote a variant, and wake the run once something is decided.

    Raises `InputError`: the run does not wait, the answer does not fit what it asks about, this person may not say it,
    or somebody else was faster.
    """
    from tasks.voting import heard_by_run, wake

    if not run.waiting:
        problem = Problem(f"run {run.name}", f"is {run.state}", "only a run that waits at its gate can be answered")
        raise InputError([problem])
    outcome = await _cast(ledger, run, _answer(form))
    if heard_by_run(outcome):
        await wake(run.id, form["approver"], form["note"])
    refuse(_too_late(outcome))
    return outcome


async def _cast(ledger: "Ledger", run: Run, said: Answer) -> "Cast":
    from tasks.voting import ballots_of, cast, typed, who_problems
    from workprint.policy import Channel

    gate, board = await _asked(ledger, run)
    voter, ballots = typed(gate, said.approver, Channel.CLI), ballots_of(board, said)
    decisions = {ballot.decision for ballot in ballots.values()}
    refuse([*who_problems(board, gate, decisions, voter), *problems_of(said, gate.variants)])
    try:
        return await cast(ledger, board, gate, ballots, voter, nonce=secrets.token_hex(8))
    except StaleState as error:
        raise InputError([Problem(f"run {run.name}", str(error), "look at the run and answer again")]) from error


async def _asked(ledger: "Ledger", run: Run) -> "tuple[Gate, Board]":
    gate = await ledger.gates.current(run.id)
    board = board_in(await ledger.find(run.id), run.id, gate.offers if gate else ())
    if gate is None or board is None:
        fix = "wait a moment and try again, or answer in the Prefect UI"
        raise InputError([Problem(f"run {run.name}", "has no open gate on record", fix)])
    return gate, board


def _too_late(outcome: "Cast") -> list[Problem]:
    return [
        Problem(
            f"variants.{vote.variant}",
            f"{before.actor} has decided before ({before.decision}, {before.at:%Y-%m-%d %H:%M} UTC)",
            "look at the run: what was decided first stands",
            zh=f"{before.actor} 已先作出决定（{before.decision}）",
        )
        for vote, before in outcome.late
    ]


def form_values(
    decision: str, *, who: str, note: str, variants: list[str] | None = None, prompt: str = ""
) -> dict[str, Any]:
    """The gate's form as Prefect takes it."""
    return {"decision": decision, "variants": variants or [], "prompt": prompt, "approver": who, "note": note}


def _answer(form: dict[str, Any]) -> Answer:
    return Answer(form["decision"], tuple(form["variants"]), form["prompt"], form["approver"], form["note"])
