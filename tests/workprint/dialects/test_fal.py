"""What fal's field maps promise, and what a map cannot say."""

from dataclasses import replace
from typing import Any

import pytest

from tests.workprint.dialects.cases import DRAFT
from workprint.brief import InputType, Role
from workprint.dialects.fal import FalDialect
from workprint.dialects.fal_fields import fields_of
from workprint.dialects.fal_links import id_of
from workprint.errors import InputError
from workprint.models import all_models, model_facts
from workprint.spec import FrozenReference

FAL = FalDialect()
MODELS = all_models("fal")
SPEC = replace(DRAFT, provider="fal", model="bytedance/seedance-2.0", native=False)


def told(**changes: Any) -> str:
    with pytest.raises(InputError) as caught:
        FAL.submit(replace(SPEC, **changes), {}, client_ref="wp-rnd_1")
    return str(caught.value)


@pytest.mark.parametrize("facts", MODELS, ids=[facts.name for facts in MODELS])
def test_every_endpoint_is_at_the_models_own_address(facts: Any) -> None:
    """A callback names no owner and no alias, so every endpoint of a model has those of its name."""
    fields = fields_of(facts)
    specs = [
        replace(SPEC, model=facts.name, input_type=kind, resolution=resolution)
        for kind in facts.input_types
        for resolution in facts.resolutions
    ]

    assert {id_of(facts.name, "r")} == {id_of(fields.endpoint(spec), "r") for spec in specs}


def test_a_model_without_facts_is_refused() -> None:
    """A model nobody described cannot be asked for: the names of its fields are not known."""
    assert "fal model 'fal-ai/unknown'" in told(model="fal-ai/unknown")


def test_an_input_type_without_an_endpoint_is_refused() -> None:
    """A model that starts from no film says so before anything is sent."""
    assert "no endpoint for video_to_video" in told(model="fal-ai/veo3.1", input_type=InputType.VIDEO_TO_VIDEO)


def test_a_resolution_without_a_tier_is_refused() -> None:
    """A model that sells resolutions as endpoints has none for others."""
    assert "no endpoint for 480p" in told(model="fal-ai/kling-video/v3", resolution="480p")


def test_a_reference_without_an_address_is_refused() -> None:
    """What was not frozen cannot be sent."""
    frame = FrozenReference(Role.FIRST_FRAME, "a" * 64, "image/png", 1, "k", "s")

    assert "no address was given" in told(input_type=InputType.IMAGE_TO_VIDEO, references=(frame,))


def test_a_reference_without_a_field_is_refused() -> None:
    """A picture the model has no place for is not left out silently."""
    frame = FrozenReference(Role.LAST_FRAME, "a" * 64, "image/png", 1, "k", "s")
    spec = replace(SPEC, model="fal-ai/veo3.1", input_type=InputType.IMAGE_TO_VIDEO, references=(frame,))
    with pytest.raises(InputError, match="no field for a reference that is a last_frame"):
        FAL.submit(spec, {"a" * 64: "https://b.example/a"}, client_ref="wp-rnd_1")


def test_a_broken_field_map_is_named() -> None:
    """An entry of one's own with a word nobody knows is refused with its place."""
    facts = model_facts("fal-ai/veo3.1", "fal").model_copy(update={"fields": {"endpoints": {}, "colour": "red"}})
    with pytest.raises(InputError, match=r"fields\.endpoints"):
        fields_of(facts)
