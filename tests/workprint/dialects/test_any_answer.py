"""Every dialect against everything a server may say: an answer becomes a value, never an exception."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.dialects.cases import load
from workprint.dialects import Dialect
from workprint.dialects.registry import dialects
from workprint.outcomes import Accepted, Listed, NotThere, Observation, Refused, Reply, Unanswered, Unreadable
from workprint.states import RenderState

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
EVERY = pytest.mark.parametrize("language", dialects(), ids=[language.name for language in dialects()])

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
#: The answers of all fixtures: what arbitrary JSON would hardly hit is reached by changing a true one.
TRUE_BODIES = [case["body"] for language in dialects() for _, case in load(language.name) if "body" in case]


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] + [inner for key, item in items for inner in _paths(item, (*path, key))]


def _put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _put(copy[path[0]], path[1:], new)
    return copy


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A true answer with one or two of its values replaced by anything."""
    body = draw(st.sampled_from(TRUE_BODIES))
    for _ in range(draw(st.integers(1, 2))):
        body = _put(body, draw(st.sampled_from(_paths(body))), draw(JSON))
    return json.dumps(body).encode()


REPLIES = st.builds(
    Reply,
    st.integers(100, 599) | st.just(200),
    mutated() | mutated() | st.binary(max_size=200) | JSON.map(json.dumps).map(str.encode),
    st.dictionaries(st.sampled_from(["retry-after", "date"]), st.text() | st.integers().map(str)),
)


@EVERY
@given(reply=REPLIES)
def test_any_answer_to_a_submit_is_read(language: Dialect, reply: Reply) -> None:
    """Whatever comes back from a POST, it becomes accepted, refused or unanswered, and never an error of ours."""
    assert isinstance(language.read_submit(reply), Accepted | Refused | Unanswered)


@EVERY
@given(reply=REPLIES)
def test_any_answer_to_a_check_is_read(language: Dialect, reply: Reply) -> None:
    """Whatever comes back from a GET, and from the second one where there is one, becomes one of three values; success
    always has a usable link and a time by which it must be archived.
    """
    seen = language.read_check(reply, NOW)
    assert isinstance(seen, Observation | NotThere | Unreadable)
    if isinstance(seen, Observation):
        second = language.follow_up(seen)
        last = seen if second is None else language.read_follow_up(seen, reply, NOW)
        assert isinstance(last, Observation | NotThere | Unreadable)
        if isinstance(last, Observation) and last.state is RenderState.SUCCEEDED:
            assert [True, True] == [bool(last.link), last.link_expires_at is not None]


@EVERY
@given(reply=REPLIES)
def test_any_answer_to_a_list_is_read(language: Dialect, reply: Reply) -> None:
    """Whatever comes back from a list, it becomes tasks or unreadable, never an empty list by mistake."""
    answer = language.read_list(reply, NOW)

    assert isinstance(answer, Unreadable) or (isinstance(answer, Listed) and reply.status < 300)


@EVERY
@given(body=mutated() | st.binary(max_size=200))
def test_any_callback_is_read(language: Dialect, body: bytes) -> None:
    """Whatever is posted to us names a task or none."""
    assert isinstance(language.task_named(body, "a/b/c"), str)


@EVERY
@given(status=st.integers(500, 599), body=st.binary(max_size=100))
def test_a_server_error_without_known_words_is_never_a_refusal(language: Dialect, status: int, body: bytes) -> None:
    """A bare 5xx may have made a task, so it is never taken as a no."""
    assert isinstance(language.read_submit(Reply(status, body)), Unanswered)


@EVERY
@given(reply=REPLIES)
def test_what_is_kept_fits_every_database(language: Dialect, reply: Reply) -> None:
    """No NUL and no lone surrogate of a provider reaches a row, escaped or not."""
    seen = language.read_check(reply, NOW)

    if isinstance(seen, Observation):
        for text in (seen.task_id, seen.code, seen.raw, seen.client_ref, seen.model):
            assert "\x00" not in text
            text.encode()
