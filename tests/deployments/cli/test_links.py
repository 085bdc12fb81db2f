"""`workprint link | links | unlink` over a real ledger and as real processes."""

import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from blocks.ledger import Ledger
from blocks.screening_room import ScreeningRoom
from tests.blocks.ledger.making import campaign
from tests.deployments.cli.command import workprint
from tests.servers.prefect import PrefectServer, prefect_server
from workprint.errors import LinkRefused
from workprint.policy import ApproverRole
from workprint.room_links import RoomLinks
from workprint.tickets import Ticket

__all__ = ["prefect_server"]
KEY, URL = "the room's own key, which nobody else has", "https://room.example.com"
ENV = {"WORKPRINT_ROOM_KEY": KEY, "WORKPRINT_ROOM_URL": URL}
LINKS = RoomLinks(URL, SecretStr(KEY))
LINK = re.compile(r"https://room\.example\.com/room/in/\S+")


@dataclass(frozen=True)
class Told:
    """A home whose ledger knows the campaign `cmp`."""

    home: Path
    ledger: Ledger

    async def ticket(self, said: str) -> Ticket:
        """Whose link a command printed."""
        (link,) = LINK.findall(said)
        return await self.ledger.room.ticket(LINKS.ticket_id(link.rpartition("/")[2], datetime.now(UTC)))


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    home = tmp_path / "home"
    home.mkdir()
    async with await Ledger.open(f"sqlite:///{home / 'ledger.db'}") as ledger:
        await ledger.open_campaign(campaign())
        yield Told(home, ledger)


async def test_a_link_is_made_and_shown_once(told: Told) -> None:
    """It lets this person in, with these roles and until then, and no later list shows it again."""
    words = ("--for", " Lin [Mei] ", "--roles", "legal, creative,legal", "--hours", "5", "--as", "Ops")
    ran = workprint(told.home, "link", "cmp", *words, **ENV)
    assert (0, "") == (ran.returncode, ran.stderr)
    made = await told.ticket(ran.stdout)
    assert ("Lin [Mei]", "cmp", "Ops", False) == (made.name, made.campaign_id, made.issued_by, made.agent)
    assert (ApproverRole.LEGAL, ApproverRole.CREATIVE) == made.roles
    assert timedelta(hours=5) == made.expires_at - made.issued_at
    shown = workprint(told.home, "links", "cmp", **ENV).stdout
    assert [] == [text for text in (made.id, "Lin [Mei]", "legal, creative", "Ops", "works") if text not in shown]
    assert [] == LINK.findall(shown)


async def test_an_agents_link(told: Told) -> None:
    """`--agent` makes a link that says so; three days and no role are the defaults."""
    made = await told.ticket(workprint(told.home, "link", "cmp", "--for", "bot", "--agent", **ENV).stdout)
    assert (True, (), timedelta(hours=72), True) == (
        made.agent,
        made.roles,
        made.expires_at - made.issued_at,
        bool(made.issued_by),
    )
    assert "(agent)" in workprint(told.home, "links", "cmp").stdout


async def test_a_link_is_withdrawn(told: Told) -> None:
    """The ticket opens nothing from then on, on record with who said so; a second time changes nothing."""
    made = await told.ticket(workprint(told.home, "link", "cmp", "--for", "Lin", **ENV).stdout)
    said = [workprint(told.home, "unlink", made.id, "--as", who) for who in ("Mei", "Ann")]
    assert [0, 0] == [ran.returncode for ran in said]
    assert all("withdrawn, on record as by Mei" in ran.stdout for ran in said)
    with pytest.raises(LinkRefused, match="withdrawn"):
        (await told.ledger.room.ticket(made.id)).check(datetime.now(UTC))
    assert "withdrawn by Mei" in workprint(told.home, "links", "cmp").stdout


async def test_nobody_has_a_link(told: Told) -> None:
    """A campaign without links says so, and a ticket nobody knows is refused."""
    assert "Nobody holds a link" in workprint(told.home, "links", "cmp").stdout
    ran = workprint(told.home, "unlink", "tkt_none", "--as", "Mei")
    assert (2, True) == (ran.returncode, "ticket" in ran.stderr)


async def test_everything_wrong_is_said_at_once(told: Told) -> None:
    """Name, roles and hours are checked together, before anything is made."""
    ran = workprint(told.home, "link", "cmp", "--for", "  ", "--roles", "legal,boss", "--hours", "721", **ENV)
    assert (2, 3) == (ran.returncode, ran.stderr.count("error: "))
    assert () == await told.ledger.room.tickets("cmp")


@pytest.mark.parametrize("hours", ["0", "-1", "721", "0.5", "nan", "1e12", "soon"])
async def test_hours_that_cannot_be(told: Told, hours: str) -> None:
    """A link works for one hour at least and for a month at most."""
    assert 2 == workprint(told.home, "link", "cmp", "--for", "Lin", "--hours", hours, **ENV).returncode


async def test_without_a_room_there_is_no_link(told: Told) -> None:
    """Where neither variables nor a Prefect server say where the room is, the command says how to have one."""
    half = workprint(told.home, "link", "cmp", "--for", "Lin", WORKPRINT_ROOM_KEY=KEY)
    assert (2, True) == (half.returncode, "WORKPRINT_ROOM_URL" in half.stderr)
    none = workprint(told.home, "link", "cmp", "--for", "Lin")
    assert (1, True, False) == (none.returncode, "workprint up" in none.stderr, "Traceback" in none.stderr)
    assert () == await told.ledger.room.tickets("cmp")


async def test_a_campaign_nobody_knows(told: Told, prefect_server: PrefectServer) -> None:
    """A run that neither the ledger nor Prefect knows is refused by its name."""
    ran = workprint(told.home, "link", "no-such-run", "--for", "Lin", **ENV, PREFECT_API_URL=prefect_server.api_url)
    assert (2, True, False) == (ran.returncode, "no-such-run" in ran.stderr, "Traceback" in ran.stderr)


async def test_the_block_says_where_the_room_is(told: Told, prefect_server: PrefectServer) -> None:
    """Without variables the Prefect block is asked, and a run may be named by its name."""
    from prefect import flow
    from prefect.client.orchestration import get_client

    @flow
    def campaign_flow() -> None:
        """Never run."""

    name = f"run-{uuid.uuid4().hex[:8]}"
    async with get_client() as client:
        run = await client.create_flow_run(campaign_flow, name=name)
    await told.ledger.open_campaign(campaign(str(run.id)))
    env = {"PREFECT_API_URL": prefect_server.api_url}
    missing = workprint(told.home, "link", name, "--for", "Lin", **env)
    assert (2, True) == (missing.returncode, "block screening-room" in missing.stderr)
    await ScreeningRoom(public_url=URL, key=SecretStr(KEY)).save("screening-room", overwrite=True)
    made = await told.ticket(workprint(told.home, "link", name, "--for", "Lin", **env).stdout)
    assert str(run.id) == made.campaign_id
