"""Signed tokens: what we wrote is read back, and nothing else is."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from workprint.errors import LinkRefused
from workprint.tokens import LONGEST, Purpose, seal, unseal, word

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(hours=1)
KEY = SecretStr("k" * 32)
TOKEN = seal(KEY, Purpose.LINK, {"t": "tkt_1", "名": "林"}, UNTIL)

fields_ = st.dictionaries(st.text(max_size=8).filter(lambda name: name != "e"), st.text(max_size=40), max_size=4)


@given(fields_, st.sampled_from(Purpose), st.timedeltas(timedelta(seconds=1), timedelta(days=4000)))
def test_what_was_sealed_is_read_back(fields: dict[str, str], purpose: Purpose, life: timedelta) -> None:
    """Any fields, of any purpose, come back as they were, from a token that needs no escaping in a URL."""
    token = seal(KEY, purpose, fields, NOW + life)
    assert fields == unseal(KEY, purpose, token, NOW)
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="utf-8"))
def test_any_other_sign_is_refused(place: int, sign: str) -> None:
    """A token with one sign changed, to whatever sign, opens nothing."""
    changed = TOKEN[:place] + sign + TOKEN[place + 1 :]
    if changed != TOKEN:
        with pytest.raises(LinkRefused, match="damaged"):
            unseal(KEY, Purpose.LINK, changed, NOW)


@given(st.integers(0, len(TOKEN)), st.text(min_size=1, max_size=3))
def test_one_sign_more_or_less_is_refused(place: int, more: str) -> None:
    """A token with signs put in, cut off at the end, or left out at the beginning opens nothing."""
    changes = {TOKEN[:place] + more + TOKEN[place:], TOKEN[:place], TOKEN[place:]} - {TOKEN}
    for changed in changes:
        with pytest.raises(LinkRefused, match="damaged"):
            unseal(KEY, Purpose.LINK, changed, NOW)


@given(st.text(max_size=LONGEST + 10))
def test_what_is_no_token_is_refused(text: str) -> None:
    """Whatever somebody types in the place of a token is refused, never an error of another kind."""
    with pytest.raises(LinkRefused, match="damaged"):
        unseal(KEY, Purpose.LINK, text, NOW)


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("other", Purpose)
def test_a_token_has_one_purpose(purpose: Purpose, other: Purpose) -> None:
    """A token for one purpose is none for another."""
    token = seal(KEY, purpose, {"t": "1"}, UNTIL)
    if other is purpose:
        assert {"t": "1"} == unseal(KEY, other, token, NOW)
    else:
        with pytest.raises(LinkRefused, match="damaged"):
            unseal(KEY, other, token, NOW)


@given(st.text(min_size=32).filter(lambda key: key != KEY.get_secret_value()))
def test_a_token_of_another_key_is_refused(key: str) -> None:
    """Whoever has another key cannot write our tokens, and a new key ends all of them."""
    with pytest.raises(LinkRefused, match="damaged"):
        unseal(SecretStr(key), Purpose.LINK, TOKEN, NOW)


@given(st.timedeltas(timedelta(0), timedelta(days=9000)))
def test_a_token_ends(late: timedelta) -> None:
    """A token is good until the second before its end, and never from its end on."""
    unseal(KEY, Purpose.LINK, TOKEN, UNTIL - timedelta(seconds=1))
    with pytest.raises(LinkRefused, match="expired"):
        unseal(KEY, Purpose.LINK, TOKEN, UNTIL + late)


def test_an_end_cannot_be_written_into_the_fields() -> None:
    """A field of the name that holds the end does not make a token live longer."""
    token = seal(KEY, Purpose.LINK, {"e": str(int(UNTIL.timestamp()) + 9999)}, UNTIL)
    with pytest.raises(LinkRefused, match="expired"):
        unseal(KEY, Purpose.LINK, token, UNTIL)


def test_the_signature_is_judged_before_the_payload() -> None:
    """A payload that is no JSON, or has no end, is refused like any that we did not sign."""
    for payload in (b"[]", b"{}", b'{"e":"x"}', b"\xff\xfe", b""):
        forged = base64.urlsafe_b64encode(payload).decode().rstrip("=") or "A"
        with pytest.raises(LinkRefused, match="damaged"):
            unseal(KEY, Purpose.LINK, f"{forged}.{TOKEN.partition('.')[2]}", NOW)


def test_no_token_is_longer_than_any_of_ours() -> None:
    """A token longer than any of ours is refused unread, also when it is rightly signed."""
    token = seal(KEY, Purpose.LINK, {"t": "x" * LONGEST}, UNTIL)
    with pytest.raises(LinkRefused, match="damaged"):
        unseal(KEY, Purpose.LINK, token, NOW)


def test_the_same_words_make_the_same_token() -> None:
    """A token depends on its fields and its end alone, in whatever order they stand, and on no fraction of a second."""
    again = seal(KEY, Purpose.LINK, {"名": "林", "t": "tkt_1"}, UNTIL + timedelta(milliseconds=999))
    assert TOKEN == again


def test_a_word_follows_from_all_its_parts() -> None:
    """A secret word is the same for the same parts, and another one for any other parts, key or division of them."""
    words = [word(KEY, "a", "b"), word(KEY, "ab"), word(KEY, "a", "b", ""), word(KEY, 'a","b'), word(KEY)]
    words += [word(SecretStr("j" * 32), "a", "b")]
    assert (len(words), {43}) == (len(set(words)), {len(one) for one in words})
    assert words[0] == word(KEY, "a", "b")


def test_a_word_signs_no_token() -> None:
    """A secret word that somebody was told, over the very payload of a token, is no signature of one."""
    payload = TOKEN.partition(".")[0]
    for purpose in Purpose:
        with pytest.raises(LinkRefused, match="damaged"):
            unseal(KEY, purpose, f"{payload}.{word(KEY, payload)}", NOW)


def test_no_token_shows_the_key() -> None:
    """The key stands in no token, as it is or encoded."""
    secret = KEY.get_secret_value()
    assert secret not in TOKEN
    assert base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=") not in TOKEN
