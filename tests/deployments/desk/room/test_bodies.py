"""What a request may bring: one form, one JSON object, whole, small and readable."""

import json

import pytest

from blocks.ledger import Ledger
from deployments.desk.room.bodies import LONGEST, MOST_FIELDS
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.room import HOST, inside, running_room, word
from workprint.tickets import Ticket

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
FORMS = [
    (b"csrf=x", "text/plain", 415),
    (b"csrf=x", "multipart/form-data; boundary=x", 415),
    (b"csrf=x", "", 415),
    (b"csrf", FORM, 400),
    (b"&".join(b"f%d=" % n for n in range(MOST_FIELDS + 1)), FORM, 400),
    (b"csrf=%ff%fe", FORM, 422),
    ("csrf=水".encode(), FORM, 422),
    (b"csrf=%00", FORM, 422),
    (b"csrf=a&csrf=b", FORM, 422),
    (b"csrf=" + b"x" * LONGEST, FORM, 413),
    (b"csrf=" + b"x" * (LONGEST - 5), FORM, 403),
]
OBJECTS = [
    (b"{}", "text/json", 415),
    (b"", JSON, 400),
    (b"{", JSON, 400),
    (b'{"a": NaN}', JSON, 400),
    (b'{"a": %s}' % (b"9" * 5000), JSON, 400),
    (b"[" * 100_000, JSON, 400),
    (b"[]", JSON, 422),
    (b'"a"', JSON, 422),
    (b"\xff", JSON, 422),
    (rb'{"a": ["\u0000"]}', JSON, 422),
    (rb'{"a": {"\ud800": 1}}', JSON, 422),
    (json.dumps({"a": "x" * LONGEST}).encode(), JSON, 413),
]


@pytest.mark.parametrize(("body", "kind", "status"), FORMS)
async def test_forms(desk: Desk, lin: Ticket, body: bytes, kind: str, status: int) -> None:
    """A form of another kind, broken, too large or not text is refused with a page of both languages."""
    answer = await desk.http.post("/room/out", content=body, headers={**inside(lin), "content-type": kind})
    assert (status, status == 413) == (answer.status_code, answer.headers.get("connection") == "close")
    assert 'lang="zh"' in answer.text


@pytest.mark.parametrize(("body", "kind", "status"), OBJECTS)
async def test_objects(desk: Desk, lin: Ticket, body: bytes, kind: str, status: int) -> None:
    """What is no JSON object of readable text is refused with a problem in both languages."""
    headers = {**inside(lin), "content-type": kind, "x-workprint-csrf": word(lin)}
    answer = await desk.http.post("/room/cmp/comments", content=body, headers=headers)
    assert status == answer.status_code
    assert [True, True] == [bool(answer.json()["problems"][0][name]) for name in ("rule", "zh")]


async def test_who_is_refused_is_heard_out(desk: Desk) -> None:
    """A form of a stranger is read to its end before the refusal: a browser that still sends would not read it."""
    body = b"csrf=" + b"x" * (LONGEST - 5)
    for _ in range(5):
        answer = await desk.http.post("/room/cmp/decide", content=body, headers={"content-type": FORM})
        assert (401, False) == (answer.status_code, "connection" in answer.headers)


async def test_a_body_that_never_comes_is_given_up(ledger_url: str, ledger: Ledger, lin: Ticket) -> None:
    """Half a form is answered with 408 and the end of the connection."""
    async with running_room(ledger_url, body_seconds=0.2) as desk:
        cookie = inside(lin)["cookie"]
        head = f"POST /room/out HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookie}\r\nContent-Type: {FORM}\r\n"
        answer = await desk.say(head.encode() + b"Content-Length: 10\r\n\r\n", b"c")
        assert answer.startswith(b"HTTP/1.1 408 ")
