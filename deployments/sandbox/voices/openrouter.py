"""OpenRouter's words: its asynchronous video API (API reference "Video Generation", "Get Video Results with Webhooks").

Films lie behind the key (`unsigned_urls`); the signed `urls` of newer answers are left out, so that the older form is
tried. OpenRouter calls https addresses only; the sandbox calls http ones too, because its clients are on this machine.
"""

import hashlib
import hmac
import secrets as chance
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from deployments.sandbox.keys import Secrets
from deployments.sandbox.refusals import Refusal, Why
from deployments.sandbox.tasks import Params, Status
from deployments.sandbox.values import Answer, Ask, Letter, Look, Medium, Wanted
from deployments.sandbox.voices.helpers import (
    Strict,
    checked_text,
    facts_or_refuse,
    frames,
    read_json,
    seed_from,
    within,
)
from deployments.sandbox.voices.voice import JSON, Action, Voice, VoiceRoute

_VIDEOS = "/videos"
_FILM = _VIDEOS + "/{id}/content"
Source = Annotated[str, Field(pattern=r"^(https?://|data:)", max_length=45_000_000)]


class Address(Strict):
    """Where a medium is."""

    url: Source


class ImagePart(Strict):
    """A picture to lean on."""

    type: Literal["image_url"]
    image_url: Address

    def medium(self, field: str) -> Medium:
        """What must be fetched."""
        return Medium("still", self.image_url.url, f"{field}.image_url.url")


class FramePart(ImagePart):
    """A picture the film begins or ends with."""

    frame_type: Literal["first_frame", "last_frame"]


class VideoPart(Strict):
    """A film to lean on."""

    type: Literal["video_url"]
    video_url: Address

    def medium(self, field: str) -> Medium:
        """What must be fetched."""
        return Medium("footage", self.video_url.url, f"{field}.video_url.url")


class AudioPart(Strict):
    """A sound to use."""

    type: Literal["audio_url"]
    audio_url: Address

    def medium(self, field: str) -> Medium:
        """What must be fetched."""
        return Medium("soundtrack", self.audio_url.url, f"{field}.audio_url.url")


Part = Annotated[ImagePart | VideoPart | AudioPart, Field(discriminator="type")]


class Body(Strict):
    """What may be said."""

    model: str
    prompt: str
    duration: int = 5
    resolution: Literal["480p", "720p", "768p", "1080p", "1K", "2K", "4K"] = "720p"
    aspect_ratio: Literal["16:9", "9:16", "1:1", "4:3", "3:4", "21:9"] = "16:9"
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = None
    generate_audio: bool = True
    frame_images: Annotated[tuple[FramePart, ...], Field(max_length=2)] = ()
    input_references: Annotated[tuple[Part, ...], Field(max_length=15)] = ()
    callback_url: Annotated[str, Field(pattern=r"^https?://", max_length=2048)] = ""

    @property
    def media(self) -> tuple[Medium, ...]:
        """Frames, first one first, and references."""
        ordered = sorted(self.frame_images, key=lambda part: part.frame_type)
        framed = [part.medium(f"frame_images.{place}") for place, part in enumerate(ordered)]
        others = [part.medium(f"input_references.{place}") for place, part in enumerate(self.input_references)]
        return (*framed, *others)


class OpenRouterVoice(Voice):
    """OpenRouter's video API as it is documented: no cancel, no list, a cost in dollars."""

    name = "openrouter"
    prefix = "/openrouter"
    routes = (
        VoiceRoute("POST", _VIDEOS, Action.SUBMIT),
        VoiceRoute("GET", _VIDEOS + "/{id}", Action.SHOW),
        VoiceRoute("GET", _FILM, Action.FILM),
    )
    words: Mapping[Status, str] = {
        Status.QUEUED: "pending",
        Status.RUNNING: "in_progress",
        Status.SUCCEEDED: "completed",
        Status.FAILED: "failed",
        Status.CANCELLED: "cancelled",
        Status.EXPIRED: "expired",
    }
    errors: Mapping[Why, tuple[int, str]] = {
        Why.INVALID: (400, ""),
        Why.MISSING: (400, ""),
        Why.KEY: (401, ""),
        Why.MODEL: (404, ""),
        Why.TASK: (404, ""),
        Why.SENSITIVE: (403, ""),
        Why.RATE: (429, ""),
        Why.BALANCE: (402, ""),
    }
    broken = ("provider_error", "Provider returned error")
    rejected = ("content_policy", "The provider rejected the video: content policy violation.")
    no_id: Mapping[str, str] = {"status": "pending"}
    film_path = _FILM
    calls_back = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.EXPIRED})
    signs = True
    tells_time = False

    def new_id(self, now: float) -> str:  # noqa: ARG002 - it tells no time
        """The word job and sixteen digits."""
        return f"job-{chance.token_hex(8)}"

    def wanted(self, ask: Ask) -> Wanted:
        """A film from words, frames or references."""
        body = read_json(Body, ask.body)
        facts = facts_or_refuse(body.model, self.name)
        params = Params(
            model=body.model,
            prompt=checked_text(body.prompt, "prompt"),
            resolution=body.resolution.lower(),
            ratio=body.aspect_ratio,
            frames=frames(body.duration),
            seed=seed_from(body.model_dump_json()) if body.seed is None else body.seed,
            generate_audio=body.generate_audio,
            callback_url=body.callback_url,
            voice=self.name,
        )
        return Wanted(within(facts, params), body.media)

    def accepted(self, look: Look) -> Answer:
        """202 with the id and where to ask."""
        return Answer({**_named(look), "status": "pending"}, 202)

    def shown(self, look: Look) -> JSON:
        """The job."""
        shown = {**_named(look), "generation_id": f"gen-{look.task.id}", "status": self.word(look)}
        if look.task.error_message:
            shown["error"] = look.task.error_message
        if look.status is Status.SUCCEEDED:
            shown["unsigned_urls"] = [_content(look)] if look.link else []
        if look.cost:
            shown["usage"] = {"cost": float(look.cost.amount), "is_byok": False}
        return shown

    def error_body(self, status: int, code: str, refusal: Refusal) -> JSON:
        """The HTTP number again, and a text."""
        flagged = "Your input was flagged by moderation. " if refusal.why is Why.SENSITIVE else ""
        number = int(code) if code.isdecimal() else status
        return {"error": {"code": number, "message": f"{flagged}{refusal.message}"}, "user_id": "user_sandbox"}

    def called(self, look: Look) -> JSON:
        """What happened, and the job."""
        return {
            "type": f"video.generation.{self.words[look.status]}",
            "created_at": int(look.updated_at),
            "data": self.shown(look),
        }

    def signature(self, letter: Letter, secrets: Secrets) -> Mapping[str, str]:
        """HMAC-SHA256 over the time, a comma and the body."""
        at = int(letter.at)
        signed = f"{at},".encode() + letter.content
        digest = hmac.new(secrets.webhook.encode(), signed, hashlib.sha256).hexdigest()
        return {"X-OpenRouter-Signature": f"t={at},v1={digest}", "X-OpenRouter-Idempotency-Key": letter.id}


def _named(look: Look) -> JSON:
    """The job's id and its address, a path as in the reference."""
    return {"id": look.task.id, "polling_url": f"/api/v1/videos/{look.task.id}"}


def _content(look: Look) -> str:
    """The first film of the content route; a fault's link stays as it is."""
    return f"{look.link}?index=0" if look.link.startswith(f"{look.base}/") else look.link
