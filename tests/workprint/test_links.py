"""When links end, and how they are shown."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.links import UNREADABLE, from_unix, is_http_link, link_expiry, without_query

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("X-Amz-Date=20261123T100000Z&X-Amz-Expires=3600", AT + timedelta(hours=1)),
        ("X-Tos-Date=20261123T100000Z&X-Tos-Expires=86400", AT + timedelta(days=1)),
        ("x-tos-expires=60&x-tos-date=20261123T100000Z", AT + timedelta(minutes=1)),
        ("Expires=1795428000", datetime.fromtimestamp(1795428000, UTC)),
        ("X-Amz-Date=20261123T100000Z&X-Amz-Expires=3600&Expires=1", datetime.fromtimestamp(1, UTC)),
        ("X-Amz-Date=20261123T100000Z", None),
        ("X-Amz-Date=yesterday&X-Amz-Expires=3600", None),
        ("X-Amz-Date=20261123T100000Z&X-Amz-Expires=1e99", None),
        ("X-Amz-Date=20261123T100000Z&X-Amz-Expires=nan", None),
        ("Expires=soon", None),
        ("", None),
    ],
)
def test_a_link_says_when_it_ends(query: str, expected: datetime | None) -> None:
    """The end is read from the signed query, and only from what can be read."""
    assert expected == link_expiry(f"https://v.example/x.mp4?{query}")


@given(st.integers(10**9, 4 * 10**9), st.integers(0, 10**8))
def test_expiry_is_start_plus_life(signed: int, life: int) -> None:
    """For every signing time and every life the end is exactly their sum."""
    start = datetime.fromtimestamp(signed, UTC)
    query = urlencode({"X-Tos-Date": start.strftime("%Y%m%dT%H%M%SZ"), "X-Tos-Expires": life})

    assert start + timedelta(seconds=life) == link_expiry(f"https://v.example/?{query}")


def test_a_broken_link_says_nothing() -> None:
    """What is no URL has no end."""
    assert link_expiry("https://[broken?Expires=1795428000") is None


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    """A provider can put anything where a link belongs: all three questions about it get an answer."""
    link_expiry(text)
    without_query(text)
    is_http_link(text)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://v.example/a/b.mp4?X-Tos-Signature=abc#t=1", "https://v.example/a/b.mp4"),
        ("https://user:secret@v.example:8443/x", "https://v.example:8443/x"),
        ("s3://bucket/key.mp4", "s3://bucket/key.mp4"),
        ("pictures/kettle.png", "pictures/kettle.png"),
        ("data:image/png;base64,AAAA", "data:image/png;base64"),
        ("http://[broken", UNREADABLE),
    ],
)
def test_a_shown_link_has_no_secret(url: str, expected: str) -> None:
    """Query, fragment, user, password and inline bytes never reach a log."""
    assert expected == without_query(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://v.example/x", True),
        ("http://127.0.0.1:9/x", True),
        ("ftp://v.example/x", False),
        ("https:///x", False),
        ("https://v.example/a b", False),
        ("https://v.example/\nx", False),
        ("https://v.example:99999/", False),
        ("", False),
        (None, False),
        (7, False),
    ],
)
def test_only_http_links_are_usable(url: object, expected: bool) -> None:
    """A usable link is http(s), names a host, and holds nothing a request line could not."""
    assert expected == is_http_link(url)


@pytest.mark.parametrize("value", [True, None, [], "x", float("nan"), float("inf"), 10**400, "9" * 5000])
def test_what_is_no_time_is_none(value: object) -> None:
    """Only a number inside the calendar is a time."""
    assert from_unix(value) is None
