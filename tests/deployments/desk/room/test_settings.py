"""When there is a room, and what a desk says that cannot open it."""

import os
import subprocess
import sys

import httpx
import pytest
from pydantic import SecretStr

from blocks.ledger import Ledger
from deployments.desk.__main__ import main
from deployments.desk.room.settings import RoomSettings, origin_of
from tests.blocks.ledger.making import campaign
from tests.deployments.desk.desk import running_desk
from tests.deployments.desk.room.room import personal, ticket
from tests.deployments.desk.test_process import started
from workprint.errors import InputError
from workprint.room_links import RoomLinks

KEY, URL = "k" * 32, "https://room.example.com"
GOOD = {"WORKPRINT_ROOM_KEY": KEY, "WORKPRINT_ROOM_URL": URL}
OIDC = {
    "WORKPRINT_OIDC_ISSUER": "https://login.example.com/realms/house",
    "WORKPRINT_OIDC_CLIENT_ID": "room",
    "WORKPRINT_OIDC_CLIENT_SECRET": "secret",
    "WORKPRINT_OIDC_ALLOWED": "Mei@Example.com, @studio.example.com",
}
WRONG_URLS = [
    "room.example.com",
    "ftp://room.example.com",
    "https://",
    "https://room.example.com/",
    "https://room.example.com/room",
    "https://room.example.com?x",
    "https://user@room.example.com",
    "https://room.example.com:port",
    "https://röom.example.com",
    "http://room.example.com",
    "http://192.168.1.1:9120",
]


def problems(**changes: str) -> list[str]:
    """The paths of what is wrong."""
    with pytest.raises(InputError) as caught:
        RoomSettings.from_environment({**GOOD, **changes})
    assert all(problem.fix and problem.zh for problem in caught.value.problems)
    return [problem.path for problem in caught.value.problems]


def test_without_key_and_url_there_is_no_room() -> None:
    """Neither set is no room; both set is one."""
    assert RoomSettings.from_environment({"WORKPRINT_TRUSTED_PROXIES": "nonsense"}) is None
    found = RoomSettings.from_environment(GOOD)
    assert found is not None
    assert (URL, True, None, ()) == (found.origin, found.secure, found.oidc, found.trusted_proxies)
    assert KEY not in repr(found)


@pytest.mark.parametrize(("name", "value"), [("WORKPRINT_ROOM_KEY", ""), ("WORKPRINT_ROOM_KEY", "k" * 31)])
def test_a_key_that_is_none(name: str, value: str) -> None:
    """A URL alone, and a key that could be guessed, are refused."""
    assert [name] == problems(**{name: value})


@pytest.mark.parametrize("url", ["", *WRONG_URLS])
def test_addresses_that_cannot_be(url: str) -> None:
    """The public address is scheme, host and port alone, and plain http only on this machine."""
    assert ["WORKPRINT_ROOM_URL"] == problems(WORKPRINT_ROOM_URL=url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9120", "http://localhost:9120", "http://[::1]:9120", f"{URL}:8443"])
def test_addresses_that_can_be(url: str) -> None:
    """Plain http on loopback and any https are taken."""
    found = RoomSettings.from_environment({**GOOD, "WORKPRINT_ROOM_URL": url})
    assert found is not None
    assert url == found.origin


def test_origins_are_written_as_browsers_do() -> None:
    """Case and the usual port do not count."""
    assert [URL, "http://[::1]", f"{URL}:80"] == [
        origin_of(url) for url in ("HTTPS://Room.Example.com:443", "http://[::1]:80", f"{URL}:80")
    ]


def test_sign_in_is_set_up_whole_or_not_at_all() -> None:
    """Whatever of it is missing is named; an empty list of people never means everybody."""
    found = RoomSettings.from_environment({**GOOD, **OIDC})
    assert found is not None
    assert found.oidc is not None
    people = ("mei@example.com", "MEI@example.COM", "lin@studio.example.com", "lin@sub.studio.example.com", "lin@x.com")
    assert [True, True, True, False, False] == [found.oidc.admits(person) for person in people]
    assert "secret'" not in repr(found)
    for name in OIDC:
        assert [name] == problems(**{**OIDC, name: ""})
    assert ["WORKPRINT_OIDC_ALLOWED"] == problems(**{**OIDC, "WORKPRINT_OIDC_ALLOWED": " , "})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WORKPRINT_OIDC_ISSUER", "http://login.example.com"),
        ("WORKPRINT_OIDC_ISSUER", "login"),
        ("WORKPRINT_OIDC_ISSUER", "https://login.example.com?x=1"),
        ("WORKPRINT_OIDC_ALLOWED", "example.com"),
        ("WORKPRINT_OIDC_ALLOWED", "mei@example.com,@"),
        ("WORKPRINT_OIDC_PRIVATE", "yes"),
        ("WORKPRINT_TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
    ],
)
def test_other_settings_that_cannot_be(name: str, value: str) -> None:
    """Each is named with how to mend it."""
    assert [name] == problems(**{**OIDC, name: value})


