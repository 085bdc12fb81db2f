"""Rows of the screening room's tables to values of `workprint`, and back."""

from dataclasses import asdict

from sqlalchemy import ColumnElement, RowMapping, TextClause, select
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger.rows import Values, clean_fields
from blocks.ledger.schema_room import comments, notices, tickets
from workprint.comments import Comment, Region
from workprint.errors import NotFound
from workprint.notices import Notice, NoticeState, Occasion
from workprint.policy import ApproverRole
from workprint.tickets import Ticket
from workprint.watched import Watched

#: Column -> side of a region.
_SIDES = {f"region_{side}": side for side in ("x", "y", "width", "height")}


def ticket_values(ticket: Ticket) -> Values:
    """A row for `tickets`."""
    return clean_fields({**asdict(ticket), "roles": ",".join(ticket.roles)})


def to_ticket(row: RowMapping) -> Ticket:
    """A row of `tickets`."""
    roles = tuple(ApproverRole(word) for word in row["roles"].split(",") if word)
    return Ticket(**{**row, "roles": roles, "agent": bool(row["agent"])})


async def read_tickets(connection: AsyncConnection, where: ColumnElement[bool]) -> tuple[Ticket, ...]:
    """Oldest first."""
    query = select(tickets).where(where).order_by(tickets.c.issued_at, tickets.c.id)
    return tuple(to_ticket(row) for row in (await connection.execute(query)).mappings())


async def one_ticket(connection: AsyncConnection, ticket_id: str) -> Ticket:
    """One ticket. NotFound."""
    if found := await read_tickets(connection, tickets.c.id == ticket_id):
        return found[0]
    raise NotFound("no such ticket")


def comment_values(comment: Comment) -> Values:
    """A row for `comments`: a region in four columns, all of them empty for the whole picture."""
    values = asdict(comment)
    region = values.pop("region") or {}
    return clean_fields({**values, **{column: region.get(side) for column, side in _SIDES.items()}})


def to_comment(row: RowMapping) -> Comment:
    """A row of `comments`."""
    said = {name: value for name, value in row.items() if name not in _SIDES}
    part = row["region_x"] is not None
    region = Region(**{side: row[column] for column, side in _SIDES.items()}) if part else None
    return Comment(**said, region=region)


async def read_comments(connection: AsyncConnection, where: ColumnElement[bool]) -> tuple[Comment, ...]:
    """Oldest first."""
    query = select(comments).where(where).order_by(comments.c.at, comments.c.id)
    return tuple(to_comment(row) for row in (await connection.execute(query)).mappings())


def watched_values(watched: Watched) -> Values:
    """What was watched, for a row of `watches`."""
    return {"slots": f"{watched.slots:x}", "at": watched.at}


def to_watched(row: RowMapping) -> Watched:
    """What a row of `watches` says was watched."""
    return Watched(int(row["slots"], 16), row["at"])


def notice_values(notice: Notice) -> Values:
    """A row for `notices`."""
    return clean_fields(asdict(notice))


def to_notice(row: RowMapping) -> Notice:
    """A row of `notices`."""
    return Notice(**{**row, "occasion": Occasion(row["occasion"]), "state": NoticeState(row["state"])})


async def read_notices(
    connection: AsyncConnection, *where: ColumnElement[bool] | TextClause, limit: int | None = None
) -> tuple[Notice, ...]:
    """Oldest first, at most `limit`."""
    query = select(notices).where(*where).order_by(notices.c.created_at, notices.c.id).limit(limit)
    return tuple(to_notice(row) for row in (await connection.execute(query)).mappings())
