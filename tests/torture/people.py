"""Who answers a gate: one person, or two in the same moment, by Prefect's API or the command line's way, or rescue."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from deployments.cli import gate, prefect_api
from workprint.errors import InputError

APPROVERS = ["ben@example.com", "eve@example.com"]
#: No person: the gate is past its time, and rescue says no.
DEADLINE = "deadline"
_WORDS = {"approve": "approve_all", "reject": "reject"}


async def answer(lane: Any, run_id: str, words: str) -> int:
    """Answer with all of these at once, such as `approve, CLI reject`; returns how many came.

    Prefect takes one answer; whoever comes second is told so. Raises what is no such refusal.
    """
    each = words.split(", ")
    answers = [_one(lane, run_id, word, who) for word, who in zip(each, APPROVERS, strict=False)]
    ends = await asyncio.gather(*answers, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, InputError):
            raise end
    if all(isinstance(end, InputError) for end in ends):
        raise RuntimeError(f"nobody's answer was taken: {ends}")
    return len(each)


async def _one(lane: Any, run_id: str, word: str, who: str) -> None:
    if word == DEADLINE:
        return await lane.rescuer.run_pass()
    run = await prefect_api.read_run(run_id)
    form = gate.form_values(_WORDS[word.removeprefix("CLI ")], who=who, note="looks right")
    sending: Awaitable[None] = (
        gate.answer(lane.ledger, run, form) if word.startswith("CLI ") else prefect_api.resume(run, form)
    )
    return await sending
