"""Whose key a result link wants, and which host is known anyway."""

import pytest

from blocks.provider_link import Fetch, fetching

API = "https://relay.example.com:8443/openai"
KEY = "Bearer k"


@pytest.mark.parametrize(
    "link",
    [
        "http://relay.example.com:8443/openai/v1/videos/1/content",
        "https://relay.example.com/openai/v1/videos/1/content",
        "https://relay.example.com:8443.evil.example/v1/videos/1/content",
        "https://relay.example.com:8443@evil.example/v1/videos/1/content",
        "https://cdn.example.com/film.mp4",
    ],
)
def test_a_strangers_host_gets_nothing(link: str) -> None:
    """Another scheme, port or host, however it is dressed up, gets no key and no trust."""
    assert Fetch() == fetching(link, API, KEY)


def test_the_apis_own_host_gets_the_key() -> None:
    """A link of the API's own scheme, host and port is fetched with the key, and may be private."""
    found = fetching("https://relay.example.com:8443/openai/v1/videos/1/content", API, KEY)

    assert Fetch({"Authorization": KEY}, "relay.example.com:8443") == found


def test_no_key_is_sent_where_none_is_wanted() -> None:
    """A provider whose links are signed gets no key with them."""
    assert {} == fetching("https://relay.example.com:8443/film.mp4", API, "").headers


def test_a_key_does_not_show() -> None:
    """The key stands in no repr."""
    assert "Bearer" not in repr(fetching(f"{API}/film", API, KEY))
