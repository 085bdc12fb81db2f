"""The body of a submit, as Ark documents it. Shapes only; what belongs together is `ark_checks`."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from deployments.sandbox.voices.helpers import Strict, read_json

Url = Annotated[str, Field(pattern=r"^https?://", max_length=2048)]
#: A picture inline may be 30 MB before base64.
Source = Annotated[str, Field(pattern=r"^(https?://|data:)", max_length=45_000_000)]


class Link(Strict):
    """Where a medium is: an http(s) or data URL."""

    url: Source


class TaskId(Strict):
    """The id of another task."""

    id: str


class TextItem(Strict):
    """The prompt."""

    type: Literal["text"]
    text: str


class ImageItem(Strict):
    """A picture; without a role it is the first frame."""

    type: Literal["image_url"]
    image_url: Link
    role: Literal["first_frame", "last_frame", "reference_image"] = "first_frame"


class VideoItem(Strict):
    """A film to lean on."""

    type: Literal["video_url"]
    video_url: Link
    role: Literal["reference_video"] = "reference_video"


class AudioItem(Strict):
    """A sound to use."""

    type: Literal["audio_url"]
    audio_url: Link
    role: Literal["reference_audio"] = "reference_audio"


class DraftItem(Strict):
    """The draft a final is made from."""

    type: Literal["draft_task"]
    draft_task: TaskId


Item = Annotated[TextItem | ImageItem | VideoItem | AudioItem | DraftItem, Field(discriminator="type")]


class Body(Strict):
    """What may be said. An unknown field is refused, as a field of the wrong type is."""

    model: str
    content: Annotated[list[Item], Field(min_length=1, max_length=20)]
    resolution: Literal["480p", "720p", "1080p", "4k"] | None = None
    ratio: Literal["16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "adaptive"] | None = None
    duration: int | None = None
    frames: int | None = None
    seed: Annotated[int, Field(ge=-1, le=2**32 - 1)] = -1
    camera_fixed: bool = False
    watermark: bool = False
    generate_audio: bool | None = None
    draft: bool = False
    return_last_frame: bool = False
    service_tier: Literal["default", "flex"] = "default"
    execution_expires_after: Annotated[int, Field(ge=3600, le=259_200)] = 172_800
    callback_url: Url | None = None
    safety_identifier: Annotated[str, Field(max_length=64)] = ""

    def items(self, kind: type[BaseModel]) -> list[tuple[int, Any]]:
        """The items of one kind with their place in the list."""
        return [(place, item) for place, item in enumerate(self.content) if isinstance(item, kind)]


def read_body(raw: bytes) -> Body:
    """The body, or a refusal naming the first wrong field."""
    return read_json(Body, raw)
