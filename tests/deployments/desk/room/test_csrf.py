"""Forms that other sites send with a guest's cookie do nothing."""

from itertools import product

import pytest

from blocks.ledger import Ledger
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.room import HOST, KEY, cookies_of, inside, personal, ticket, word, word_in
from workprint.tickets import Ticket
from workprint.tokens import word as any_word

ORIGINS = [
    ("https://evil.example", 403),
    ("null", 403),
    (f"http://{HOST}", 403),
    (f"https://{HOST}:8443", 403),
    (f"https://{HOST}", 200),
    (f"HTTPS://{HOST.upper()}", 200),
]
SITES = [("cross-site", 403), ("same-site", 403), ("none", 200), ("same-origin", 200)]


async def left(desk: Desk, lin: Ticket, said: str, **headers: str) -> int:
    """The status of leaving, with this word and these headers."""
    answer = await desk.http.post("/room/out", data={"csrf": said}, headers={**inside(lin), **headers})
    return answer.status_code


async def test_the_word_belongs_to_the_session(desk: Desk, ledger: Ledger, lin: Ticket) -> None:
    """No word, another person's, another purpose's and one of odd signs are refused; the session's own is not."""
    other = await ledger.room.issue(ticket(id="tkt_other"))
    wrong = ["", word(other), any_word(KEY, "enter", lin.id), "é\ud7ff", word(lin)[:-1], "x" * 5000]
    assert [403] * 6 == [await left(desk, lin, said) for said in wrong]
    assert 403 == (await desk.http.post("/room/out", data={"other": "x"}, headers=inside(lin))).status_code
    assert 200 == await left(desk, lin, word(lin))


@pytest.mark.parametrize(("origin", "status"), ORIGINS)
async def test_the_origin_must_be_ours(desk: Desk, lin: Ticket, origin: str, status: int) -> None:
    """Also with the right word a form from another origin is refused."""
    assert status == await left(desk, lin, word(lin), origin=origin)


@pytest.mark.parametrize(("site", "status"), SITES)
async def test_the_browser_says_which_site(desk: Desk, lin: Ticket, site: str, status: int) -> None:
    """What the browser calls cross-site, or another host of the same site, is refused."""
    assert status == await left(desk, lin, word(lin), **{"sec-fetch-site": site})


async def test_nobody_is_made_to_enter(desk: Desk, ledger: Ledger, lin: Ticket) -> None:
    """Another site cannot let a visitor in with its own link, nor can a form of another link or session."""
    page = await desk.http.get(personal(lin))
    good = word_in(page)
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        answer = await desk.http.post(personal(lin), data={"csrf": good}, headers=headers)
        assert (403, {}) == (answer.status_code, cookies_of(answer))
    other = await ledger.room.issue(ticket(id="tkt_other"))
    for said in (word_in(await desk.http.get(personal(other))), word(lin), ""):
        answer = await desk.http.post(personal(lin), data={"csrf": said})
        assert (403, {}) == (answer.status_code, cookies_of(answer))
    assert 303 == (await desk.http.post(personal(lin), data={"csrf": good})).status_code


async def test_scripts_send_the_word_in_a_header(desk: Desk, lin: Ticket) -> None:
    """JSON without the header, or with a wrong one, changes nothing; with it the handler is asked."""
    for path, (said, refused) in product(
        ("/room/cmp/comments", "/room/cmp/watched"), ((None, True), ("x", True), (word(lin), False))
    ):
        headers = {**inside(lin), **({"x-workprint-csrf": said} if said else {})}
        answer = await desk.http.post(path, json={"draft": "none"}, headers=headers)
        assert (path, refused) == (path, answer.status_code == 403)
        assert answer.json()["problems"][0]["zh"]


@pytest.mark.parametrize(
    ("host", "status"),
    [(HOST, 401), (HOST.upper(), 401), (f"{HOST}:443", 401), ("evil.example", 421), (f"{HOST}.evil.example", 421)],
)
async def test_only_our_own_host_is_answered(desk: Desk, host: str, status: int) -> None:
    """A name that somebody else pointed at this desk opens no page of the room."""
    assert status == (await desk.http.get("/room/", headers={"host": host})).status_code


async def test_callbacks_and_health_know_no_host(desk: Desk) -> None:
    """The desk's other room answers under any name, as before."""
    headers = {"host": "desk.internal"}
    answers = [
        await desk.http.get("/healthz", headers=headers),
        await desk.http.post("/callbacks/sandbox/nobodys-token", headers=headers),
    ]
    assert [200, 404] == [answer.status_code for answer in answers]
    assert ["content-security-policy" in answer.headers for answer in answers] == [False, False]
