"""The body of Ark's `POST /contents/generations/tasks` (Volcengine Ark docs 82379/1520757)."""

from collections.abc import Mapping
from typing import Any

from workprint.brief import Audio, InputType, Role
from workprint.dialects.references import address
from workprint.dialects.wording import spec_text
from workprint.errors import InputError
from workprint.models import ModelFacts
from workprint.problems import Problem
from workprint.spec import FrozenReference, Kind, Spec

#: Our role -> type of the content item, and Ark's role.
_ITEMS: dict[Role, tuple[str, str]] = {
    Role.FIRST_FRAME: ("image_url", "first_frame"),
    Role.LAST_FRAME: ("image_url", "last_frame"),
    Role.SUBJECT: ("image_url", "reference_image"),
    Role.STYLE: ("image_url", "reference_image"),
    Role.VIDEO: ("video_url", "reference_video"),
    Role.AUDIO: ("audio_url", "reference_audio"),
}
#: `camera_fixed` is for what starts from a text or a frame; with references only the words of the text hold.
_CAMERA_FIELD = frozenset({InputType.TEXT_TO_VIDEO, InputType.IMAGE_TO_VIDEO})
#: Ark's limit for `safety_identifier`, in characters.
_LONGEST_REF = 64


def is_native_final(spec: Spec) -> bool:
    """Whether the provider makes this final from its own draft task."""
    return spec.native and spec.kind is Kind.FINAL


def full_body(spec: Spec, facts: ModelFacts, media: Mapping[str, str]) -> dict[str, Any]:
    """A draft, or a final without a native draft: everything is said. Raises `InputError` for a reference without
    address.
    """
    text = {"type": "text", "text": spec_text(spec, facts)}
    return {"model": spec.model, "content": [text, *items(spec, media)], **settings(spec, facts)}


def settings(spec: Spec, facts: ModelFacts) -> dict[str, Any]:
    """What is said beside the content."""
    camera = facts.camera_fields.get(spec.camera.motion, {}) if spec.input_type in _CAMERA_FIELD else {}
    return {
        "resolution": spec.resolution,
        "ratio": _ratio(spec, facts),
        "duration": spec.duration,
        "seed": spec.seed,
        "watermark": False,
        # Ark's default is true, and sound costs more: always said.
        "generate_audio": spec.audio is Audio.GENERATE,
        **facts.audio_fields.get(spec.audio, {}),
        **camera,
        **({"draft": True} if spec.native and spec.kind is Kind.DRAFT else {}),
    }


def _ratio(spec: Spec, facts: ModelFacts) -> str:
    """A model that keeps the first frame's ratio is told so: a reseller measured that Seedance 2.5 answers a concrete
    one with 400 then, and no source says that it refuses `adaptive`.
    """
    by_picture = facts.keeps_first_frame_ratio and spec.input_type is InputType.IMAGE_TO_VIDEO
    return "adaptive" if by_picture else spec.ratio


def items(spec: Spec, media: Mapping[str, str]) -> list[dict[str, Any]]:
    """The references. Raises `InputError` for one without address."""
    return [_item(reference, media) for reference in spec.references]


def native_final_body(spec: Spec, draft_task_id: str | None) -> dict[str, Any]:
    """A final of a draft task: content is only that task; Ark takes everything else from it and refuses it if repeated.

    Raises `InputError` without a draft task.
    """
    if not draft_task_id:
        fix = "pass the provider's id of the approved draft's task"
        raise InputError([Problem("draft_task_id", "a native final needs its draft's task", fix)])
    draft = {"type": "draft_task", "draft_task": {"id": draft_task_id}}
    return {"model": spec.model, "content": [draft], "resolution": spec.resolution, "watermark": False}


def addressed(body: dict[str, Any], client_ref: str, callback_url: str | None) -> dict[str, Any]:
    """The body with our reference, which Ark echoes in GET and list, and where it shall report.

    Raises `InputError` for a reference Ark would not take: cut short it would not be found again.
    """
    if not 0 < len(client_ref) <= _LONGEST_REF:
        rule = f"a client reference has 1 to {_LONGEST_REF} characters"
        raise InputError([Problem("client_ref", rule, "shorten it")])
    return body | {"safety_identifier": client_ref} | ({"callback_url": callback_url} if callback_url else {})


def _item(reference: FrozenReference, media: Mapping[str, str]) -> dict[str, Any]:
    kind, role = _ITEMS[reference.role]
    return {"type": kind, kind: {"url": address(reference, media)}, "role": role}
