"""The campaign's page as a browser gets it: whole, in two languages, safe under its own policy."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from blocks.ledger import Ledger
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.room import inside, now, ticket, word
from tests.deployments.desk.room.showing import FIRST, SECOND, furnished
from workprint.comments import Comment
from workprint.policy import Policy
from workprint.tickets import Ticket

PAGE = "/room/cmp_1"
#: Elements that end themselves, or whose end may be left out.
_VOID = {"meta", "link", "input", "img", "br", "path", "rect", "circle"}


class Read(HTMLParser):
    """Every element of a page with its attributes; `open` is empty when all were closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert tag == self.open.pop()

    def every(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
async def ben(ledger: Ledger) -> Ticket:
    """Ben's link into a campaign with three drafts and an open question."""
    await furnished(ledger)
    return await ledger.room.issue(ticket(id="tkt_ben", campaign_id="cmp_1", name="Ben", roles=()))


async def page(desk: Desk, holder: Ticket, query: str = "", **headers: str) -> str:
    answer = await desk.http.get(PAGE + query, headers={**inside(holder), **headers})
    assert 200 == answer.status_code, answer.text
    return answer.text


async def test_the_page_is_whole(desk: Desk, ben: Ticket) -> None:
    """Every element is closed in order, no id is there twice, and every label and reference names one that is there."""
    read = Read(await page(desk, ben))
    ids = Counter(attributes["id"] for _, attributes in read.elements if "id" in attributes)
    assert [] == read.open
    assert set() == {name for name, count in ids.items() if count > 1}
    pointing = ("for", "aria-labelledby", "aria-describedby", "form")
    named = {attributes[key] for _, attributes in read.elements for key in pointing if attributes.get(key)}
    assert set() == named - set(ids)


async def test_nothing_in_it_needs_a_weaker_policy(desk: Desk, ben: Ticket) -> None:
    """No style attribute, no handler, no script or style of its own, and nothing from another host."""
    read = Read(await page(desk, ben))
    names = {name for _, attributes in read.elements for name in attributes}
    assert set() == {name for name in names if name == "style" or name.startswith("on")}
    assert [] == read.every("style")
    loaded = [each.get("src") for tag in ("script", "img", "video") for each in read.every(tag)]
    loaded += [each.get("href") for each in read.every("link")]
    assert loaded
    assert [] == [address for address in loaded if not (address or "").startswith("/room/")]


async def test_no_address_names_a_provider_or_a_key(desk: Desk, ben: Ticket) -> None:
    """Films and pictures are addressed by ids of ours alone."""
    text = await page(desk, ben)
    addresses = " ".join(re.findall(r'(?:src|href|action)="([^"]*)"', text))
    assert "/room/cmp_1/film/rnd_" in addresses
    assert [] == [word for word in ("sandbox", "seedance", "ark", "drafts/", ".mp4") if word in addresses]


async def test_films_wait_until_they_are_played(desk: Desk, ben: Ticket) -> None:
    """Every film has controls, plays in its place, and none starts by itself."""
    films = Read(await page(desk, ben)).every("video")
    assert 3 == len(films)
    assert all({"controls", "playsinline"} <= film.keys() and "autoplay" not in film for film in films)
    assert all(film["aria-label"] for film in films)


async def test_the_form_holds_every_variant(desk: Desk, ben: Ticket, ledger: Ledger) -> None:
    """Each waiting variant has its choices, note, next prompt and offer, all in the one form, which names the gate."""
    (gate,) = await ledger.gates.of("cmp_1")
    fields = Read(await page(desk, ben))
    mine = {
        e["name"]: e.get("value") for t in ("input", "textarea") for e in fields.every(t) if e.get("form") == "decide"
    }
    assert {f"{kind}:{name}" for kind in ("decision", "note", "prompt", "offer") for name in gate.variants} == set(mine)
    assert [gate.digest(name) for name in gate.variants] == [mine[f"offer:{name}"] for name in gate.variants]
    own = {each.get("name"): each.get("value") for each in fields.every("input") if "form" not in each}
    assert (gate.id, word(ben)) == (own["gate"], own["csrf"])


async def test_the_page_speaks_both_languages(desk: Desk, ben: Ticket) -> None:
    """The language that is asked for is that of the texts and of the document."""
    english, chinese = await page(desk, ben, "?lang=en"), await page(desk, ben, "?lang=zh")
    assert '<html lang="en">' in english
    assert "Waiting for decisions" in english
    assert '<html lang="zh-CN">' in chinese
    assert "等待审批" in chinese


async def test_what_people_write_stays_text(desk: Desk, ben: Ticket, ledger: Ledger) -> None:
    """A comment with markup in it is shown as it was written, and is no markup of the page."""
    sha = next(iter((await ledger.films("cmp_1")).values())).sha256
    evil = "<img src=x onerror=alert(1)> & 'quotes'"
    await ledger.room.comment(Comment("cmt_1", "cmp_1", FIRST.name, 1, sha, "<b>Mei</b>", evil, now(), 1.0))
    text = await page(desk, ben)
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; &#39;quotes&#39;" in text
    assert "<b>Mei</b>" not in text
    assert [] == Read(text).open


async def test_a_refused_form_comes_back_as_it_was(desk: Desk, ben: Ticket, ledger: Ledger) -> None:
    """A rejection without a reason is refused on the same page, which still holds everything that was filled in."""
    (gate,) = await ledger.gates.of("cmp_1")
    said = {f"decision:{FIRST.name}": "rejected", f"note:{FIRST.name}": "", f"prompt:{SECOND.name}": "mine <own>"}
    offers = {f"offer:{name}": gate.digest(name) for name in gate.variants}
    form = {"csrf": word(ben), "gate": gate.id, "nonce": "n1", **offers, **said}
    answer = await desk.http.post(f"{PAGE}/decide", data=form, headers=inside(ben))
    assert 422 == answer.status_code
    read = Read(answer.text)
    chosen = [each["value"] for each in read.every("input") if each.get("type") == "radio" and "checked" in each]
    assert ["rejected", "", ""] == chosen
    assert "mine &lt;own&gt;" in answer.text
    assert 'role="alert"' in answer.text
    assert 'name="nonce" value="n1"' in answer.text


async def test_an_agent_gets_no_form(desk: Desk, ledger: Ledger) -> None:
    """Whoever may not decide sees why, and no field to do it with."""
    await furnished(ledger, Policy())
    bot = await ledger.room.issue(ticket(id="tkt_bot", campaign_id="cmp_1", name="bot", roles=(), agent=True))
    text = await page(desk, bot)
    assert 'name="decision:' not in text
    assert "ask a person to decide in the screening room" in text
