"""Classes of failure: one retry rule and one sentence each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import failure
from workprint.failures import SUBMIT_RETRIES, FailureKind, sentence

KINDS = st.sampled_from(FailureKind)


def test_every_class_has_a_retry_rule() -> None:
    """No class is without its rule."""
    assert set(FailureKind) == set(SUBMIT_RETRIES)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_class_has_its_own_sentence(language: str) -> None:
    """Each class is told in a sentence no other class has."""
    assert len(FailureKind) == len({sentence(kind, language) for kind in FailureKind})


@given(KINDS)
def test_chinese_is_chinese(kind: FailureKind) -> None:
    """The Chinese sentence has Chinese characters and ends as Chinese sentences do."""
    said = sentence(kind, "zh-CN")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said)
    assert said.endswith("。")


@pytest.mark.parametrize(("language", "expected"), [("en-GB", "en"), ("fr", "en"), ("", "en"), ("zh-TW", "zh")])
def test_other_languages_read_english(language: str, expected: str) -> None:
    """A Chinese locale reads Chinese, and every other one English."""
    assert sentence(FailureKind.QUOTA, expected) == failure(FailureKind.QUOTA).sentence(language)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FailureKind.PARAMETERS, 0),
        (FailureKind.AUTH, 0),
        (FailureKind.QUOTA, 0),
        (FailureKind.RATE_LIMIT, 8),
        (FailureKind.CONTENT_POLICY, 0),
        (FailureKind.UPSTREAM, 3),
        (FailureKind.QUEUE_TIMEOUT, 1),
        (FailureKind.LINK, 0),
        (FailureKind.NETWORK, 5),
        (FailureKind.INTERNAL, 0),
    ],
)
def test_only_what_may_pass_by_itself_is_sent_again(kind: FailureKind, expected: int) -> None:
    """What a person must mend is never sent again; what may pass is, so many times."""
    assert expected == failure(kind).submit_retries


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FailureKind.RATE_LIMIT, 2.0),
        (FailureKind.UPSTREAM, 5.0),
        (FailureKind.QUEUE_TIMEOUT, 5.0),
        (FailureKind.NETWORK, 2.0),
        (FailureKind.QUOTA, 0.0),
    ],
)
def test_the_first_pause_is_the_classes(kind: FailureKind, expected: float) -> None:
    """Each class that is sent again starts with a pause of its own."""
    assert expected == failure(kind).pause(1)


def test_pauses_double_up_to_a_minute() -> None:
    """The pause starts with the class's first one, doubles, and is never longer than a minute."""
    busy = failure(FailureKind.RATE_LIMIT)
    assert [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0] == [busy.pause(attempt) for attempt in range(1, 9)]


@given(KINDS, st.floats(0, 86_400), st.integers(1, 9))
def test_the_providers_word_wins(kind: FailureKind, asked: float, attempt: int) -> None:
    """When the provider says how long to wait, that is how long we wait."""
    assert asked == failure(kind, retry_after=asked).pause(attempt)


@given(KINDS, st.integers(1, 9))
def test_pauses_never_shrink(kind: FailureKind, attempt: int) -> None:
    """A later pause is never shorter than the one before it."""
    assert 0 <= failure(kind).pause(attempt) <= failure(kind).pause(attempt + 1) <= 60
