"""Who is inside: as the cookie and the ledger say at each request, and nobody else."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from blocks.ledger import Ledger
from deployments.desk.room.oidc_settings import OidcSettings
from deployments.desk.room.sessions import COOKIE
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.room import KEY, OIDC, STAFF, as_cookie, inside, now, running_room, session, ticket
from workprint.tickets import Ticket
from workprint.tokens import Purpose, seal


async def test_nobody_is_inside_without_a_cookie(desk: Desk) -> None:
    """Pages ask for the personal link in both languages, and addresses for scripts say it as JSON."""
    for path in ("/room/", "/room/cmp", "/room/nobody-knows-this"):
        page = await desk.http.get(path)
        assert (401, "PersonalLink") == (page.status_code, page.headers["www-authenticate"])
        assert [True, True] == [text in page.text for text in ("Open the personal link", "请打开发送给您的个人链接")]
    said = await desk.http.post("/room/cmp/watched", json={})
    assert (401, ["path", "rule", "fix", "zh"]) == (said.status_code, list(said.json()["problems"][0]))


async def test_a_revoked_ticket_is_out_at_once(desk: Desk, ledger: Ledger, lin: Ticket) -> None:
    """The very next request of somebody whose link was withdrawn is refused, whatever it asks for."""
    assert 303 == (await desk.http.get("/room/", headers=inside(lin))).status_code
    await ledger.room.revoke(lin.id, "ops")
    for method, path in (("GET", "/room/"), ("GET", "/room/cmp"), ("POST", "/room/cmp/comments")):
        answer = await desk.http.request(method, path, headers=inside(lin))
        assert (410, True) == (answer.status_code, "withdrawn" in answer.text)


async def test_an_ended_ticket_is_out(desk: Desk, ledger: Ledger) -> None:
    """A session that says it lasts longer than its ticket does not."""
    over = await ledger.room.issue(ticket(expires_at=now() - timedelta(seconds=1)))
    assert 410 == (await desk.http.get("/room/", headers=inside(over))).status_code


async def test_cookies_that_are_not_ours(desk: Desk, lin: Ticket) -> None:
    """Expired, forged, changed, and tokens of another purpose let nobody in."""
    good = inside(lin)["cookie"].partition("=")[2]
    link = seal(KEY, Purpose.LINK, {"t": lin.id}, lin.expires_at)
    strangers = [
        session(now() - timedelta(seconds=1), t=lin.id),
        session(key=SecretStr("another room's key, which has just as many signs"), t=lin.id),
        as_cookie(good[:-2]),
        as_cookie(f"x{good}"),
        as_cookie(link),
        as_cookie("nonsense"),
    ]
    assert [401] * 6 == [(await desk.http.get("/room/", headers=headers)).status_code for headers in strangers]
    assert 403 == (await desk.http.get("/room/", headers=session(t="tkt_nobody"))).status_code


async def test_a_link_is_for_one_campaign(desk: Desk, lin: Ticket) -> None:
    """Another campaign's pages are refused in the same way whether there is such a campaign or not."""
    answers = [await desk.http.get(f"/room/{name}", headers=inside(lin)) for name in ("other", "nobody", "%00")]
    assert [403, 403, 404] == [answer.status_code for answer in answers]
    assert answers[0].text.replace("other", "") == answers[1].text.replace("nobody", "")
    assert 404 == (await desk.http.get("/room/cmp/film/rnd_none", headers=inside(lin))).status_code


async def test_staff_see_every_campaign(ledger_url: str, ledger: Ledger) -> None:
    """Somebody signed in is let through to any campaign, and is told when there is none of that name."""
    async with running_room(ledger_url, oidc=OIDC) as desk:
        answers = [
            (await desk.http.get(path, headers=session(**STAFF))).status_code
            for path in ("/room/", "/room/cmp/film/rnd_none", "/room/other/film/rnd_none", "/room/nobody")
        ]
        assert [200, 404, 404, 404] == answers


@pytest.mark.parametrize(
    "oidc", [None, OidcSettings("https://l.example", "room", SecretStr("x"), ("lin@example.com",))]
)
async def test_staff_who_are_no_longer_ours_are_out(ledger_url: str, ledger: Ledger, oidc: OidcSettings | None) -> None:
    """When sign-in is taken away, or an address from the list, their sessions end with it."""
    async with running_room(ledger_url, oidc=oidc) as desk:
        assert 410 == (await desk.http.get("/room/", headers=session(**STAFF))).status_code


async def test_the_language_is_remembered(desk: Desk) -> None:
    """It follows the address, then the choice made before, then the browser; other words are passed over."""
    asked = [
        ("?lang=zh", {}, "zh"),
        ("", {"cookie": "lang=zh", "accept-language": "en"}, "zh"),
        ("?lang=fr", {"accept-language": "fr, zh-CN;q=0.8, en;q=0.5"}, "zh"),
        ("", {"accept-language": "en;q=0.9, zh;q=x"}, "en"),
        ("", {}, "en"),
    ]
    for query, headers, language in asked:
        answer = await desk.http.get(f"/room/nowhere/at/all{query}", headers=headers)
        first = answer.text.index("There is nothing here."), answer.text.index("此处没有内容。")
        assert ("zh" if first[1] < first[0] else "en") == language
        assert ("lang=zh" in str(answer.headers.get_list("set-cookie"))) == (query == "?lang=zh")


async def test_no_answer_gives_a_session_away(desk: Desk, lin: Ticket) -> None:
    """Pages of somebody inside hold the form's word, and never the cookie or the ticket's id."""
    page = await desk.http.get("/room/other", headers=inside(lin))
    assert [False, False] == [lin.id in page.text, inside(lin)["cookie"].partition("=")[2] in page.text]
    assert COOKIE not in page.headers.get("set-cookie", "")
