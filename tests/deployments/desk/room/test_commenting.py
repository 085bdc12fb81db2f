"""Comments: kept as they were written, once, with second and part of the picture; and what is refused."""

import asyncio
from typing import Any

import httpx
import pytest

from blocks.ledger import Ledger
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.forms import guest, tell
from tests.deployments.desk.room.room import OIDC, STAFF, inside, now, running_room, staff, word
from tests.deployments.desk.room.showing import FIRST, SECOND, comment
from workprint.comments import LONGEST, MOST, Region
from workprint.gates import Gate
from workprint.tickets import Ticket

CORNER = {"x": 0, "y": 0, "width": 0.25, "height": 0.25}
#: Of a film of five seconds.
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"text": ""}, "text"),
    ({"text": " \n\t"}, "text"),
    ({"text": "x" * (LONGEST + 1)}, "text"),
    ({"text": 7}, "text"),
    ({"text": None}, "text"),
    ({"text": ["x"]}, "text"),
    ({"nonce": 7}, "nonce"),
    ({"second": -0.1}, "second"),
    ({"second": 5.2}, "second"),
    ({"second": "2"}, "second"),
    ({"second": True}, "second"),
    ({"second": 10**400}, "second"),
    ({"second": 1e300}, "second"),
    ({"second": -(10**400)}, "second"),
    ({"region": []}, "region"),
    ({"region": {}}, "region"),
    ({"region": "x"}, "region"),
    ({"region": {**CORNER, "z": 1}}, "region"),
    ({"region": {**CORNER, "width": 0}}, "region"),
    ({"region": {**CORNER, "x": 0.9}}, "region"),
    ({"region": {**CORNER, "y": -0.5}}, "region"),
    ({"region": {**CORNER, "x": 10**400}}, "region.x"),
    ({"region": {**CORNER, "height": None}}, "region.height"),
    ({"region": {**CORNER, "y": False}}, "region.y"),
    ({"draft": "0" * 64}, "draft"),
    ({"draft": None}, "draft"),
    ({"take": 2}, "draft"),
    ({"take": True}, "draft"),
    ({"take": "1"}, "draft"),
    ({"take": 10**400}, "draft"),
    ({"variant": SECOND.name}, "draft"),
    ({"variant": ["x"]}, "draft"),
    ({"variant": None}, "draft"),
]


def remark(gate: Gate, **changes: Any) -> dict[str, Any]:
    """What the page's script sends of the first draft."""
    draft = gate.of(FIRST.name)[0].draft
    return {"variant": FIRST.name, "take": 1, "draft": draft, "text": "less steam", "nonce": "n1", **changes}


def problem(answer: httpx.Response) -> dict[str, str]:
    """The one problem, told in both languages."""
    (found,) = answer.json()["problems"]
    assert all(found[name] for name in ("rule", "fix", "zh"))
    return dict(found)


