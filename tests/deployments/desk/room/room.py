"""A desk with a screening room for tests, and what guests do at its door."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from deployments.desk.room import csrf
from deployments.desk.room.oidc_settings import OidcSettings
from deployments.desk.room.sessions import COOKIE
from deployments.desk.room.settings import RoomSettings
from tests.deployments.desk.desk import Desk, running_desk
from workprint.policy import ApproverRole
from workprint.room_links import RoomLinks
from workprint.tickets import Ticket
from workprint.tokens import Purpose, seal

HOST = "room.example.com"
KEY = SecretStr("the room's own key, which nobody else has: 48 signs")
LINKS = RoomLinks(f"https://{HOST}", KEY)
#: What a sign-in says of somebody of the staff, and where it comes from.
STAFF = {"n": "mei@example.com", "r": "brand,legal", "s": "ses_1"}
OIDC = OidcSettings("https://login.example.com", "room", SecretStr("secret"), ("@example.com",))
_WORD = re.compile(r'name="csrf" value="([^"]+)"')


def now() -> datetime:
    """In whole seconds, as the ledger and tokens keep it."""
    return datetime.now(UTC).replace(microsecond=0)


def ticket(**changes: Any) -> Ticket:
    """Lin's: creative, into `cmp`, for three days."""
    values: dict[str, Any] = {
        "id": "tkt_lin",
        "campaign_id": "cmp",
        "name": "Lin <Mei>",
        "roles": (ApproverRole.CREATIVE,),
        "issued_by": "ops",
        "issued_at": now(),
        "expires_at": now() + timedelta(hours=72),
    }
    return Ticket(**{**values, **changes})


@asynccontextmanager
async def running_room(url: str, **settings: Any) -> AsyncIterator[Desk]:
    """A desk whose room is, to its guests, on https://room.example.com; `settings` are the room's."""
    async with running_desk(url, room=RoomSettings(LINKS, **settings)) as desk:
        desk.http.headers["host"] = HOST
        yield desk


def path(link: str) -> str:
    """What a browser asks the desk for, of a public address."""
    return link.removeprefix(LINKS.base_url)


def personal(holder: Ticket) -> str:
    """The path of a personal link."""
    return path(LINKS.personal(holder))


def as_cookie(value: str) -> dict[str, str]:
    """The header: httpx, unlike a browser on loopback, does not send Secure cookies back over plain http."""
    return {"cookie": f"{COOKIE}={value}"}


def session(until: datetime | None = None, key: SecretStr = KEY, **fields: str) -> dict[str, str]:
    """The cookie of a session that says this."""
    end = until or now() + timedelta(hours=1)
    return as_cookie(seal(key, Purpose.SESSION, {**fields, "u": str(int(end.timestamp()))}, end))


def inside(holder: Ticket) -> dict[str, str]:
    """The cookie of somebody who came in with a ticket."""
    return session(t=holder.id)


def word(holder: Ticket) -> str:
    """The word in the forms of that session."""
    return csrf.word_for(KEY, holder.id)


def staff() -> dict[str, str]:
    """The cookie of somebody who signed in, and the word in the header of what a script of ours sends for them."""
    return {**session(**STAFF), csrf.HEADER: csrf.word_for(KEY, STAFF["s"])}


def word_in(answer: httpx.Response) -> str:
    """The word in the page's form."""
    found = _WORD.search(answer.text)
    assert found is not None, answer.text
    return found.group(1)


def cookies_of(answer: httpx.Response) -> Mapping[str, str]:
    """Every cookie that is set, whole, by its name."""
    return {line.partition("=")[0]: line for line in answer.headers.get_list("set-cookie")}


async def entered(desk: Desk, holder: Ticket, **headers: str) -> httpx.Response:
    """The answer to the button on the page of a personal link."""
    link = personal(holder)
    page = await desk.http.get(link, headers=headers)
    return await desk.http.post(link, data={"csrf": word_in(page)}, headers=headers)
