"""Secrets as providers show them, and keys as they publish them."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.workprint import signers
from workprint.signatures import Scheme
from workprint.signatures.keys import MOST_PUBLISHED, published_keys, signing_key

RAW = bytes(range(32))
TEXT = base64.b64encode(RAW).decode()
GOOD = {"kty": "OKP", "crv": "Ed25519", "x": TEXT.rstrip("=")}


@pytest.mark.parametrize("text", [f"whsec_{TEXT}", TEXT])
def test_a_standard_secret(text: str) -> None:
    """The key is what the base64 stands for, with or without the prefix."""
    key = signing_key(Scheme.STANDARD_WEBHOOKS, SecretStr(text))
    assert key is not None
    assert RAW == key.get_secret_value()


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_AAAA", "whsec_@@@@", f"whsec_{TEXT[:-1]}", f"{TEXT} ", "é" * 32, TEXT * 3]
)
def test_what_is_no_standard_secret(text: str) -> None:
    """No base64, or of fewer than 24 or more than 64 bytes: it would protect nothing."""
    assert signing_key(Scheme.STANDARD_WEBHOOKS, SecretStr(text)) is None


@pytest.mark.parametrize("text", ["", "short", "has spaces in it, many", "é" * 32, "line\nfeed-line-feed-line"])
def test_what_is_no_plain_secret(text: str) -> None:
    """Too short, or nothing that can be copied from a page."""
    assert signing_key(Scheme.OPENROUTER, SecretStr(text)) is None


@pytest.mark.parametrize("scheme", [Scheme.FAL, Scheme.UNSIGNED])
def test_schemes_without_secrets(scheme: Scheme) -> None:
    """fal publishes its keys, and nobody has one for what is not signed."""
    assert signing_key(scheme, SecretStr(f"whsec_{TEXT}")) is None


def test_published_keys_are_found() -> None:
    """Every Ed25519 key of the document is there, in its order, and other kinds are left out."""
    found = json.loads(signers.jwks("a", "b"))["keys"]
    document = json.dumps({"keys": [{"kty": "RSA", "n": "AQAB"}, found[0], {"kty": "OKP", "crv": "X25519"}, found[1]]})
    expected = [signers.private_key(word).public_key().public_bytes_raw() for word in "ab"]
    assert expected == [key.get_secret_value() for key in published_keys(document.encode())]


def test_no_more_keys_than_anybody_has() -> None:
    """A document of thousands is cut: each key is tried with each callback."""
    document = json.dumps({"keys": [GOOD] * 1000}).encode()
    assert MOST_PUBLISHED == len(published_keys(document))


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html>",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"keys": {}}',
        b'{"keys": [1, null, "x", []]}',
        b"[" * 100_000,
        *(
            json.dumps({"keys": [{**GOOD, **wrong}]}).encode()
            for wrong in ({"x": "AAAA"}, {"x": "@" * 43}, {"x": 1}, {"x": "é"}, {"kty": "EC"}, {"crv": "ed25519"})
        ),
    ],
)
def test_what_publishes_no_key(document: bytes) -> None:
    """Anything but a JWKS with an Ed25519 key gives no key."""
    assert () == published_keys(document)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["keys", *GOOD]) | st.text(), inner),
)


@given(JSON, st.binary())
def test_any_document_is_read(value: object, raw: bytes) -> None:
    """Whatever is published, reading it raises nothing."""
    for document in (json.dumps(value).encode(), json.dumps({"keys": value}).encode(), raw):
        assert () == published_keys(document)


def test_keys_show_themselves_to_nobody() -> None:
    """A key's text is in no representation of it."""
    key = signing_key(Scheme.OPENROUTER, SecretStr(signers.plain_secret()))
    assert "webhook" not in f"{key} {key!r}"
