"""The bodies of MiniMax's `POST /v2/video_generation` and `/v2/video_regeneration` (docs "Create ... Task")."""

from collections.abc import Mapping
from typing import Any

from workprint.brief import InputType, Role
from workprint.dialects.references import address
from workprint.dialects.wording import spec_text
from workprint.errors import InputError
from workprint.models import ModelFacts
from workprint.problems import Problem
from workprint.spec import FrozenReference, Kind, Spec

#: Our role -> type of the content item, and MiniMax's role.
_ITEMS: dict[Role, tuple[str, str]] = {
    Role.FIRST_FRAME: ("image_url", "first_frame"),
    Role.LAST_FRAME: ("image_url", "last_frame"),
    Role.SUBJECT: ("image_url", "reference_image"),
    Role.STYLE: ("image_url", "reference_image"),
    Role.VIDEO: ("video_url", "reference_video"),
    Role.AUDIO: ("audio_url", "reference_audio"),
}


def is_native_final(spec: Spec) -> bool:
    """Whether the provider makes this final from its own draft task."""
    return spec.native and spec.kind is Kind.FINAL


def generation_body(spec: Spec, facts: ModelFacts, media: Mapping[str, str]) -> dict[str, Any]:
    """A draft, or a final without one. Nothing is said of sound: there always is some.

    Raises `InputError` for a spec without words and a reference without address.
    """
    return {
        "model": spec.model,
        "content": [_text(spec, facts), *(_item(reference, media) for reference in spec.references)],
        "resolution": spec.resolution.upper(),
        "duration": spec.duration,
        # Frames decide the ratio themselves, whatever is said; text alone must name one.
        "ratio": "adaptive" if spec.input_type is InputType.IMAGE_TO_VIDEO else spec.ratio,
        "aigc_watermark": False,
        **facts.body_fields(spec),
    }


def regeneration_body(spec: Spec, draft_task_id: str | None) -> dict[str, Any]:
    """A final of a draft task. Words and media are taken from that task and must not be repeated.

    Raises `InputError` without a draft task.
    """
    if not draft_task_id:
        fix = "pass the provider's id of the approved draft's task"
        raise InputError([Problem("draft_task_id", "a native final needs its draft's task", fix)])
    resolution = spec.resolution.upper()
    return {"model": spec.model, "source_task_id": draft_task_id, "resolution": resolution, "aigc_watermark": False}


def _text(spec: Spec, facts: ModelFacts) -> dict[str, Any]:
    text = spec_text(spec, facts)
    if not text:
        raise InputError([Problem("prompt", "MiniMax wants words in every request", "write a subject and an action")])
    return {"type": "text", "text": text}


def _item(reference: FrozenReference, media: Mapping[str, str]) -> dict[str, Any]:
    kind, role = _ITEMS[reference.role]
    return {"type": kind, kind: {"url": address(reference, media)}, "role": role}