def test_everything_wrong_is_said_at_once() -> None:
    """One list has every problem of the room."""
    assert 4 == len(problems(**{**OIDC, "WORKPRINT_ROOM_KEY": "k", "WORKPRINT_ROOM_URL": "x",
                                "WORKPRINT_OIDC_CLIENT_ID": "", "WORKPRINT_TRUSTED_PROXIES": "x"}))  # fmt: skip


def test_a_desk_that_cannot_open_its_room_does_not_start(capfd: pytest.CaptureFixture[str]) -> None:
    """The process ends with 1 and the problem, without the key."""
    os.environ["WORKPRINT_ROOM_KEY"] = "a short key"
    try:
        code = main(["--port", "0"])
    finally:
        del os.environ["WORKPRINT_ROOM_KEY"]
    said = capfd.readouterr().err
    assert (1, 2, False) == (code, said.count("error: WORKPRINT_ROOM_"), "a short key" in said)


async def test_without_a_room_the_desk_is_as_before(sqlite_url: str) -> None:
    """There is nothing below /room, plain as any other address that is none."""
    async with running_desk(sqlite_url) as desk:
        for path in ("/room", "/room/", "/room/cmp", "/room/openapi.json"):
            answer = await desk.http.get(path)
            assert (404, "Not Found") == (answer.status_code, answer.text)
            assert "content-security-policy" not in answer.headers


def test_without_a_room_nothing_of_it_is_loaded() -> None:
    """A desk without a room imports neither Prefect nor Jinja2, boto3 or the code of OpenID Connect."""
    code = (
        "import sys, deployments.desk.__main__, deployments.desk.server; "
        "print(*sorted({'prefect', 'jinja2', 'boto3', 'joserfc'} & set(sys.modules)))"
    )
    ran = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert "" == ran.stdout.strip()


@pytest.mark.system
async def test_the_process_opens_the_room(sqlite_url: str) -> None:
    """With key and URL it says where the room is, lets in, and writes no token and no key anywhere."""
    links = RoomLinks(URL, SecretStr(KEY))
    async with await Ledger.open(sqlite_url) as ledger:
        await ledger.open_campaign(campaign())
        lin = await ledger.room.issue(ticket())
    link = links.personal(lin).removeprefix(URL)
    async with started(WORKPRINT_LEDGER_URL=sqlite_url, **GOOD) as (process, url):
        assert process.stdout is not None
        assert f"screening room on {URL}/room/" in (await process.stdout.readline()).decode()
        async with httpx.AsyncClient(base_url=url, headers={"host": "room.example.com"}, trust_env=False) as client:
            statuses = [(await client.get(path)).status_code for path in (link, personal(lin), "/room/", "/room/p/x")]
        process.terminate()
        out, err = await process.communicate()
    assert [200, 403, 401, 403] == statuses
    said = (out + err).decode()
    assert (0, []) == (process.returncode, [word for word in (link, KEY, "Traceback") if word in said])
