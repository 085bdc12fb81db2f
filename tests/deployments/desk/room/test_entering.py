"""Personal links: who they let in, what looking at one spends, and what is said of one that opens nothing."""

from datetime import timedelta
from itertools import product

import pytest
from pydantic import SecretStr

from blocks.ledger import Ledger
from deployments.desk.room.sessions import COOKIE
from tests.blocks.ledger.making import campaign
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.room import (
    KEY,
    LINKS,
    as_cookie,
    cookies_of,
    entered,
    inside,
    now,
    path,
    personal,
    ticket,
    word,
    word_in,
)
from workprint.policy import ApproverRole
from workprint.room_links import RoomLinks
from workprint.tickets import Ticket
from workprint.tokens import Purpose, seal


async def test_a_link_says_who_and_what(desk: Desk, lin: Ticket) -> None:
    """Its page names the person, the campaign, the roles and the end, in the language that is asked for."""
    for language, words in (("en", ("creative", "Enter")), ("zh", ("创意", "进入"))):
        page = await desk.http.get(f"{personal(lin)}?lang={language}")
        assert 200 == page.status_code
        shown = ("Lin &lt;Mei&gt;", "Tea", f"{lin.expires_at:%Y-%m-%d %H:%M}", *words)
        assert [] == [text for text in shown if text not in page.text]
        assert "Lin <Mei>" not in page.text


async def test_looking_at_a_link_spends_nothing(desk: Desk, lin: Ticket) -> None:
    """However often a chat program looks, by GET or HEAD, there is no cookie, and the link lets its holder in after."""
    for method, _ in product(("HEAD", "GET"), range(5)):
        looked = await desk.http.request(method, personal(lin))
        assert (200, {}) == (looked.status_code, cookies_of(looked))
    assert 303 == (await entered(desk, lin)).status_code


async def test_the_button_lets_its_holder_in(desk: Desk, lin: Ticket) -> None:
    """The answer leads to the campaign's page, with a cookie that only this host and no script can read."""
    answer = await entered(desk, lin)
    assert (303, "/room/cmp") == (answer.status_code, answer.headers["location"])
    value, *attributes = cookies_of(answer)[COOKIE].split("; ")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} < set(attributes)
    assert not [attribute for attribute in attributes if attribute.lower().startswith("domain")]
    home = await desk.http.get("/room/", headers=as_cookie(value.partition("=")[2]))
    assert (303, "/room/cmp") == (home.status_code, home.headers["location"])


@pytest.mark.parametrize(("hours", "seconds"), [(72, 12 * 3600), (1, 3600)])
async def test_a_visit_ends_with_the_ticket(desk: Desk, ledger: Ledger, hours: int, seconds: int) -> None:
    """The cookie lives for twelve hours, or until the ticket's end when that is sooner."""
    holder = await ledger.room.issue(ticket(expires_at=now() + timedelta(hours=hours)))
    cookie = cookies_of(await entered(desk, holder))[COOKIE]
    (age,) = [part for part in cookie.split("; ") if part.startswith("Max-Age=")]
    assert seconds - 30 <= int(age.partition("=")[2]) <= seconds


async def test_links_that_open_nothing(desk: Desk, ledger: Ledger, lin: Ticket) -> None:
    """Damaged, foreign, unknown, expired and revoked links say in both languages whom to ask, and nothing else."""
    foreign = RoomLinks(LINKS.base_url, SecretStr("another room's key, which has just as many signs"))
    unknown, gone = ticket(id="tkt_nobody"), await ledger.room.issue(ticket(id="tkt_gone"))
    await ledger.room.revoke(gone.id, "ops")
    over = await ledger.room.issue(ticket(id="tkt_over", expires_at=now() - timedelta(seconds=1)))
    session_token = seal(KEY, Purpose.SESSION, {"t": lin.id}, lin.expires_at)
    refused = [
        (personal(lin)[:-1], 403),
        ("/room/in/nonsense", 403),
        (f"/room/in/{session_token}", 403),
        (path(foreign.personal(lin)), 403),
        (personal(unknown), 403),
        (personal(gone), 410),
        (personal(over), 410),
    ]
    for method, (link, status) in product(("GET", "POST"), refused):
        answer = await desk.http.request(method, link, data={"csrf": "x"} if method == "POST" else None)
        assert (link, status) == (link, answer.status_code)
        assert [True, True] == [text in answer.text for text in ("Ask whoever sent it", "请向发送者索取")]
        assert [] == [text for text in ("Tea", "cmp", "Lin") if text in answer.text]
        assert {} == cookies_of(answer)


async def test_a_changed_link_is_refused(desk: Desk, lin: Ticket) -> None:
    """Whichever sign of a link is changed, it opens nothing."""
    link = personal(lin)
    start = len("/room/in/")
    places = range(start, len(link), 7)
    changed = [link[:n] + ("A" if link[n] != "A" else "B") + link[n + 1 :] for n in places]
    statuses = set()
    for one in changed[:25]:
        statuses.add((await desk.http.get(one)).status_code)
    assert {403} == statuses


async def test_a_link_that_ends_while_its_page_is_open(desk: Desk, ledger: Ledger, lin: Ticket) -> None:
    """Revoked between the page and the button, it lets nobody in."""
    page = await desk.http.get(personal(lin))
    await ledger.room.revoke(lin.id, "ops")
    answer = await desk.http.post(personal(lin), data={"csrf": word_in(page)})
    assert (410, {}) == (answer.status_code, cookies_of(answer))


async def test_a_second_link_takes_the_place_of_the_first(desk: Desk, ledger: Ledger, lin: Ticket) -> None:
    """Somebody inside is told that entering with another link ends that visit, and only then."""
    other = await ledger.room.issue(ticket(id="tkt_other", campaign_id="other", name="Lin"))
    notes = [
        'role="note"' in (await desk.http.get(personal(holder), headers=headers)).text
        for holder, headers in ((other, inside(lin)), (other, inside(other)), (other, {}), (lin, inside(other)))
    ]
    assert [True, False, False, True] == notes
    answer = await entered(desk, other, **inside(lin))
    assert "/room/other" == answer.headers["location"]
    assert COOKIE in cookies_of(answer)


async def test_an_agent_is_told_what_it_may(desk: Desk, ledger: Ledger) -> None:
    """A link of a software agent says that it cannot decide; a title or name of markup is shown as text."""
    await ledger.open_campaign(campaign("odd", title="<script>alert(1)</script>"))
    robot = await ledger.room.issue(ticket(id="tkt_robot", campaign_id="odd", name="<b>bot</b>", roles=(), agent=True))
    page = (await desk.http.get(personal(robot))).text
    assert "cannot decide" in page
    assert [False, False] == ["<script>alert" in page, "<b>bot" in page]


async def test_leaving_ends_the_visit(desk: Desk, lin: Ticket) -> None:
    """The way out needs the session's own word, and takes the cookie away."""
    refused = await desk.http.post("/room/out", data={"csrf": "x"}, headers=inside(lin))
    assert (403, {}) == (refused.status_code, cookies_of(refused))
    answer = await desk.http.post("/room/out", data={"csrf": word(lin)}, headers=inside(lin))
    assert 200 == answer.status_code
    assert "Max-Age=0" in cookies_of(answer)[COOKIE]


async def test_the_same_person_from_two_browsers(desk: Desk, ledger: Ledger) -> None:
    """A link works in every browser of its holder until it ends."""
    holder = await ledger.room.issue(ticket(roles=tuple(ApproverRole)))
    assert [303, 303] == [(await entered(desk, holder)).status_code for _ in range(2)]
