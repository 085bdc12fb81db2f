"""What of a callback is kept, and what is said back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.callbacks import KEPT_OF_A_HEADER, Receipt, challenge, kept_headers, token_hash
from workprint.redact import GONE, is_secret

TOKEN = "tQ3vX8h0sWm5c1Zr7yLkPbNd2fGjUaEo9iVwCxSuHqR"


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Proxy-Authorization",
        "cookie",
        "set-cookie",
        "x-api-key",
        "X-Auth-Token",
        "x-amz-security-token",
    ],
)
def test_headers_that_are_secrets(name: str) -> None:
    """Keys, tokens and cookies are known by the names of their headers."""
    assert is_secret(name)
    assert {name: GONE} == kept_headers([(name, "s3cret")], TOKEN)


@pytest.mark.parametrize("name", ["content-type", "user-agent", "x-request-id", "webhook-signature", "accept"])
def test_headers_that_are_kept(name: str) -> None:
    """What tells a story is kept, also a signature: it proves, and opens nothing."""
    assert {name: "a story"} == kept_headers([(name, "a story")], TOKEN)


def test_a_header_that_comes_twice_is_kept_whole() -> None:
    """Its values stand in one entry, as HTTP reads them."""
    assert {"x": "a, b"} == kept_headers([("x", "a"), ("x", "b")], TOKEN)


@given(st.text(max_size=50), st.text(max_size=50))
def test_the_token_is_in_no_header(before: str, after: str) -> None:
    """Wherever a proxy repeats it, it is gone."""
    assert TOKEN not in str(kept_headers([("x-original-uri", f"{before}{TOKEN}{after}")], TOKEN))


def test_a_long_header_is_shortened() -> None:
    """Of one header no more is kept than anybody reads."""
    assert len(kept_headers([("x", "a b " * 5000)], TOKEN)["x"]) < KEPT_OF_A_HEADER + 50


@pytest.mark.parametrize(
    "body", [None, {}, {"challenge": ""}, {"challenge": 1}, {"challenge": "a\n"}, {"challenge": "a" * 513}]
)
def test_what_is_no_challenge(body: dict[str, object] | None) -> None:
    """Only a short printable word is said back."""
    assert challenge(body) is None


def test_a_challenge() -> None:
    """The provider's own word, as it came."""
    assert "挑战-1" == challenge({"challenge": "挑战-1"})


def test_only_a_nudge_counts() -> None:
    """Nothing follows from any other callback."""
    assert [Receipt.NUDGE] == [receipt for receipt in Receipt if receipt.counts]


@given(st.text())
def test_any_token_has_a_hash(token: str) -> None:
    """64 hex digits, also of what no token can be."""
    assert 64 == len(token_hash(token)) == len(f"{int(token_hash(token), 16):064x}")
