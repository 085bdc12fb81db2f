"""The ark dialect against its fixture tables, and against everything else."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.dialects.cases import DRAFT, FIXTURES, load, reply_of, shown, spec_of
from workprint.dialects.ark import ArkDialect
from workprint.dialects.registry import dialect
from workprint.errors import InputError
from workprint.outcomes import Accepted, NotThere, Observation, Refused, Reply, Unanswered, Unreadable
from workprint.spec import Kind
from workprint.states import RenderState

ARK = ArkDialect()
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
CASES = load("ark")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
WORDS = st.sampled_from(["id", "status", "error", "code", "message", "content", "video_url", "usage", "items"])
BODIES = st.one_of(
    st.binary(max_size=200),
    JSON.map(json.dumps).map(str.encode),
    st.dictionaries(WORDS, JSON | st.sampled_from(["succeeded", "failed", "queued"])).map(json.dumps).map(str.encode),
)
REPLIES = st.builds(
    Reply,
    st.integers(100, 599),
    BODIES,
    st.dictionaries(st.sampled_from(["retry-after", "date"]), st.text() | st.integers().map(str)),
)


def answer_to(case: dict[str, Any]) -> Any:
    """What the dialect says in this case."""
    match case["call"]:
        case "submit":
            return ARK.submit(
                spec_of(case),
                case.get("media", {}),
                client_ref="wp-rnd_1",
                draft_task_id=case.get("draft_task_id"),
                callback_url=case.get("callback_url"),
            )
        case "read_submit":
            return ARK.read_submit(reply_of(case))
        case "read_check" | "read_list" as call:
            return getattr(ARK, call)(reply_of(case), datetime.fromisoformat(case["now"]))
        case "list":
            return ARK.list(case["page"], case["size"])
        case call:
            return getattr(ARK, call)(case.get("task_id") or case["task_ids"])


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_the_table_holds(case: dict[str, Any]) -> None:
    """Every request and every reply of the fixture files means what the file says."""
    assert case["expect"] == shown(answer_to(case), case["expect"])


def test_every_fixture_names_its_source() -> None:
    """No fixture file stands there without saying where its rule comes from."""
    unexplained = [f.name for f in (FIXTURES / "ark").glob("*.json") if not json.loads(f.read_text()).get("why")]

    assert unexplained == []


@given(REPLIES)
def test_any_answer_to_a_submit_is_read(reply: Reply) -> None:
    """Whatever comes back from a POST, it becomes accepted, refused or unanswered, and never an error of ours."""
    assert isinstance(ARK.read_submit(reply), Accepted | Refused | Unanswered)


@given(REPLIES)
def test_any_answer_to_a_check_is_read(reply: Reply) -> None:
    """Whatever comes back from a GET, it becomes an observation, not there, or unreadable."""
    assert isinstance(ARK.read_check(reply, NOW), Observation | NotThere | Unreadable)


@given(REPLIES)
def test_any_answer_to_a_list_is_read(reply: Reply) -> None:
    """Whatever comes back from a list, it becomes tasks or unreadable, never an empty list by mistake."""
    answer = ARK.read_list(reply, NOW)

    assert isinstance(answer, Unreadable) or reply.status < 300


@given(st.integers(500, 599), st.binary(max_size=100))
def test_a_server_error_without_known_words_is_never_a_refusal(status: int, body: bytes) -> None:
    """A bare 5xx may have made a task, so it is never taken as a no."""
    assert isinstance(ARK.read_submit(Reply(status, body)), Unanswered)


@given(REPLIES)
def test_success_always_has_a_link_that_ends(reply: Reply) -> None:
    """A succeeded render has a usable link and a time by which it must be archived."""
    seen = ARK.read_check(reply, NOW)

    if isinstance(seen, Observation) and seen.state is RenderState.SUCCEEDED:
        assert seen.link is not None
        assert seen.link_expires_at is not None


@given(JSON)
def test_what_is_kept_fits_every_database(value: Any) -> None:
    """No NUL and no lone surrogate of a provider reaches a row, escaped or not."""
    task = {"id": value, "status": value, "error": {"code": value, "message": value}, "safety_identifier": value}
    seen = ARK.read_check(Reply(200, json.dumps(task).encode()), NOW)

    if isinstance(seen, Observation):
        for text in (seen.task_id, seen.code, seen.raw, seen.client_ref, seen.model):
            assert "\x00" not in text
            text.encode()


def test_a_native_final_needs_its_draft() -> None:
    """Without the draft's task there is no native final, and the error says what is missing."""
    with pytest.raises(InputError, match="draft_task_id"):
        ARK.submit(replace(DRAFT, kind=Kind.FINAL), {}, client_ref="wp-1")


def test_a_reference_needs_an_address() -> None:
    """A reference that was not frozen never reaches the provider as an empty item."""
    case = {"spec": {"references": [{"role": "first_frame", "sha256": "a" * 64}]}}

    with pytest.raises(InputError, match="first_frame"):
        ARK.submit(spec_of(case), {}, client_ref="wp-1")


@pytest.mark.parametrize("client_ref", ["", "w" * 65])
def test_a_reference_of_ours_is_never_cut_short(client_ref: str) -> None:
    """A client reference Ark would refuse is refused here: a shortened one could not be found again."""
    with pytest.raises(InputError, match="client_ref"):
        ARK.submit(DRAFT, {}, client_ref=client_ref)


def test_a_prompt_that_is_no_text_can_still_be_sent() -> None:
    """Half a surrogate pair in a prompt cannot break the request after the intent was committed."""
    request = ARK.submit(replace(DRAFT, prompt="a \ud83d kettle"), {}, client_ref="wp-1")

    assert json.dumps(request.json, ensure_ascii=False).encode()


def test_the_registry_knows_ark() -> None:
    """A block that says ark gets the ark dialect."""
    assert dialect("ark").name == "ark"


def test_the_registry_names_what_it_knows() -> None:
    """A dialect nobody wrote is an input error that lists the known ones."""
    with pytest.raises(InputError, match="klingon") as caught:
        dialect("klingon")

    assert "use one of: ark" in caught.value.diagnostics()
