"""What the ark dialect refuses to say."""

import json
from dataclasses import replace

import pytest

from tests.workprint.dialects.cases import DRAFT, spec_of
from workprint.dialects.ark import ArkDialect
from workprint.errors import InputError
from workprint.spec import Kind

ARK = ArkDialect()


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
