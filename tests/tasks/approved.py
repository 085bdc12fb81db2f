"""A final that a person has said yes to, one step before it is paid, and ways to change what was agreed."""

import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tasks import submit
from tasks.board import board_of
from tasks.gates import Heard, hear, open_gate
from tasks.house import House
from tasks.voting import Ballot, ballots_of, cast, typed
from tests.blocks.ledger.making import film
from tests.media import make_video
from tests.tasks.orders import draft_order
from workprint import keys
from workprint.approval import Answer
from workprint.board import Board
from workprint.deciding import Cast
from workprint.plan import Plan
from workprint.policy import Channel
from workprint.render import Approval, Change, Render, Source
from workprint.spec import canonical_sha256
from workprint.states import RenderState
from workprint.votes import Voter

BEN = "ben@example.com"
YES = Answer("approve_all", (), "", BEN, "go")


async def heard(house: House, board: Board, answer: Answer = YES, key: str = "answer") -> Heard:
    """What came of an answer in Prefect's form."""
    gate = await open_gate(house, board)
    found: Heard = await hear.fn(house, board, gate, answer, key)
    return found


async def voted(house: House, plan: Plan, who: Voter, nonce: str = "", **said: Ballot) -> Cast:
    """What came of one person's votes; without any, a yes to everything."""
    board = await board_of(house, plan)
    gate = await open_gate(house, board)
    ballots = said or ballots_of(board, replace(YES, approver=who.name))
    return await cast(house.ledger, board, gate, ballots, who, nonce=nonce)


async def draft_in_the_bucket(house: House, plan: Plan, folder: Path) -> Render:
    """The campaign's first draft, paid and archived, with a real film behind it."""
    order = await draft_order(house, plan)
    render = await submit.claim(house, order)
    path = make_video(folder / "draft.mp4", 1)
    landed = await house.bucket.put(keys.landing(render), path.read_bytes(), "video/mp4")
    there = replace(film(render, keys.landing(render)), sha256=landed.sha256, size=landed.size, etag=landed.etag)
    done = await house.watcher.wait(await submit.submitted(house, render))
    step = Change(done.id, done.state, RenderState.ARCHIVED, Source.ARCHIVE, "test")
    return await house.ledger.change(step, asset=there)


@dataclass(frozen=True)
class Approved:
    """A final that is claimed and not yet sent."""

    house: House
    plan: Plan
    approval: Approval
    final: Render
    database: Path

    @classmethod
    async def at(cls, house: House, plan: Plan, folder: Path) -> "Approved":
        """Draft, gate, a yes typed at a terminal, and the order."""
        await draft_in_the_bucket(house, plan, folder)
        board = await board_of(house, plan)
        gate = await open_gate(house, board)
        who = typed(gate, BEN, Channel.CLI)
        await cast(house.ledger, board, gate, ballots_of(board, YES), who)
        ((variant, approval),) = (await board_of(house, plan)).approved
        final = await submit.claim(house, (await board_of(house, plan)).final_order(variant, approval))
        return cls(house, plan, approval, final, folder / "ledger.db")

    async def sent(self) -> Render:
        """The final past its submit."""
        return await submit.submitted(self.house, await self.house.ledger.get(self.final.id))

    def sql(self, statement: str, *values: Any) -> None:
        """What somebody with the database at hand could do, who knows how to drop a trigger."""
        with closing(sqlite3.connect(self.database, isolation_level=None)) as file:
            triggers = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
            for name in triggers:
                file.execute(f"DROP TRIGGER {name}")
            file.execute(statement, values)

    def forge(self, **fields: Any) -> None:
        """Other evidence, sealed anew as if it had been so from the beginning."""
        bound = json.loads(self.approval.evidence or "") | fields
        text = json.dumps(bound, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        row = (text, canonical_sha256(bound), self.approval.id)
        self.sql("UPDATE approvals SET evidence = ?, covers = ? WHERE id = ?", *row)


Edit = Callable[[Approved], Awaitable[None]]


def votes_of(approved: Approved) -> list[dict[str, Any]]:
    """Who said yes, as the evidence has it."""
    return list(json.loads(approved.approval.evidence or "")["approvers"])
