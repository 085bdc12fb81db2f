"""The body of a submit to Kling: contents, settings, options (docs "Text to Video", "Image to Video", "Omni Video").

Which route a model takes is data (`fields.routes` of its entry): the route `text-to-video` takes a bare `prompt`, all
others `contents`. Sound is data too (`audio_fields`), and every setting with a default is said.
"""

from collections.abc import Mapping
from typing import Any

from workprint.brief import Audio, InputType, Role
from workprint.dialects.references import address
from workprint.dialects.replies import LONGEST_WORD, mapping, segment
from workprint.dialects.wording import spec_text
from workprint.errors import InputError
from workprint.models import ModelFacts
from workprint.problems import Problem
from workprint.spec import FrozenReference, Spec

_TEXT_ROUTE = "text-to-video"
_TYPES: dict[Role, str] = {
    Role.FIRST_FRAME: "first_frame",
    Role.LAST_FRAME: "last_frame",
    Role.SUBJECT: "refer_image",
    Role.STYLE: "refer_image",
}
#: Docs "Omni Video Generation": with a reference film at most four pictures.
_PICTURES_WITH_FILM = 4


def path_of(spec: Spec, facts: ModelFacts) -> str:
    """The route of this input type. Raises `InputError` when the model's entry names none."""
    return f"/{_route(spec, facts)}/{segment(spec.model)}"


def kling_body(
    spec: Spec, facts: ModelFacts, media: Mapping[str, str], client_ref: str, callback_url: str | None
) -> dict[str, Any]:
    """Everything is said: Kling's own defaults would cut the film into several shots.

    Raises `InputError` for what Kling cannot do with a reference film, a reference without address, and an empty
    reference of ours or one with a comma, by which Kling parts several ids.
    """
    _check_film(spec)
    if not client_ref or "," in client_ref or len(client_ref) >= LONGEST_WORD:
        rule = f"a client reference is a text without comma, shorter than {LONGEST_WORD} characters"
        raise InputError([Problem("client_ref", rule, "take the reference the ledger gives")])
    options: dict[str, Any] = {"external_task_id": client_ref, "watermark_info": {"enabled": False}}
    if callback_url:
        options["callback_url"] = callback_url
    return {**_content(spec, facts, media), "settings": _settings(spec, facts), "options": options}


def _route(spec: Spec, facts: ModelFacts) -> str:
    route = mapping(facts.fields.get("routes")).get(spec.input_type)
    if not isinstance(route, str) or not route:
        rule = f"no route of {facts.name} is known for {spec.input_type}"
        fix = 'name it under `fields.routes` of its entry, e.g. text_to_video = "text-to-video"'
        raise InputError([Problem("provider.model", rule, fix)])
    return route


def _content(spec: Spec, facts: ModelFacts, media: Mapping[str, str]) -> dict[str, Any]:
    text = spec_text(spec, facts)
    if _route(spec, facts) == _TEXT_ROUTE:
        return {"prompt": text}
    items = [_item(spec, reference, media) for reference in spec.references]
    return {"contents": [{"type": "prompt", "text": text}, *_numbered(items)]}


def _settings(spec: Spec, facts: ModelFacts) -> dict[str, Any]:
    settings: dict[str, Any] = {"resolution": spec.resolution, "duration": spec.duration}
    if _needs_ratio(spec):
        settings["aspect_ratio"] = spec.ratio
    # One shot is one scene. With a film to lean on Kling takes only its own default.
    if facts.fields.get("multi_shot") is not None and not _leans_on_film(spec):
        settings["multi_shot"] = facts.fields["multi_shot"]
    return {**settings, **facts.body_fields(spec)}


def _needs_ratio(spec: Spec) -> bool:
    """A first frame or a film to edit decides the ratio itself."""
    return spec.input_type in {InputType.TEXT_TO_VIDEO, InputType.REFERENCE_TO_VIDEO}


def _leans_on_film(spec: Spec) -> bool:
    return spec.input_type is InputType.REFERENCE_TO_VIDEO and _has_film(spec)


def _has_film(spec: Spec) -> bool:
    return any(reference.role is Role.VIDEO for reference in spec.references)


def _numbered(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ids by which a prompt can point at an input: @image_1, @video_1."""
    counts: dict[str, int] = {}
    for item in items:
        kind = "video" if item["type"].endswith("_video") else "image"
        counts[kind] = counts.get(kind, 0) + 1
        item["id"] = f"{kind}_{counts[kind]}"
    return items


def _item(spec: Spec, reference: FrozenReference, media: Mapping[str, str]) -> dict[str, Any]:
    url = address(reference, media)
    if reference.role is Role.VIDEO:
        return {
            "type": "base_video" if spec.input_type is InputType.VIDEO_TO_VIDEO else "feature_video",
            "url": _link(url),
        }
    if reference.role not in _TYPES:
        raise InputError([Problem("references", f"Kling takes no {reference.role} reference", "remove it")])
    # A file inline is its base64 alone.
    return {"type": _TYPES[reference.role], "url": url.partition(";base64,")[2] if url.startswith("data:") else url}


def _link(url: str) -> str:
    if url.startswith("data:"):
        fix = "set reference_delivery of the provider block to link"
        raise InputError([Problem("references", "Kling reads films by link only", fix)])
    return url


def _check_film(spec: Spec) -> None:
    """What Kling refuses beside a reference film; refused here, the user hears it in our words."""
    if not _has_film(spec):
        return
    if spec.audio is Audio.GENERATE:
        rule = "Kling makes no sound of its own beside a reference film"
        raise InputError([Problem("audio", rule, "set audio to mute (or keep, with video_to_video)")])
    if sum(reference.role in _TYPES for reference in spec.references) > _PICTURES_WITH_FILM:
        rule = f"Kling takes at most {_PICTURES_WITH_FILM} pictures beside a reference film"
        raise InputError([Problem("references", rule, "remove the others")])
