"""The body of a fal submit, by the field map of the model (fal.ai, "API" page of each model)."""

from collections.abc import Mapping
from typing import Any

from workprint.brief import Audio, Role
from workprint.dialects.fal_fields import FalFields
from workprint.dialects.references import address
from workprint.dialects.wording import spec_text
from workprint.errors import InputError
from workprint.models import ModelFacts
from workprint.problems import Problem
from workprint.spec import FrozenReference, Spec

#: One each; everything else is a list.
_FRAMES = frozenset({Role.FIRST_FRAME, Role.LAST_FRAME})


def fal_body(spec: Spec, facts: ModelFacts, fields: FalFields, media: Mapping[str, str]) -> dict[str, Any]:
    """Everything of the spec that the model has a field for. Raises `InputError` for a reference without a place."""
    body: dict[str, Any] = {
        fields.prompt: spec_text(spec, facts),
        fields.duration: _duration(spec.duration, fields),
        **_settings(spec, facts, fields),
        **facts.body_fields(spec),
    }
    for reference in spec.references:
        _place(body, reference, address(reference, media), fields)
    return {name: value for name, value in body.items() if name}


def _settings(spec: Spec, facts: ModelFacts, fields: FalFields) -> dict[str, Any]:
    said = {
        "resolution": (fields.resolution, spec.resolution),
        "ratio": (fields.ratio, spec.ratio),
        "seed": (fields.seed if facts.seed else "", spec.seed),
        # Most models make sound, which may cost more, unless they are told not to: always said.
        "audio": (fields.audio, spec.audio is Audio.GENERATE),
        "negative_prompt": (fields.negative_prompt if spec.negative_prompt else "", spec.negative_prompt),
    }
    return {field: value for name, (field, value) in said.items() if name not in fields.unsaid_for(spec)}


def _duration(seconds: int, fields: FalFields) -> int | str:
    styles: dict[str, int | str] = {"number": seconds, "text": str(seconds), "seconds": f"{seconds}s"}
    return styles[fields.duration_style]


def _place(body: dict[str, Any], reference: FrozenReference, url: str, fields: FalFields) -> None:
    field = fields.place(reference.role)
    if not field:
        rule = f"this model has no field for a reference that is a {reference.role}"
        raise InputError([Problem("references", rule, "leave it out, or choose another model")])
    if reference.role in _FRAMES:
        body[field] = url
    else:
        body.setdefault(field, []).append(url)
