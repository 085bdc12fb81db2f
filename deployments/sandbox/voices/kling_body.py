"""The body of a submit to Kling, as its docs have it: shapes, and what belongs together.

Docs "Text to Video", "Image to Video", "Omni Video Generation". Fields that are not known are ignored, as the real
server was seen to do.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from deployments.sandbox.refusals import invalid, missing
from deployments.sandbox.tasks import Params
from deployments.sandbox.values import Medium, Slot
from deployments.sandbox.voices.helpers import Tolerant, checked_text, frames, seed_from

ContentType = Literal["prompt", "first_frame", "last_frame", "refer_image", "feature_video", "base_video"]
_FILMS = ("feature_video", "base_video")
_FRAMES = ("first_frame", "last_frame")
#: What each model takes on each of its routes. Elements and voices are made elsewhere, and not known here.
TAKES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("text-to-video", "kling-3.0"): ("prompt",),
    ("text-to-video", "kling-3.0-turbo"): ("prompt",),
    ("image-to-video", "kling-3.0"): ("prompt", *_FRAMES),
    ("image-to-video", "kling-3.0-turbo"): ("prompt", "first_frame"),
    ("omni-video", "kling-3.0-omni"): ("prompt", *_FRAMES, "refer_image", *_FILMS),
}
#: Pictures of one request: alone, and beside a film.
_MOST_PICTURES, _MOST_BESIDE_FILM = 7, 4


class Content(Tolerant):
    """The words, or one medium: a link, or the bare Base64 of a picture."""

    type: ContentType
    text: str = ""
    url: Annotated[str, Field(max_length=70_000_000)] = ""


class Settings(Tolerant):
    """The film."""

    multi_shot: bool = True
    #: None where it was left out: silent, or with sound where the model has no such field.
    audio: Literal["native", "original", "off"] | None = None
    resolution: Literal["720p", "1080p", "4k"] = "720p"
    aspect_ratio: Literal["16:9", "9:16", "1:1"] | None = None
    duration: int = 5


class Watermark(Tolerant):
    """Whether a copy with a watermark is made as well; the sandbox makes none."""

    enabled: bool = False


class Options(Tolerant):
    """What is not about the film."""

    callback_url: str = ""
    external_task_id: str = ""
    watermark_info: Watermark = Watermark()


class Body(Tolerant):
    """What may be said: `prompt` on the route of text, `contents` on all others."""

    prompt: str = ""
    contents: Annotated[tuple[Content, ...], Field(max_length=20)] = ()
    settings: Settings = Settings()
    options: Options = Options()

    def of(self, *types: str) -> list[tuple[int, Content]]:
        """The contents of these types with their places."""
        return [(place, item) for place, item in enumerate(self.contents) if item.type in types]


def params_of(body: Body, family: str, model: str, *, sound: bool) -> Params:
    """What is asked for, once it is known to belong together. `sound`: what a model without the field makes."""
    _check(body, family, TAKES[family, model])
    text = body.prompt if family == "text-to-video" else "\n".join(item.text for _, item in body.of("prompt"))
    audio = body.settings.audio
    return Params(
        model=model,
        prompt=checked_text(text, "prompt"),
        resolution=body.settings.resolution,
        ratio=_ratio(body),
        frames=frames(body.settings.duration),
        seed=seed_from(model, text),
        generate_audio=sound if audio is None else audio != "off",
        callback_url=body.options.callback_url,
        safety_identifier=body.options.external_task_id,
        voice="kling",
    )


def media_of(body: Body) -> tuple[Medium, ...]:
    """Pictures in their order, the first frame first, and the film."""
    return tuple(_media(body))


def _media(body: Body) -> Iterator[Medium]:
    for kind in (*_FRAMES, "refer_image", *_FILMS):
        for place, item in body.of(kind):
            slot: Slot = "footage" if kind in _FILMS else "still"
            yield Medium(slot, _address(item.url, f"contents[{place}].url", slot), f"contents[{place}].url")


def _address(url: str, field: str, slot: Slot) -> str:
    if url.startswith(("http://", "https://")):
        return url
    if slot == "footage" or not url or url.startswith("data:"):
        raise invalid(field, "a link" if slot == "footage" else "a link, or Base64 without anything before it")
    return f"data:image/png;base64,{url}"


def _ratio(body: Body) -> str:
    """A first frame or a film decides it, unless it is said."""
    by_picture = body.of(*_FRAMES, "base_video")
    return "adaptive" if by_picture else body.settings.aspect_ratio or ("adaptive" if body.of(*_FILMS) else "16:9")


def _check(body: Body, family: str, takes: Sequence[str]) -> None:
    for place, item in enumerate(body.contents):
        if item.type not in takes:
            raise invalid(f"contents[{place}].type", f"one of {', '.join(takes)}")
    if family == "image-to-video" and not body.of("first_frame"):
        raise missing("contents", "a first_frame")
    if body.of("last_frame") and not body.of("first_frame"):
        raise invalid("contents", "a last frame alone is not supported")
    for kind in (*_FRAMES, "prompt"):
        if len(body.of(kind)) > 1:
            raise invalid("contents", f"{kind} stands here twice")
    _check_film(body)


def _check_film(body: Body) -> None:
    films, pictures = body.of(*_FILMS), len(body.of(*_FRAMES, "refer_image"))
    most = _MOST_BESIDE_FILM if films else _MOST_PICTURES
    if pictures > most or len(films) > 1:
        raise invalid("contents", f"at most {most} pictures and one film")
    settings = body.settings
    if body.of("base_video") and (body.of(*_FRAMES) or settings.audio == "native"):
        raise invalid("contents", "a base_video takes no frames and no native audio")
    if body.of("feature_video") and (settings.audio not in {None, "off"} or not settings.multi_shot):
        raise invalid("settings", "beside a feature_video audio is off and multi_shot true")
    if settings.audio == "original" and not films:
        raise invalid("settings.audio", "original needs a film")
