"""The bodies of New API's `POST /v1/video/generations` and of OpenAI's `POST /v1/videos`.

New API (relay/common/relay_info.go, `TaskSubmitReq`; relay/channel/task/doubao/adaptor.go): a `duration` that is no
whole number is silently ignored, a numeric `seconds` refused, and whatever it has no field for is only read in
`metadata`, which is laid over the vendor's own body. `/v1/videos` (openai-openapi 2026-08-21): `seconds` is a text.
"""

from collections.abc import Mapping
from typing import Any

from workprint.brief import Role
from workprint.dialects.references import address
from workprint.dialects.wording import spec_text
from workprint.errors import InputError
from workprint.models import ModelFacts
from workprint.problems import Problem
from workprint.spec import FrozenReference, Kind, Spec

#: Our role -> type of Ark's content item, and Ark's role: `metadata.content` reaches Seedance as it is.
_ITEMS: dict[Role, tuple[str, str]] = {
    Role.FIRST_FRAME: ("image_url", "first_frame"),
    Role.LAST_FRAME: ("image_url", "last_frame"),
    Role.SUBJECT: ("image_url", "reference_image"),
    Role.STYLE: ("image_url", "reference_image"),
    Role.VIDEO: ("video_url", "reference_video"),
    Role.AUDIO: ("audio_url", "reference_audio"),
}
_PICTURES = frozenset(role for role, (kind, _) in _ITEMS.items() if kind == "image_url")


def newapi_body(spec: Spec, facts: ModelFacts, media: Mapping[str, str]) -> dict[str, Any]:
    """What New API relays. No `callback_url`: it would reach the upstream, which calls back with ids of its own."""
    _not_native(spec)
    metadata = {
        "resolution": spec.resolution,
        "ratio": spec.ratio,
        "watermark": False,
        **_optional(spec, facts),
        **facts.body_fields(spec),
        **_content(spec, media),
    }
    body = {"model": spec.model, "prompt": spec_text(spec, facts), "duration": spec.duration, "metadata": metadata}
    pictures = [address(reference, media) for reference in spec.references if reference.role in _PICTURES]
    return body | ({"images": pictures} if pictures else {})


def shape_body(spec: Spec, facts: ModelFacts, media: Mapping[str, str]) -> dict[str, Any]:
    """What `/v1/videos` takes; what `facts.fields` may add stands at the top of `models/openai_shape.toml`."""
    _not_native(spec)
    width, height = facts.size(spec.resolution, spec.ratio)
    return {
        **facts.fields.get("body", {}),
        "model": spec.model,
        "prompt": spec_text(spec, facts),
        "seconds": str(spec.duration),
        "size": f"{width}x{height}",
        **_counted(spec, facts.fields),
        **_optional(spec, facts),
        **facts.body_fields(spec),
        **_first_frame(spec, media),
    }


def _counted(spec: Spec, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The film's length in frames, and once more in the model's own parameters, where it wants them."""
    counted: dict[str, Any] = {}
    if frames := fields.get("frames"):
        counted = {"fps": frames["fps"], "num_frames": spec.duration * frames["fps"] + frames["plus"]}
    if own := fields.get("extra_params"):
        counted["extra_params"] = {**own, "duration": spec.duration, "aspect_ratio": spec.ratio}
    return counted


def for_form(body: dict[str, Any]) -> dict[str, Any]:
    """The body in the names of vLLM-Omni, which reads forms only (docs/serving/videos_api.md): `input_reference` is a
    file there, and a picture by its address is `image_reference`.
    """
    others = {name: value for name, value in body.items() if name not in {"input_reference", "reference_url"}}
    return others | ({"image_reference": body["input_reference"]} if "input_reference" in body else {})


def _optional(spec: Spec, facts: ModelFacts) -> dict[str, Any]:
    avoid = facts.negative_prompt == "field" and spec.negative_prompt.strip()
    return ({"seed": spec.seed} if facts.seed else {}) | ({"negative_prompt": spec.negative_prompt} if avoid else {})


def _content(spec: Spec, media: Mapping[str, str]) -> dict[str, Any]:
    """Roles, where the plain list of pictures cannot say them: one first frame alone needs none."""
    if [reference.role for reference in spec.references] in ([], [Role.FIRST_FRAME]):
        return {}
    return {"content": [_item(reference, media) for reference in spec.references]}


def _item(reference: FrozenReference, media: Mapping[str, str]) -> dict[str, Any]:
    kind, role = _ITEMS[reference.role]
    return {"type": kind, kind: {"url": address(reference, media)}, "role": role}


def _first_frame(spec: Spec, media: Mapping[str, str]) -> dict[str, Any]:
    """OpenAI's field, and SGLang's `reference_url`, which wins there; others ignore what they do not know."""
    if not spec.references:
        return {}
    if [reference.role for reference in spec.references] != [Role.FIRST_FRAME]:
        rule = "/v1/videos takes one first frame and no other reference"
        raise InputError([Problem("references", rule, "remove the others, or choose another provider")])
    url = address(spec.references[0], media)
    return {"input_reference": {"image_url": url}, "reference_url": url}


def _not_native(spec: Spec) -> None:
    if spec.native and spec.kind is Kind.FINAL:
        rule = "this provider cannot make a final from its own draft"
        raise InputError([Problem("draft_task_id", rule, "order the final as a render of its own (emulated drafts)")])
