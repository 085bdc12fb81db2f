"""What Ark would refuse: rules over a well-shaped body."""

import random
from dataclasses import replace

from deployments.sandbox.refusals import invalid, missing
from deployments.sandbox.render.plan import FPS
from deployments.sandbox.tasks import Params
from deployments.sandbox.values import Medium
from deployments.sandbox.voices.ark_body import AudioItem, Body, ImageItem, TextItem, VideoItem
from deployments.sandbox.voices.ark_catalogue import Model
from deployments.sandbox.voices.helpers import check_sensitive, seed_from


def wanted(body: Body, model: Model) -> tuple[Params, tuple[Medium, ...]]:
    """What a body without a draft item asks for, with the defaults filled in, and the media it needs.

    The ratio stays `adaptive` until the picture was seen. Raises `Refusal`.
    """
    prompt = "\n".join(item.text for _, item in body.items(TextItem)).strip()
    check_sensitive(prompt, "content.text")
    media = _media(body, model)
    if not prompt and not media:
        raise missing("content.text", "text to video needs a prompt")
    _check_draft(body, model)
    _check_tier(body, model)
    params = Params(
        model=body.model,
        prompt=prompt,
        resolution=_resolution(body, model),
        ratio=body.ratio or "adaptive",
        frames=0,
        seed=_seed(body),
        generate_audio=_sound(body, model),
        draft=body.draft,
        watermark=body.watermark,
        camera_fixed=body.camera_fixed,
        return_last_frame=body.return_last_frame,
        service_tier=body.service_tier,
        execution_expires_after=body.execution_expires_after,
        callback_url=body.callback_url or "",
        safety_identifier=body.safety_identifier,
        listed_as=model.name if model.name != body.model else "",
    )
    return _with_length(params, body, model), media


def _media(body: Body, model: Model) -> tuple[Medium, ...]:
    """The media of one of the three modes: first frame, first and last frame, or references."""
    images = body.items(ImageItem)
    films, sounds = body.items(VideoItem), body.items(AudioItem)
    roles = [item.role for _, item in images]
    references = bool(films or sounds or "reference_image" in roles)
    framed = [role for role in roles if role != "reference_image"]
    if references and framed:
        raise invalid("content", "first frame, first and last frame, and reference modes exclude each other")
    if references:
        _check_references(model, len(images), len(films), len(sounds))
    elif sorted(framed) not in ([], ["first_frame"], ["first_frame", "last_frame"]):
        raise invalid("content", "give one first_frame and at most one last_frame")
    images.sort(key=lambda pair: pair[1].role == "last_frame")
    stills = [Medium("still", item.image_url.url, f"content.{n}.image_url.url") for n, item in images]
    clips = [Medium("footage", item.video_url.url, f"content.{n}.video_url.url") for n, item in films]
    tracks = [Medium("soundtrack", item.audio_url.url, f"content.{n}.audio_url.url") for n, item in sounds]
    return (*stills, *clips, *tracks)


def _check_references(model: Model, images: int, films: int, sounds: int) -> None:
    if not model.references:
        raise invalid("content", f"{model.name} takes no reference pictures, films or sounds")
    for name, count, most in (
        ("reference_image", images, 9),
        ("reference_video", films, 3),
        ("reference_audio", sounds, 3),
    ):
        if count > most:
            raise invalid("content", f"at most {most} items of role {name}")
    if not images and not films:
        raise invalid("content", "a reference_audio needs a picture or a film beside it")


def _check_draft(body: Body, model: Model) -> None:
    if not body.draft:
        return
    if not model.draft_finals:
        raise invalid("draft", f"{model.name} has no draft mode")
    if body.resolution not in {None, "480p"}:
        raise invalid("resolution", "a draft is 480p")
    if body.return_last_frame:
        raise invalid("return_last_frame", "not for drafts")
    if body.service_tier == "flex":
        raise invalid("service_tier", "drafts are not rendered in the flex tier")


def _check_tier(body: Body, model: Model) -> None:
    if body.service_tier == "flex" and not model.flex:
        raise invalid("service_tier", f"{model.name} has no flex tier")


def _resolution(body: Body, model: Model) -> str:
    resolution = body.resolution or ("480p" if body.draft else model.default_resolution)
    if resolution not in model.resolutions:
        raise invalid("resolution", f"{model.name} renders {', '.join(model.resolutions)}")
    return resolution


def _sound(body: Body, model: Model) -> bool:
    if body.generate_audio and not model.sound:
        raise invalid("generate_audio", f"{model.name} makes silent films")
    return model.sound and body.generate_audio is not False


def _seed(body: Body) -> int:
    """The seed asked for; for -1 one that follows from the request, so that the sandbox stays repeatable."""
    if body.seed >= 0:
        return body.seed
    words = body.model_dump_json(exclude={"safety_identifier", "callback_url"})
    return seed_from(words)


def _with_length(params: Params, body: Body, model: Model) -> Params:
    if body.frames is not None:
        return replace(params, frames=_frames(body, model, body.frames))
    duration = 5 if body.duration is None else body.duration
    if duration == -1 and model.smart_duration:
        duration = random.Random(params.seed).randint(model.shortest, model.longest)  # noqa: S311 - not a secret
    if not model.shortest <= duration <= model.longest:
        raise invalid("duration", f"{model.name} renders {model.shortest} to {model.longest} seconds")
    return replace(params, frames=duration * FPS)


def _frames(body: Body, model: Model, frames: int) -> int:
    if not model.frames:
        raise invalid("frames", f"{model.name} takes a duration")
    if body.duration is not None:
        raise invalid("frames", "give frames or duration, not both")
    if not 29 <= frames <= 289 or (frames - 25) % 4:
        raise invalid("frames", "frames is 25 + 4n, from 29 to 289")
    return frames
