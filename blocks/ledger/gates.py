"""Gates in the ledger: what people are asked, their votes, and what these decide."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, cast

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import casting, reading
from blocks.ledger.door import Door
from blocks.ledger.gate_rows import gate_values, one_gate, read_gates, read_votes
from blocks.ledger.schema import campaigns
from blocks.ledger.schema_gate import gates, votes
from blocks.ledger.upserts import insert_new
from workprint.campaigns import Campaign
from workprint.deciding import Behind, Cast, withdrawal
from workprint.gates import Gate, GateState, Reminder
from workprint.render import Approval
from workprint.votes import Vote

#: A literal, so that the partial index serves it.
_ASKED = text("gates.state = 'open'")
#: Campaigns that have not ended.
_GOING = select(campaigns.c.id).where(campaigns.c.closed_at.is_(None))
_TOLD = {Reminder.HALF: gates.c.half_at, Reminder.LAST_TENTH: gates.c.last_tenth_at}


class Gates:
    """`ledger.gates`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def open(self, gate: Gate) -> Gate:
        """Ask, or give the gate of that id as it stands: its first deadline stays. Another open one is superseded.

        Where the result is open, its campaign waits for it from now on.
        """
        work = partial(_open, gate=gate, now=self._door.clock())
        return cast("Gate", await self._do(gate.campaign_id, work))

    async def get(self, gate_id: str) -> Gate:
        """One gate. NotFound."""
        async with self._door.reading() as connection:
            return await one_gate(connection, gate_id)

    async def current(self, campaign_id: str) -> Gate | None:
        """The open gate that the campaign's run waits at; None while it works, or has ended."""
        waiting = select(campaigns.c.gate).where(campaigns.c.id == campaign_id, campaigns.c.closed_at.is_(None))
        async with self._door.reading() as connection:
            found = await read_gates(connection, gates.c.id == waiting.scalar_subquery(), _ASKED)
        return found[0] if found else None

    async def of(self, campaign_id: str) -> tuple[Gate, ...]:
        """Every gate of a campaign, oldest first."""
        async with self._door.reading() as connection:
            return await read_gates(connection, gates.c.campaign_id == campaign_id)

    async def votes(self, campaign_id: str) -> tuple[Vote, ...]:
        """Every vote of a campaign, oldest first."""
        async with self._door.reading() as connection:
            return await read_votes(connection, votes.c.campaign_id == campaign_id)

    async def cast(self, gate_id: str, wanted: Sequence[Vote]) -> Cast:
        """Record votes and whatever they settle, in one transaction.

        What was decided before stands: a vote on it is `late`. NotFound; StaleState when the gate is closed, or asks
        something else than these votes are about.
        """
        work = partial(casting.cast, gate_id=gate_id, wanted=tuple(wanted), now=self._door.clock())
        return cast("Cast", await self._do(await self._campaign(gate_id), work))

    async def expire(self, gate_id: str, note: str) -> tuple[Approval, ...]:
        """Close an open gate whose time is over: what is not decided is rejected. Returns the rejections."""
        work = partial(casting.expire, gate_id=gate_id, note=note, now=self._door.clock())
        return cast("tuple[Approval, ...]", await self._do(await self._campaign(gate_id), work))

    async def lapse(self, gate_id: str) -> bool:
        """Close an open gate without deciding anything: something else has to be asked. False when it was not open."""
        work = partial(_lapse, gate_id=gate_id, now=self._door.clock())
        return cast("bool", await self._do(await self._campaign(gate_id), work))

    async def withdraw(self, approval: Approval, note: str) -> Approval:
        """A yes no longer counts. Returns the row that says so; a second time the first one."""
        row = withdrawal(approval, note, self._door.clock())
        return cast("Approval", await self._do(approval.campaign_id, partial(casting.withdraw, row=row)))

    async def behind(self, approval: Approval) -> Behind:
        """What an approval rests on, as it stands now. NotFound for one without a gate."""
        async with self._door.reading() as connection:
            return await casting.behind(connection, approval)

    async def due(self) -> tuple[Gate, ...]:
        """Open gates of open campaigns with a reminder that nobody was told yet, oldest first."""
        now = self._door.clock()
        untold = gates.c.last_tenth_at.is_(None)
        async with self._door.reading() as connection:
            found = await read_gates(connection, _ASKED, untold, gates.c.campaign_id.in_(_GOING))
        return tuple(gate for gate in found if gate.due(now))

    async def told(self, gate_id: str, reminder: Reminder) -> bool:
        """Whether this caller may tell the reminder: of several one may."""
        column = _TOLD[reminder]
        query = update(gates).where(gates.c.id == gate_id, column.is_(None)).values({column: self._door.clock()})
        work = partial(_changed, query=query)
        return cast("bool", await self._do(await self._campaign(gate_id), work))

    async def overdue(self) -> tuple[Gate, ...]:
        """Open gates of open campaigns that should have been answered by now, oldest first."""
        over = gates.c.deadline <= self._door.clock()
        async with self._door.reading() as connection:
            return await read_gates(connection, _ASKED, over, gates.c.campaign_id.in_(_GOING))

    async def unheard(self) -> tuple[Campaign, ...]:
        """Open campaigns that wait at a gate which is closed: decided while nobody could wake their run."""
        closed = select(gates.c.id).where(gates.c.id == campaigns.c.gate, gates.c.state != GateState.OPEN)
        async with self._door.reading() as connection:
            return await reading.campaigns(connection, campaigns.c.closed_at.is_(None), closed.exists())

    async def _campaign(self, gate_id: str) -> str:
        """Writes are keyed by campaign: two decisions of one campaign are written one after the other."""
        return (await self.get(gate_id)).campaign_id

    async def _do(self, campaign_id: str, work: Callable[[AsyncConnection], Any]) -> Any:
        return await self._door.do(("campaign", campaign_id), work)


async def _open(connection: AsyncConnection, gate: Gate, now: datetime) -> Gate:
    others = update(gates).where(gates.c.campaign_id == gate.campaign_id, gates.c.id != gate.id)
    others = others.where(gates.c.state == GateState.OPEN)
    await connection.execute(others.values(state=GateState.SUPERSEDED, closed_at=now))
    await insert_new(connection, gates, [gate_values(gate)])
    kept = await one_gate(connection, gate.id, lock=True)
    if kept.state is GateState.SUPERSEDED:
        await casting.set_state(connection, kept.id, GateState.OPEN, now)
        kept = await one_gate(connection, gate.id)
    if kept.state is GateState.OPEN:
        waits = {"gate": kept.id, "gate_deadline": kept.deadline}
        await connection.execute(update(campaigns).where(campaigns.c.id == kept.campaign_id).values(waits))
    return kept


async def _lapse(connection: AsyncConnection, gate_id: str, now: datetime) -> bool:
    if (await one_gate(connection, gate_id, lock=True)).state is not GateState.OPEN:
        return False
    await casting.set_state(connection, gate_id, GateState.EXPIRED, now)
    return True


async def _changed(connection: AsyncConnection, query: Any) -> bool:
    return (await connection.execute(query.returning(gates.c.id))).first() is not None
