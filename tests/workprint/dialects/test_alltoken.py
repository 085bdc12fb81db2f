"""What the alltoken dialect refuses to say."""

from dataclasses import replace

import pytest

from tests.workprint.dialects.cases import DRAFT, spec_of
from workprint.dialects.alltoken import AllTokenDialect
from workprint.errors import InputError
from workprint.spec import Kind

ALLTOKEN = AllTokenDialect()
SPEC = replace(DRAFT, model="seedance-1.5-pro")
FRAMED = {"spec": {"model": "seedance-1.5-pro", "references": [{"role": "first_frame", "sha256": "a" * 64}]}}


@pytest.mark.parametrize("url", ["data:image/png;base64,AAAA", "ftp://b.example/a.png", "/files/a.png"])
def test_references_are_at_http_addresses(url: str) -> None:
    """Bytes in the request were taken away: the error names the setting of the block that mends it."""
    with pytest.raises(InputError, match="reference_delivery"):
        ALLTOKEN.submit(spec_of(FRAMED), {"a" * 64: url}, client_ref="wp-1")


def test_a_reference_needs_an_address() -> None:
    """A reference that was not frozen never reaches the provider as an empty item."""
    with pytest.raises(InputError, match="first_frame"):
        ALLTOKEN.submit(spec_of(FRAMED), {}, client_ref="wp-1")


def test_a_native_final_needs_its_draft() -> None:
    """Without the draft's task there is no native final."""
    with pytest.raises(InputError, match="draft_task_id"):
        ALLTOKEN.submit(replace(SPEC, kind=Kind.FINAL), {}, client_ref="wp-1")


def test_a_model_nobody_sells_is_not_asked_for() -> None:
    """Ark's own names are not AllToken's, and the error lists those that are."""
    with pytest.raises(InputError, match="doubao-seedance") as caught:
        ALLTOKEN.submit(DRAFT, {}, client_ref="wp-1")
    assert "seedance-1.5-pro" in caught.value.diagnostics()
