"""What the OpenAI-videos family cannot say is refused before anything is sent."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.workprint.dialects.cases import DRAFT
from workprint.brief import Role
from workprint.dialects.openai_videos import NewApiDialect, OpenAIShapeDialect
from workprint.dialects.registry import dialect
from workprint.errors import InputError
from workprint.outcomes import Reply, Unreadable
from workprint.recovery import Grade
from workprint.spec import FrozenReference, Spec

MODELS = {"newapi": "doubao-seedance-2-5-260628", "openai_shape": "wan2.2-t2v-a14b"}
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
BOTH = pytest.mark.parametrize("name", MODELS)


def wished(name: str, **changes: Any) -> Spec:
    return replace(DRAFT, model=MODELS[name], native=False, **changes)


def frame(role: Role) -> FrozenReference:
    return FrozenReference(role, role.value.ljust(64, "0"), "image/png", 1, "k", "s")


@BOTH
def test_a_native_final_cannot_be_said(name: str) -> None:
    """A final from a draft task would become another film than the one approved, so it is refused here."""
    native = wished(name).final(resolution="720p", fps=24, native=True)
    with pytest.raises(InputError, match="draft"):
        dialect(name).submit(native, {}, client_ref="wp-rnd_1", draft_task_id="task_x")


@BOTH
def test_a_reference_without_an_address_cannot_be_said(name: str) -> None:
    """A picture nobody gave an address for is named before anything is sent."""
    with pytest.raises(InputError, match="first_frame"):
        dialect(name).submit(wished(name, references=(frame(Role.FIRST_FRAME),)), {}, client_ref="wp-rnd_1")


@BOTH
def test_a_model_without_facts_cannot_be_said(name: str) -> None:
    """A model nobody knows has no size and no words, and the known ones are named."""
    with pytest.raises(InputError, match="no facts") as caught:
        dialect(name).submit(replace(wished(name), model="nobody-knows-this"), {}, client_ref="wp-rnd_1")

    assert MODELS[name] in caught.value.diagnostics()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FIRST_FRAME])
def test_the_openai_route_takes_one_first_frame_only(role: Role) -> None:
    """Every other reference is refused rather than left out."""
    other = frame(role)
    with pytest.raises(InputError, match="one first frame"):
        OpenAIShapeDialect().submit(
            wished("openai_shape", references=(other,)), {other.sha256: "https://b.example/x"}, client_ref="r"
        )


def test_a_relay_offers_nothing_for_recovery() -> None:
    """A relay neither lists nor looks up: its list is never an empty one."""
    relay = NewApiDialect()

    assert relay.recovery is Grade.NOTHING
    assert isinstance(relay.read_list(Reply(200, b'{"data": []}'), NOW), Unreadable)


@BOTH
def test_an_address_must_be_given(name: str) -> None:
    """Neither has a host of its own: the user says whose server it is."""
    assert ("", "") == (dialect(name).base_url, dialect(name).path_prefix)