async def test_a_comment_is_kept(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """With second and region, under the guest's name, about the very bytes that were looked at."""
    before = now()
    sent = remark(gate, text=" less\r\n steam ", second=2.25, region=CORNER)
    answer = await tell(desk, ben, "comments", sent)
    (kept,) = await ledger.room.comments("cmp_1")
    assert ("cmp_1", FIRST.name, 1, sent["draft"], "Ben") == (
        kept.campaign_id,
        kept.variant,
        kept.take,
        kept.draft_sha256,
        kept.actor,
    )
    assert ("less steam", 2.25, Region(0, 0, 0.25, 0.25)) == (kept.text, kept.second, kept.region)
    assert before <= kept.at
    assert (201, kept.at.isoformat()) == (answer.status_code, answer.json().pop("at"))
    assert {
        "id": kept.id,
        "variant": FIRST.name,
        "take": 1,
        "second": 2.25,
        "region": CORNER,
        "text": "less steam",
        "actor": "Ben",
        "line": "at 2.2 s, upper left: less steam",
    } == {name: value for name, value in answer.json().items() if name != "at"}


async def test_of_the_whole_film(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """Without second and region, said or left out, it is about all of it, and has no nonce if none is sent."""
    sent = remark(gate, second=None, region=None)
    left_out = {name: value for name, value in remark(gate, text="warmer").items() if name != "nonce"}
    answers = [await tell(desk, ben, "comments", one) for one in (sent, left_out)]
    assert [(201, None, None)] * 2 == [(a.status_code, a.json()["second"], a.json()["region"]) for a in answers]
    assert ["less steam", "warmer"] == [one.line() for one in await ledger.room.comments("cmp_1")]


async def test_a_comment_sent_twice(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """The same one is kept once, however often it comes; with another nonce, or of somebody else, it is another."""
    answers = await asyncio.gather(*(tell(desk, ben, "comments", remark(gate)) for _ in range(3)))
    assert [201] * 3 == [answer.status_code for answer in answers]
    assert 1 == len({answer.text for answer in answers}) == len(await ledger.room.comments("cmp_1"))
    for who, sent in ((ben, remark(gate, nonce="n2")), (await guest(ledger, "Lin"), remark(gate))):
        assert 201 == (await tell(desk, who, "comments", sent)).status_code
    assert 3 == len(await ledger.room.comments("cmp_1"))


async def test_comments_that_are_refused(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """What is wrong is said of its field, in both languages, and nothing is kept."""
    for changes, path in WRONG:
        answer = await tell(desk, ben, "comments", remark(gate, **changes))
        assert (422, path) == (answer.status_code, problem(answer)["path"]), changes
    assert () == await ledger.room.comments("cmp_1")


async def test_the_edges_are_taken(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """The first and the last moment, the whole picture, and the longest text."""
    edges: list[dict[str, Any]] = [
        {"second": 0},
        {"second": 5},
        {"region": {"x": 0, "y": 0, "width": 1, "height": 1}},
        {"text": "长" * LONGEST},
        {"take": 1.0},
    ]
    for number, changes in enumerate(edges):
        answer = await tell(desk, ben, "comments", remark(gate, nonce=str(number), **changes))
        assert 201 == answer.status_code, answer.text
    assert len(edges) == len(await ledger.room.comments("cmp_1"))


async def test_everything_that_is_wrong_at_once(desk: Desk, gate: Gate, ben: Ticket) -> None:
    """A text, a second and a region that do not fit are told in one list."""
    sent = remark(gate, text="", second=9, region={**CORNER, "x": 2})
    answer = await tell(desk, ben, "comments", sent)
    assert ["text", "second", "region"] == [one["path"] for one in answer.json()["problems"]]


async def test_drafts_of_others(desk: Desk, ledger: Ledger, gate: Gate) -> None:
    """A guest of another campaign reaches this one's drafts neither from there nor from here."""
    lin = await guest(ledger, "Lin", campaign_id="other")
    there = await tell(desk, lin, "comments", remark(gate), "/room/other")
    assert (422, "draft") == (there.status_code, problem(there)["path"])
    assert 403 == (await tell(desk, lin, "comments", remark(gate))).status_code
    assert () == await ledger.room.comments("other") == await ledger.room.comments("cmp_1")


async def test_enough_is_said(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """Nobody leaves more than a hundred comments on one take; what was kept may be sent again, and others go on."""
    for number in range(MOST - 1):
        await ledger.room.comment(comment(FIRST, f"remark {number}"))
    assert 201 == (await tell(desk, ben, "comments", remark(gate))).status_code
    answer = await tell(desk, ben, "comments", remark(gate, nonce="n2"))
    assert (409, "text") == (answer.status_code, problem(answer)["path"])
    again = await tell(desk, ben, "comments", remark(gate))
    lin = await tell(desk, await guest(ledger, "Lin"), "comments", remark(gate))
    assert [201, 201] == [again.status_code, lin.status_code]
    assert MOST + 1 == len(await ledger.room.comments("cmp_1"))


async def test_agents_and_staff_may_comment(ledger_url: str, ledger: Ledger, gate: Gate) -> None:
    """A software agent may remark on a draft, and so may staff, under their address."""
    bot = await guest(ledger, "bot", agent=True)
    async with running_room(ledger_url, oidc=OIDC) as desk:
        answers = [
            await tell(desk, bot, "comments", remark(gate)),
            await desk.http.post("/room/cmp_1/comments", json=remark(gate), headers=staff()),
        ]
    assert [(201, "bot"), (201, STAFF["n"])] == [(one.status_code, one.json()["actor"]) for one in answers]


async def test_after_the_end(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """A campaign that has ended takes no more comments, because no take follows; what it kept may be sent again."""
    assert 201 == (await tell(desk, ben, "comments", remark(gate))).status_code
    await ledger.close_campaign("cmp_1", "delivered")
    answer = await tell(desk, ben, "comments", remark(gate, text="too late"))
    assert (409, "campaign", True) == (answer.status_code, problem(answer)["path"], "ended" in problem(answer)["rule"])
    assert 201 == (await tell(desk, ben, "comments", remark(gate))).status_code
    assert 1 == len(await ledger.room.comments("cmp_1"))


@pytest.mark.parametrize("what", ["comments", "watched"])
async def test_what_another_site_sends(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket, what: str) -> None:
    """Without the page's word, or from another site, nothing is kept."""
    cookie = inside(ben)
    right = {**cookie, "x-workprint-csrf": word(ben)}
    for headers in (cookie, {**right, "origin": "https://evil.example"}, {**right, "sec-fetch-site": "cross-site"}):
        said = {**remark(gate), "stretches": []}
        assert 403 == (await desk.http.post(f"/room/cmp_1/{what}", json=said, headers=headers)).status_code
    assert () == await ledger.room.comments("cmp_1")
