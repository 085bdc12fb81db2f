"""The screening room's addresses, and who is inside."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from workprint.errors import LinkRefused
from workprint.policy import ApproverRole
from workprint.room_links import Guest, RoomLinks
from workprint.tickets import Ticket
from workprint.tokens import Purpose, seal, unseal

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LINKS = RoomLinks("https://room.example.com", SecretStr("k" * 32))
TICKET = Ticket("tkt_1", "cmp", "林 Wei", (ApproverRole.LEGAL,), "mei", NOW, NOW + timedelta(days=2))
FILM = "drafts/spring-2026/hero-9x16-take1-rnd_0123.mp4"


def token_of(link: str) -> str:
    return urlsplit(link).path.rpartition("/")[2]


def test_the_page_of_a_campaign() -> None:
    """A campaign has one lasting address."""
    assert "https://room.example.com/room/spring-2026" == LINKS.page("spring-2026")


def test_a_personal_link_leads_to_its_ticket() -> None:
    """A personal link is our own address, names the ticket and nobody, and is good until the ticket ends."""
    link = LINKS.personal(TICKET)
    assert link.startswith("https://room.example.com/room/in/")
    assert TICKET.id == LINKS.ticket_id(token_of(link), TICKET.expires_at - timedelta(seconds=1))
    assert {"t": "tkt_1"} == unseal(LINKS.key, Purpose.LINK, token_of(link), NOW)
    with pytest.raises(LinkRefused, match="expired"):
        LINKS.ticket_id(token_of(link), TICKET.expires_at)


def test_the_same_ticket_has_the_same_link() -> None:
    """A reminder carries the very link of the first message."""
    assert LINKS.personal(TICKET) == LINKS.personal(TICKET)


def test_a_link_of_another_desk_is_none_of_ours() -> None:
    """Neither a personal nor a preview link of a desk with another key opens anything here."""
    foreign = RoomLinks(LINKS.base_url, SecretStr("j" * 32))
    with pytest.raises(LinkRefused, match="damaged"):
        LINKS.ticket_id(token_of(foreign.personal(TICKET)), NOW)
    with pytest.raises(LinkRefused, match="damaged"):
        LINKS.preview_key(token_of(foreign.preview(FILM, NOW)), NOW)


def test_a_preview_link_lets_nobody_in() -> None:
    """A preview link is no personal link, and a personal link or a session opens no preview."""
    with pytest.raises(LinkRefused, match="damaged"):
        LINKS.ticket_id(token_of(LINKS.preview(FILM, NOW)), NOW)
    session = seal(LINKS.key, Purpose.SESSION, {"t": "tkt_1", "k": FILM}, TICKET.expires_at)
    for token in (token_of(LINKS.personal(TICKET)), session):
        with pytest.raises(LinkRefused, match="damaged"):
            LINKS.preview_key(token, NOW)


@pytest.mark.parametrize("key", [FILM, FILM.replace("mp4", "webp"), "drafts/春/contact-sheet-0123.jpg"])
def test_a_preview_link_opens_its_file(key: str) -> None:
    """Films, small pictures and contact sheets of drafts have preview links that open exactly them."""
    link = LINKS.preview(key, NOW)
    assert link.startswith("https://room.example.com/room/p/")
    assert key == LINKS.preview_key(token_of(link), NOW)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "delivery/tea/cmp/hero-take1-rnd_1.mp4",
        "quarantine/cmp/hero-take1-rnd_1.mp4",
        "references/aaaa.jpg",
        "briefs/spring.jpg",
        "drafts/film.mp4",
        "drafts/cmp/hero.json",
        "drafts/cmp/hero.mp4.json",
        "drafts/cmp/deep/hero.mp4",
        "/drafts/cmp/hero.mp4",
        "x/drafts/cmp/hero.mp4",
        "drafts/cmp/hero.mp4\n",
        "drafts/cmp/hero.mp4?x=1",
        "drafts//hero.mp4",
        "drafts/../../delivery/hero.mp4",
        "DRAFTS/cmp/hero.mp4",
        "drafts/../hero.mp4",
        "drafts/./hero.mp4",
    ],
)
def test_nothing_but_a_preview_has_a_preview_link(key: str) -> None:
    """Finals, references, manifests, briefs and whatever is spelt otherwise get no lasting link."""
    with pytest.raises(LinkRefused, match="no preview"):
        LINKS.preview(key, NOW)


@given(st.text(max_size=60).filter(lambda key: not key.startswith("drafts/")))
def test_nothing_outside_the_drafts_has_a_preview_link(key: str) -> None:
    """No key outside `drafts/` gets a lasting link, whatever it is made of."""
    with pytest.raises(LinkRefused, match="no preview"):
        LINKS.preview(key, NOW)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_preview_link_lasts_a_month_or_two(now: datetime) -> None:
    """A preview link is good for a month at least and for two at most, and stays the same until the month is over."""
    token = token_of(LINKS.preview(FILM, now))
    assert FILM == LINKS.preview_key(token, now + timedelta(days=30))
    with pytest.raises(LinkRefused, match="expired"):
        LINKS.preview_key(token, now + timedelta(days=62))
    soon = now + timedelta(days=62)
    begins = datetime(soon.year, soon.month, 1, tzinfo=UTC) - timedelta(days=62)
    assert LINKS.preview(FILM, now) == LINKS.preview(FILM, begins)


def test_links_show_no_key() -> None:
    """Neither a link nor the value that makes them shows the key."""
    shown = f"{LINKS!r} {LINKS.personal(TICKET)} {LINKS.preview(FILM, NOW)}"
    assert LINKS.key.get_secret_value() not in shown


def test_a_guest_stays_in_the_campaign_of_the_link() -> None:
    """A personal link opens one campaign; staff see every one."""
    guest = Guest("lin", (), agent=False, campaign_id="cmp", session="tkt_1", until=TICKET.expires_at)
    staff = Guest("mei", (), agent=False, campaign_id=None, session="s", until=TICKET.expires_at)
    guest.check("cmp")
    for campaign in ("cmp", "other", ""):
        staff.check(campaign)
    for campaign in ("other", "", "CMP"):
        with pytest.raises(LinkRefused, match="another campaign"):
            guest.check(campaign)
