"""The screening room in the ledger: personal links, comments on drafts, and how much of a draft somebody watched."""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger.door import Door
from blocks.ledger.marks import Mark, read_mark
from blocks.ledger.room_rows import (
    comment_values,
    one_ticket,
    read_comments,
    read_tickets,
    ticket_values,
    to_watched,
)
from blocks.ledger.rows import clean
from blocks.ledger.schema import campaigns
from blocks.ledger.schema_room import comments, tickets, watches
from blocks.ledger.upserts import insert_new
from blocks.ledger.watching import Report
from workprint.comments import MOST, Comment
from workprint.errors import NotFound, StaleState
from workprint.policy import person as folded
from workprint.tickets import Ticket
from workprint.watched import Watched


class Room:
    """`ledger.room`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def issue(self, ticket: Ticket) -> Ticket:
        """Keep a new ticket, or give the one of that id as it stands. NotFound for an unknown campaign."""
        work = partial(_issue, ticket=ticket)
        return cast("Ticket", await self._do(("tickets", ticket.campaign_id), work))

    async def ticket(self, ticket_id: str) -> Ticket:
        """One ticket. NotFound."""
        async with self._door.reading() as connection:
            return await one_ticket(connection, clean(ticket_id))

    async def tickets_with(self, ticket_ids: Collection[str]) -> dict[str, Ticket]:
        """Those of the tickets that there are, by id."""
        async with self._door.glancing() as connection:
            found = await read_tickets(connection, tickets.c.id.in_({clean(one) for one in ticket_ids}))
        return {ticket.id: ticket for ticket in found}

    async def tickets(self, campaign_id: str) -> tuple[Ticket, ...]:
        """Every ticket of a campaign, oldest first."""
        async with self._door.reading() as connection:
            return await read_tickets(connection, tickets.c.campaign_id == campaign_id)

    async def revoke(self, ticket_id: str, by: str) -> Ticket:
        """The ticket opens nothing from now on; `by` names who said so. The first revocation stands. NotFound."""
        end = {"revoked_at": self._door.clock(), "revoked_by": clean(by)}
        work = partial(_revoke, ticket_id=clean(ticket_id), end=end)
        return cast("Ticket", await self._do(("ticket", ticket_id), work))

    async def comment(self, comment: Comment) -> Comment:
        """Keep a comment, or give the one of that id. NotFound for an unknown campaign.

        StaleState when this person has left `workprint.comments.MOST` on that take.
        """
        work = partial(_comment, comment=comment)
        return cast("Comment", await self._do(("comments", comment.campaign_id), work))

    async def comments(self, campaign_id: str) -> tuple[Comment, ...]:
        """Every comment of a campaign, oldest first."""
        async with self._door.reading() as connection:
            return await read_comments(connection, comments.c.campaign_id == campaign_id)

    async def mark(self, campaign_id: str) -> Mark:
        """Another one than before as soon as anything has changed that a page about the campaign shows."""
        async with self._door.glancing() as connection:
            return await read_mark(connection, campaign_id)

    async def watch(self, person: str, draft_sha256: str, stretches: Iterable[tuple[float, float]]) -> Watched:
        """Add what somebody's player says it played (seconds, from and to). Returns all that person has watched.

        However somebody spells the name: two reports at once both count.
        """
        report = Report(clean(folded(person)), draft_sha256, tuple(stretches), self._door.clock())
        return cast("Watched", await self._door.write(report, frozenset({("watch", *report.key)})))

    async def watched(self, person: str, draft_sha256s: Collection[str]) -> dict[str, Watched]:
        """What somebody has watched of each of these drafts; nothing of those never opened."""
        mine = (watches.c.person == clean(folded(person)), watches.c.draft_sha256.in_(draft_sha256s))
        async with self._door.glancing() as connection:
            rows = (await connection.execute(select(watches).where(*mine))).mappings().all()
        return {**dict.fromkeys(draft_sha256s, Watched()), **{row["draft_sha256"]: to_watched(row) for row in rows}}

    async def _do(self, touched: object, work: Callable[[AsyncConnection], Any]) -> Any:
        return await self._door.do(touched, work)


async def _locked(connection: AsyncConnection, campaign_id: str) -> None:
    """NotFound for an unknown campaign; what is counted in a known one stays true until the commit."""
    query = select(campaigns.c.id).where(campaigns.c.id == campaign_id).with_for_update(key_share=True)
    if (await connection.execute(query)).first() is None:
        raise NotFound(f"no campaign {campaign_id}")


async def _issue(connection: AsyncConnection, ticket: Ticket) -> Ticket:
    await _locked(connection, ticket.campaign_id)
    await insert_new(connection, tickets, [ticket_values(ticket)])
    return await one_ticket(connection, ticket.id)


async def _revoke(connection: AsyncConnection, ticket_id: str, end: dict[str, Any]) -> Ticket:
    query = update(tickets).where(tickets.c.id == ticket_id, tickets.c.revoked_at.is_(None)).values(end)
    await connection.execute(query)
    return await one_ticket(connection, ticket_id)


async def _comment(connection: AsyncConnection, comment: Comment) -> Comment:
    await _locked(connection, comment.campaign_id)
    same = comments.c.id == comment.id
    if not await read_comments(connection, same):
        await _check_room(connection, comment)
        await connection.execute(comments.insert().values(comment_values(comment)))
    return (await read_comments(connection, same))[0]


async def _check_room(connection: AsyncConnection, comment: Comment) -> None:
    """StaleState when its writer has left as many as anybody may on one take."""
    table = comments.c
    take = (table.campaign_id == comment.campaign_id, table.variant == comment.variant, table.take == comment.take)
    actors = (await connection.execute(select(table.actor).where(*take))).scalars()
    if sum(folded(actor) == folded(comment.actor) for actor in actors) >= MOST:
        said = f"{comment.actor} has left {MOST} comments on take {comment.take} of {comment.variant}"
        raise StaleState(said, fix="decide with what is written, or ask for a new take")
