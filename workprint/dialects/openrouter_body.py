"""The body of OpenRouter's `POST /videos` (API reference "Create videos")."""

from collections.abc import Mapping
from typing import Any

from workprint.brief import Audio, Role
from workprint.dialects.references import address
from workprint.dialects.wording import spec_text
from workprint.models import ModelFacts
from workprint.spec import FrozenReference, Spec

#: Our role -> OpenRouter's `frame_type`. Everything else is a reference.
_FRAMES = {Role.FIRST_FRAME: "first_frame", Role.LAST_FRAME: "last_frame"}
#: The kind of a reference's content part.
_PARTS = {Role.VIDEO: "video_url", Role.AUDIO: "audio_url"}


def openrouter_body(spec: Spec, facts: ModelFacts, media: Mapping[str, str]) -> dict[str, Any]:
    """Everything is said: what is left out OpenRouter fills with the model's default, and sound may cost more."""
    body: dict[str, Any] = {
        "model": spec.model,
        "prompt": spec_text(spec, facts),
        "duration": spec.duration,
        "resolution": "4K" if spec.resolution == "4k" else spec.resolution,
        "aspect_ratio": spec.ratio,
        "generate_audio": spec.audio is Audio.GENERATE,
        **({"seed": spec.seed} if facts.seed else {}),
        **facts.body_fields(spec),
    }
    parts = [(reference.role, _part(reference, media)) for reference in spec.references]
    frames = [part | {"frame_type": _FRAMES[role]} for role, part in parts if role in _FRAMES]
    others = [part for role, part in parts if role not in _FRAMES]
    lists = {"frame_images": frames, "input_references": others}
    return body | {name: items for name, items in lists.items() if items}


def _part(reference: FrozenReference, media: Mapping[str, str]) -> dict[str, Any]:
    kind = _PARTS.get(reference.role, "image_url")
    return {"type": kind, kind: {"url": address(reference, media)}}
