"""How often somebody may ask, whose request it is, and that one cannot use up what others have."""

from ipaddress import ip_network

import pytest
from starlette.requests import Request

from blocks.ledger import Ledger
from deployments.desk.room.clients import client_of
from deployments.desk.room.limits import Limits, Rate
from tests.deployments.desk.room.room import entered, inside, personal, running_room, ticket
from workprint.tickets import Ticket

TRUSTED = (ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"), ip_network("::1/128"))
CLIENTS = [
    ("203.0.113.7", "", "203.0.113.7"),
    ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
    ("127.0.0.1", "", "127.0.0.1"),
    ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
    ("127.0.0.1", "1.1.1.1, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
    ("127.0.0.1", "198.51.100.1, nonsense, 10.1.2.3", "10.1.2.3"),
    ("127.0.0.1", "nonsense", "127.0.0.1"),
    ("127.0.0.1", "10.9.9.9,10.8.8.8", "10.9.9.9"),
    ("::ffff:203.0.113.7", "", "203.0.113.7"),
    ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
    ("::1", "2001:db8:1:2::9", "2001:db8:1:2::/64"),
]


class Clock:
    """Seconds, set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_and_then_so_many_a_second() -> None:
    """So many pass at once, then one for each interval, and waiting longer saves up no more than a burst."""
    clock = Clock()
    limits = Limits(Rate(burst=3, per_second=0.5), clock)
    assert [0, 0, 0, 2] == [limits.take("a") for _ in range(4)]
    clock.now += 1
    assert 1 == limits.take("a")
    clock.now += 1
    assert [0, 2] == [limits.take("a"), limits.take("a")]
    clock.now += 10_000
    assert [0, 0, 0, 2] == [limits.take("a") for _ in range(4)]


def test_everybody_has_their_own() -> None:
    """Who asks too often takes nothing from others."""
    limits = Limits(Rate(burst=1, per_second=1), Clock())
    assert [0, 1, 0] == [limits.take(asker) for asker in ("a", "a", "b")]


def test_memory_is_bounded() -> None:
    """Of more askers than are remembered the one that was quiet longest is forgotten, not who asks all the time."""
    limits = Limits(Rate(burst=2, per_second=0.001), Clock(), most=3)
    limits.take("busy")
    for n in range(1000):
        limits.take("busy")
        limits.take(f"stranger {n}")
    assert 3 == len(limits)
    assert limits.take("busy") > 0


@pytest.mark.parametrize(("peer", "forwarded", "client"), CLIENTS)
def test_whose_request_it_is(peer: str, forwarded: str, client: str) -> None:
    """It is the peer, or behind trusted proxies the last address that is none of them; of IPv6 the network."""
    headers = [(b"x-forwarded-for", part.encode()) for part in forwarded.split(";") if part]
    request = Request({"type": "http", "client": (peer, 1), "headers": headers})
    assert client == client_of(request, TRUSTED)


def test_several_headers_are_one_list() -> None:
    """A proxy that adds a header of its own instead of writing into the stranger's is understood."""
    headers = [(b"x-forwarded-for", b"1.1.1.1"), (b"x-forwarded-for", b"198.51.100.1")]
    request = Request({"type": "http", "client": ("127.0.0.1", 1), "headers": headers})
    assert "198.51.100.1" == client_of(request, TRUSTED)
    assert "nobody" == client_of(Request({"type": "http", "client": None, "headers": []}), TRUSTED)


async def test_the_door_counts_addresses(ledger_url: str, ledger: Ledger, lin: Ticket) -> None:
    """Whoever tries links too often is told when to come again; real links, guests and other addresses pass."""
    settings = {"door": Rate(burst=3, per_second=0.001), "trusted_proxies": TRUSTED}
    async with running_room(ledger_url, **settings) as desk:
        tries = [await desk.http.get(f"/room/in/guess-{n}") for n in range(4)]
        assert [403, 403, 403, 429] == [answer.status_code for answer in tries]
        assert 900 < int(tries[-1].headers["retry-after"]) <= 1000
        assert "请求过于频繁" in tries[-1].text
        assert 429 == (await desk.http.get("/room/sign-in")).status_code
        elsewhere = await desk.http.get("/room/in/guess", headers={"x-forwarded-for": "198.51.100.1"})
        passed = [await desk.http.get(personal(lin)), await desk.http.get("/room/", headers=inside(lin))]
        assert [403, 200, 303] == [answer.status_code for answer in (elsewhere, *passed)]


async def test_an_office_comes_from_one_address(ledger_url: str, ledger: Ledger) -> None:
    """Each real link counts by itself: people behind one address all come in, and one link is not endless."""
    people = [await ledger.room.issue(ticket(id=f"tkt_{n}", name=f"Person {n}")) for n in range(40)]
    async with running_room(ledger_url, door=Rate(1, 0.001), inside=Rate(2, 0.001)) as desk:
        assert {303} == {(await entered(desk, person)).status_code for person in people}
        assert 429 == (await desk.http.get(personal(people[0]))).status_code
        style = [(await desk.http.get("/room/static/base.css")).status_code for _ in range(10)]
        assert [200] * 10 == style


async def test_a_forged_header_is_nobody_else(ledger_url: str, ledger: Ledger) -> None:
    """Without a trusted proxy X-Forwarded-For makes no new address of an old one."""
    async with running_room(ledger_url, door=Rate(burst=1, per_second=0.001)) as desk:
        statuses = [
            (await desk.http.get("/room/in/x", headers={"x-forwarded-for": f"198.51.100.{n}"})).status_code
            for n in range(3)
        ]
        assert [403, 429, 429] == statuses


async def test_guests_are_counted_by_session(ledger_url: str, ledger: Ledger, lin: Ticket) -> None:
    """One guest who asks too often holds up no other at the same address, and JSON is answered with JSON."""
    other = await ledger.room.issue(ticket(id="tkt_other"))
    async with running_room(ledger_url, inside=Rate(burst=2, per_second=0.001)) as desk:
        asked = [await desk.http.get("/room/", headers=inside(holder)) for holder in (lin, lin, lin, other)]
        assert [303, 303, 429, 303] == [answer.status_code for answer in asked]
        said = await desk.http.post("/room/cmp/watched", json={}, headers=inside(lin))
        assert (429, True) == (said.status_code, bool(said.json()["problems"][0]["zh"]))
        strangers = [(await desk.http.get("/room/")).status_code for _ in range(3)]
        assert [401, 401, 429] == strangers
