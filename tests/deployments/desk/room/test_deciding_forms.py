"""Forms that no page of ours makes, and the largest that one does: refused with all that is wrong, or taken whole."""

from urllib.parse import urlencode

import pytest

from blocks.ledger import Ledger
from deployments.desk.room.routes import LARGEST_DECISION
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.forms import (
    ALL,
    APPROVED,
    PAGE,
    REJECTED,
    decide,
    decided,
    form,
    on_record,
    refused,
    votes,
)
from tests.deployments.desk.room.room import HOST, inside, word
from tests.deployments.desk.room.showing import FIRST, SECOND
from workprint.gates import Gate
from workprint.rules import MAX_VARIANTS
from workprint.tickets import Ticket

NAME = FIRST.name
STRANGE = ["", " ", "hero", f"{NAME} ", NAME.upper(), "../../etc", "<b>x</b>", "观看", "a" * 5000, "\u202e", "%00", "."]
WORDS = ["APPROVED", " approved", "withdrawn", "yes", "0", "approved,rejected", "通过", "a" * 5000]


async def test_names_that_are_not_asked_about(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """A decision on anything that is not asked about is refused, and with it the whole form."""
    for name in STRANGE:
        sent = form(gate, {NAME: APPROVED, name: APPROVED}, **{f"offer:{name}": gate.digest(NAME)})
        assert refused(await decide(desk, ben, sent), 422, "is not asked about here"), name
    assert [] == await votes(ledger)


async def test_words_that_are_no_decision(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """Only the page's own words decide."""
    for said in WORDS:
        assert refused(await decide(desk, ben, form(gate, {**ALL, NAME: said})), 422, NAME, "is no decision"), said
    assert [] == await votes(ledger)


@pytest.mark.parametrize(("field", "most"), [("note", 500), ("prompt", 2000)])
async def test_texts_that_are_too_long(
    desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket, field: str, most: int
) -> None:
    """A text of one sign more than its field takes is refused, with the name of its variant, and none is cut."""
    sent = form(gate, {NAME: APPROVED}, **{f"{field}:{NAME}": "长" * (most + 1)})
    assert refused(await decide(desk, ben, sent), 422, f'href="#{NAME}"', f"has {most + 1} characters, {most} are")
    assert [] == await votes(ledger)
    fits = form(gate, {NAME: APPROVED}, **{f"{field}:{NAME}": "长" * most})
    assert on_record(await decide(desk, ben, fits), 1)


async def test_ends_of_lines_count_once(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """A note that is as long as its field allows fits, though browsers send two signs for the end of each line."""
    sent = form(gate, {NAME: REJECTED}, **{f"note:{NAME}": "a\r\n" * 249 + "ab"})
    assert on_record(await decide(desk, ben, sent), 1)
    assert "a\n" * 249 + "ab" == (await decided(ledger))[NAME].note


async def test_everything_that_is_wrong(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """All problems are told at once, in the language of the page, and what was typed is still there."""
    sent = form(gate, {NAME: "perhaps", SECOND.name: REJECTED}, **{f"note:{SECOND.name}": "x" * 501})
    answer = await desk.http.post(f"{PAGE}/decide?lang=zh", data={"csrf": word(ben), **sent}, headers=inside(ben))
    assert refused(answer, 422, NAME, SECOND.name, "请选择：通过、拒绝或修改", "共 501 字，最多 500 字")
    assert "x" * 501 in answer.text


async def test_the_largest_campaigns_form(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """Four fields for each of the most variants a brief may have, with long texts in Chinese, are one form."""
    names = [f"variant-{number}" for number in range(MAX_VARIANTS - len(gate.variants))]
    more = {f"{kind}:{name}": "长" * 500 for name in names for kind in ("note", "prompt")}
    more |= {f"decision:{name}": "" for name in names} | {f"offer:{name}": "0" * 64 for name in names}
    texts = {f"{kind}:{name}": "短" for name in gate.variants for kind in ("note", "prompt")}
    assert on_record(await decide(desk, ben, form(gate, ALL, **more, **texts)), 3)


async def test_a_form_larger_than_any_page_makes(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """It is refused, and of strangers nobody waits for as much as a guest may send."""
    form_type = "Content-Type: application/x-www-form-urlencoded"
    for more, length, status in (
        (f"Cookie: {inside(ben)['cookie']}\r\n", LARGEST_DECISION + 1, b"413"),
        ("", LARGEST_DECISION, b"401"),
    ):
        head = f"POST {PAGE}/decide HTTP/1.1\r\nHost: {HOST}\r\n{more}{form_type}\r\nContent-Length: {length}\r\n\r\n"
        said = await desk.say(head.encode())
        assert (b"HTTP/1.1 " + status, True) == (said[:12], b"connection: close" in said.lower())


async def test_a_field_that_comes_twice(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """Nobody guesses which of two answers counts."""
    twice = urlencode([("csrf", word(ben)), *form(gate, ALL).items(), (f"decision:{NAME}", REJECTED)])
    headers = {**inside(ben), "content-type": "application/x-www-form-urlencoded"}
    assert 422 == (await desk.http.post(f"{PAGE}/decide", content=twice, headers=headers)).status_code
    assert [] == await votes(ledger)
