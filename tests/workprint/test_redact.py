"""What a provider wrote, without what must not be kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.redact import GONE, redact

KEY_CHARACTERS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=16, max_size=64)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Authorization: Bearer abc.def-123", f"Authorization: {GONE}"),
        ('{"authorization": "Bearer abc"}', f'{{"authorization": "{GONE}"}}'),
        ("used bearer tok123 twice", f"used bearer {GONE} twice"),
        ("the key sk-0123456789abcdef is wrong", f"the key {GONE} is wrong"),
        ('{"api_key": "a\\"b", "n": 1}', f'{{"api_key": "{GONE}", "n": 1}}'),
        ("AKIAIOSFODNN7EXAMPLE and AKLTabcdefghijklmnop", f"{GONE} and {GONE}"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", GONE),
        ("https://v.example/x?a=1&X-Tos-Signature=ab%2Fcd&b=2", f"https://v.example/x?a=1&X-Tos-Signature={GONE}&b=2"),
        (r'{"u":"https://v/x?a=1\u0026X-Amz-Signature=ff"}', f'{{"u":"https://v/x?a=1\\u0026X-Amz-Signature={GONE}"}}'),
        ("https://v/x?Expires=5&Signature=abc", f"https://v/x?Expires=5&Signature={GONE}"),
        ("u=https%3A%2F%2Fv%2Fx%3Fsig%3Dabc", f"u=https%3A%2F%2Fv%2Fx%3Fsig%3D{GONE}"),
        ("data:image/png;base64,iVBORw0KGgo=", f"data:image/png;base64,{GONE}"),
        ("A" * 400, GONE),
        ("zero\x00byte", "zero\ufffdbyte"),
        ('{"usage": {"completion_tokens": 50220}}', '{"usage": {"completion_tokens": 50220}}'),
        ("a kettle on a stove, 一只水壶", "a kettle on a stove, 一只水壶"),
    ],
)
def test_secrets_go_and_the_rest_stays(raw: str, expected: str) -> None:
    """Keys, signatures and payloads disappear; what support needs to read does not."""
    assert expected == redact(raw)


@given(KEY_CHARACTERS)
def test_a_secret_never_survives(secret: str) -> None:
    """For every key: as a bearer token, a signature, a JSON field or a payload it is gone."""
    raw = json.dumps(
        {
            "api_key": secret,
            "headers": f"Authorization: Bearer {secret}",
            "url": f"https://v.example/x?X-Amz-Signature={secret}&X-Amz-Credential={secret}",
            "image": f"data:image/png;base64,{secret}",
        }
    )

    assert secret not in redact(raw)


@given(st.text() | st.binary())
def test_any_text_becomes_one_a_database_takes(raw: str | bytes) -> None:
    """NUL, lone surrogates and broken UTF-8 never come out, and nothing raises."""
    text = redact(raw)

    assert "\x00" not in text
    assert text == text.encode().decode()


@given(st.text(max_size=400), st.integers(0, 100))
def test_long_texts_are_cut_and_say_so(raw: str, limit: int) -> None:
    """At most `limit` characters of the text are kept, and the mark says how many are missing."""
    kept, _, missing = redact(raw, limit=limit).partition(" [") if len(redact(raw)) > limit else (redact(raw), "", "")

    assert len(kept) <= limit
    assert missing == "" or missing.endswith("characters cut]")


def test_json_stays_json() -> None:
    """Redacting inside a task object leaves an object that can still be parsed."""
    task = {"id": "cgt-1", "content": {"video_url": "https://v/x?X-Tos-Signature=ab&x=1"}, "token": 't\\o"k'}

    assert json.loads(redact(json.dumps(task)))["id"] == "cgt-1"
