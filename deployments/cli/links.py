"""`workprint link | links | unlink`: personal links into the screening room."""

import getpass
import os
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from deployments.cli.console import OUT, say
from deployments.cli.decide import Who

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blocks.ledger import Ledger
    from workprint.policy import ApproverRole
    from workprint.problems import Problem
    from workprint.room_links import RoomLinks
    from workprint.tickets import Ticket

#: Hours of the longest link: a month.
MOST_HOURS = 720
LONGEST_NAME = 120
#: Name of the Prefect block that says where the room is.
ROOM = "screening-room"


def link(
    run: str,
    /,
    *,
    name: Annotated[str, Parameter(name="--for", help="Whose link it is; decisions go on record under this name.")],
    roles: Annotated[str, Parameter(help="creative, brand, legal, with commas between them.")] = "",
    hours: Annotated[float, Parameter(help=f"How long it works, 1 to {MOST_HOURS}.")] = 72,
    agent: Annotated[bool, Parameter(negative=(), help="For a software agent: it may look, and not decide.")] = False,
    who: Annotated[str, Parameter(name="--as", help="Your name; it goes on record. Empty: your user name.")] = "",
) -> None:
    """Make a personal link into the screening room of one campaign. It is shown once: send it to that person alone.

    Parameters
    ----------
    run
        The flow run's id (it is the campaign's as well) or its name.
    """
    from deployments.cli.loop import run_async
    from workprint.problems import refuse

    refuse(_problems(name, roles, hours))
    held = tuple(dict.fromkeys(_roles(roles)))
    by = who.strip() or _me()
    ticket, address = run_async(_issued(run, name.strip(), held, hours, by, agent=agent))
    say(f"{ticket.name} enters with this link until {ticket.expires_at:%Y-%m-%d %H:%M} UTC. It is not shown again:")
    say(address, "bold")
    say(f"`workprint unlink {ticket.id} --as NAME` withdraws it.")


def links(run: str, /) -> None:
    """List who holds a personal link into a campaign's screening room. The links themselves are not kept.

    Parameters
    ----------
    run
        The flow run's id (it is the campaign's as well) or its name.
    """
    from deployments.cli.loop import run_async

    found = run_async(_listed(run))
    if found:
        _show(found, datetime.now(UTC))
    else:
        say("Nobody holds a link into this campaign; `workprint link` makes one.")


def unlink(ticket: str, /, *, who: Who) -> None:
    """Withdraw a personal link: it opens nothing any more, and whoever came in with it is out at once.

    Parameters
    ----------
    ticket
        Its id, as `workprint links` shows it.
    """
    from deployments.cli.loop import run_async

    found = run_async(_revoked(ticket, who))
    say(f"The link of {found.name} is withdrawn, on record as by {found.revoked_by}.", "bold")


async def _issued(
    run: str, name: str, roles: "tuple[ApproverRole, ...]", hours: float, by: str, *, agent: bool
) -> "tuple[Ticket, str]":
    from deployments.cli.servers import open_ledger

    room = await _room()
    async with await open_ledger() as ledger:
        ticket = _ticket(await _campaign(ledger, run), name, roles, hours, by, agent=agent)
        await ledger.room.issue(ticket)
    return ticket, room.personal(ticket)


async def own_link(ledger: "Ledger", campaign_id: str, name: str) -> str:
    """A link of the person at this terminal, for a day. InputError where there is no room."""
    room = await _room()
    return room.personal(await ledger.room.issue(_ticket(campaign_id, name, (), 24, _me())))


def _ticket(
    campaign: str, name: str, roles: "tuple[ApproverRole, ...]", hours: float, by: str, *, agent: bool = False
) -> "Ticket":
    from workprint.tickets import Ticket

    now = datetime.now(UTC)
    return Ticket(f"tkt_{secrets.token_hex(16)}", campaign, name, roles, by, now, now + timedelta(hours=hours), agent)


async def _listed(run: str) -> "tuple[Ticket, ...]":
    from deployments.cli.servers import open_ledger

    async with await open_ledger() as ledger:
        return await ledger.room.tickets(await _campaign(ledger, run))


async def _revoked(ticket_id: str, by: str) -> "Ticket":
    from deployments.cli.servers import open_ledger

    async with await open_ledger() as ledger:
        return await ledger.room.revoke(ticket_id, by)


async def _campaign(ledger: "Ledger", run: str) -> str:
    """The campaign's id: the ledger knows it without a server; only a run's name needs one. NotFound."""
    from workprint.errors import NotFound

    try:
        return (await ledger.campaign(run)).id
    except NotFound:
        from deployments.cli.servers import server

        server()
        from deployments.cli.prefect_api import find_run

        return (await ledger.campaign((await find_run(run)).id)).id


async def _room() -> "RoomLinks":
    """Where the room is: as the desk's own two variables say, else as the Prefect block does. InputError."""
    from deployments.desk.room.settings import RoomSettings

    if settings := RoomSettings.from_environment(os.environ):
        return settings.links
    from deployments.cli.servers import server

    server()
    from deployments.cli.prefect_api import check_answers

    await check_answers()
    return await _from_block()


async def _from_block() -> "RoomLinks":
    from blocks.screening_room import ScreeningRoom
    from workprint.errors import InputError
    from workprint.problems import Problem

    try:
        block: ScreeningRoom = await ScreeningRoom.aload(ROOM)
    except ValueError as error:  # Prefect's word for a block that is not there
        fix = "make one in the Prefect UI (Workprint Screening Room), with the desk's key and address"
        problem = Problem(f"block {ROOM}", "is missing or cannot be read", fix, zh=f"缺少名为 {ROOM} 的配置块")
        raise InputError([problem]) from error
    return block.links()


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return "cli"


def _roles(words: str) -> "Iterable[ApproverRole]":
    from workprint.policy import ApproverRole

    return (ApproverRole(word) for word in _split(words))


def _split(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def _problems(name: str, roles: str, hours: float) -> "Iterable[Problem]":
    from workprint.policy import ApproverRole
    from workprint.problems import Problem

    if not 1 <= len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        fix = f"give the name it goes on record under, 1 to {LONGEST_NAME} characters"
        yield Problem("--for", "is no name", fix, zh=f"请填写姓名（1 至 {LONGEST_NAME} 字）")
    for word in _split(roles):
        if word not in set(ApproverRole):
            fix = f"use {', '.join(ApproverRole)}, with commas between them"
            yield Problem("--roles", f"{word!r} is no role", fix, zh="角色只能是 creative、brand、legal")
    if not 1 <= hours <= MOST_HOURS:
        yield Problem("--hours", f"is {hours:g}", f"give 1 to {MOST_HOURS}", zh=f"有效时长须为 1 至 {MOST_HOURS} 小时")


def _show(found: "tuple[Ticket, ...]", now: datetime) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="Personal links", title_justify="left")
    for heading in ("ticket", "for", "roles", "made by", "until (UTC)", "state"):
        table.add_column(heading, overflow="fold")
    for ticket in found:
        roles = ", ".join(ticket.roles) + (" (agent)" if ticket.agent else "")
        cells = (ticket.id, ticket.name, roles, ticket.issued_by, f"{ticket.expires_at:%Y-%m-%d %H:%M}")
        table.add_row(*map(escape, (*cells, _state(ticket, now))))
    OUT.print(table)


def _state(ticket: "Ticket", now: datetime) -> str:
    if ticket.revoked_at is not None:
        return f"withdrawn by {ticket.revoked_by}"
    return "expired" if ticket.expires_at <= now else "works"
