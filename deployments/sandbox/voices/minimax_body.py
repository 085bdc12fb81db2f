"""The bodies of MiniMax's submits, as its docs have them: shapes, and what belongs together.

Docs "Create Video Generation Task" and "Create Video Regeneration Task".
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal, NoReturn

from pydantic import Field

from deployments.sandbox.refusals import invalid, missing
from deployments.sandbox.tasks import Params, Status, Task
from deployments.sandbox.values import Ask, Medium
from deployments.sandbox.voices.helpers import (
    Strict,
    checked_text,
    facts_or_refuse,
    frames,
    read_json,
    seed_from,
    within,
)

#: A task can be regenerated as long as it can be asked for.
REGENERATION_SECONDS = 7 * 24 * 3600
_MODEL = "MiniMax-H3"
_DRAFT, _FINAL = "768p", "2k"
_FRAMES = ("first_frame", "last_frame")
_MOST = {"first_frame": 1, "last_frame": 1, "reference_image": 9, "reference_video": 3, "reference_audio": 3}
Callback = Annotated[str, Field(pattern=r"^https?://", max_length=2048)]


class Address(Strict):
    """Where a medium is."""

    url: Annotated[str, Field(pattern=r"^(https?://|data:)", max_length=64_000_000)]


class Text(Strict):
    """The words."""

    type: Literal["text"]
    text: Annotated[str, Field(max_length=7000)]


class Image(Strict):
    """A picture; without a role it is the first frame."""

    type: Literal["image_url"]
    image_url: Address
    role: Literal["first_frame", "last_frame", "reference_image"] = "first_frame"

    def medium(self, field: str) -> Medium:
        """What must be fetched."""
        return Medium("still", self.image_url.url, field)


class Video(Strict):
    """A film to lean on."""

    type: Literal["video_url"]
    video_url: Address
    role: Literal["reference_video"]

    def medium(self, field: str) -> Medium:
        """What must be fetched."""
        return Medium("footage", self.video_url.url, field)


class Audio(Strict):
    """A sound to lean on."""

    type: Literal["audio_url"]
    audio_url: Address
    role: Literal["reference_audio"]

    def medium(self, field: str) -> Medium:
        """What must be fetched."""
        return Medium("soundtrack", self.audio_url.url, field)


Item = Annotated[Text | Image | Video | Audio, Field(discriminator="type")]


class Generation(Strict):
    """A film from words and media."""

    model: str
    content: Annotated[tuple[Item, ...], Field(max_length=17)]
    resolution: Literal["480P", "768P", "2K"]
    duration: int
    ratio: Literal["adaptive", "21:9", "16:9", "4:3", "1:1", "3:4", "9:16"] | None = None
    callback_url: Callback = ""
    aigc_watermark: bool = False

    @property
    def media(self) -> list[tuple[str, Image | Video | Audio]]:
        """Everything but the words, with its field, the first frame first."""
        named = [(f"content.{i}", item) for i, item in enumerate(self.content) if not isinstance(item, Text)]
        return sorted(named, key=lambda pair: list(_MOST).index(pair[1].role))


class Regeneration(Strict):
    """A 2K film from a task. The other way, by `base_video`, the sandbox does not know."""

    model: Literal["MiniMax-H3"]
    source_task_id: str
    resolution: Literal["2K"]
    callback_url: Callback = ""
    aigc_watermark: bool = False


def generated(ask: Ask) -> tuple[Params, tuple[Medium, ...]]:
    """What a generation asks for."""
    body = read_json(Generation, ask.body)
    facts = facts_or_refuse(body.model, "minimax")
    texts = [item.text for item in body.content if isinstance(item, Text)]
    if len(texts) != 1 or not texts[0].strip():
        raise missing("content", "content must include a non-empty text item (prompt is required)")
    _check_roles(body)
    resolution = body.resolution.lower()
    params = Params(
        model=body.model,
        prompt=checked_text(texts[0], "content"),
        resolution=resolution,
        ratio=_ratio(body),
        frames=frames(body.duration),
        seed=seed_from(body.model, texts[0]),
        generate_audio=True,
        draft=body.model == _MODEL and resolution == _DRAFT,
        watermark=body.aigc_watermark,
        callback_url=body.callback_url,
        voice="minimax",
    )
    return within(facts, params), tuple(item.medium(field) for field, item in body.media)


def regenerated(ask: Ask) -> Params:
    """What a regeneration asks for: the source's own parameters in 2K."""
    body = read_json(Regeneration, ask.body)
    source = _source(ask.find, body.source_task_id, ask.now)
    return replace(
        source.params,
        resolution=_FINAL,
        draft=False,
        draft_task_id=source.id,
        watermark=body.aigc_watermark,
        callback_url=body.callback_url,
    )


def _source(find: Callable[[str], Task | None], task_id: str, now: float) -> Task:
    """An own task of the last seven days, succeeded, at 768P and not touched since."""
    source = find(task_id)
    if source is None or now - source.created_at > REGENERATION_SECONDS:
        _no_source("invalid task_id")
    if source.status is not Status.SUCCEEDED:
        _no_source(f"the source task is {source.status}, not succeeded")
    if not source.params.draft:
        _no_source("the source is no unmodified 768P output of MiniMax-H3")
    return source


def _no_source(message: str) -> NoReturn:
    raise invalid("source_task_id", message)


def _check_roles(body: Generation) -> None:
    roles: list[str] = [item.role for _, item in body.media]
    for role, most in _MOST.items():
        if roles.count(role) > most:
            raise invalid("content", f"at most {most} {role}")
    if any(role in _FRAMES for role in roles) and not all(role in _FRAMES for role in roles):
        raise invalid("content", "frames and references cannot be mixed")


def _ratio(body: Generation) -> str:
    if not body.media and body.ratio in {None, "adaptive"}:
        raise invalid("ratio", "text to video needs a ratio of its own")
    return "adaptive" if any(item.role in _FRAMES for _, item in body.media) else body.ratio or "adaptive"
