"""The brief: what is wanted, as one model tree; the Prefect form, the YAML file, the CLI input and the API body.

Shapes only: which fields belong together is `workprint.rules`, because all problems of a brief are reported at once.
Field descriptions are what a person reads under the field in the Prefect form.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Use(StrEnum):
    """What the film is for."""

    AD = "ad"
    SHORT_VIDEO = "short_video"
    PRODUCT_SHOWCASE = "product_showcase"
    OTHER = "other"


class InputType(StrEnum):
    """What the model starts from."""

    TEXT_TO_VIDEO = "text_to_video"
    IMAGE_TO_VIDEO = "image_to_video"
    VIDEO_TO_VIDEO = "video_to_video"
    REFERENCE_TO_VIDEO = "reference_to_video"


class Motion(StrEnum):
    """Camera motion, in the words of the set."""

    STATIC = "static"
    PUSH_IN = "push_in"
    PULL_OUT = "pull_out"
    PAN_LEFT = "pan_left"
    PAN_RIGHT = "pan_right"
    TILT_UP = "tilt_up"
    TILT_DOWN = "tilt_down"
    TRUCK_LEFT = "truck_left"
    TRUCK_RIGHT = "truck_right"
    ORBIT = "orbit"
    CRANE_UP = "crane_up"
    CRANE_DOWN = "crane_down"
    HANDHELD = "handheld"


class Speed(StrEnum):
    """How fast the camera moves."""

    SLOW = "slow"
    MEDIUM = "medium"
    FAST = "fast"


class Role(StrEnum):
    """What a reference is to the shot."""

    FIRST_FRAME = "first_frame"
    LAST_FRAME = "last_frame"
    SUBJECT = "subject"
    STYLE = "style"
    VIDEO = "video"
    AUDIO = "audio"


class Audio(StrEnum):
    """`keep` keeps the sound of a reference video."""

    MUTE = "mute"
    GENERATE = "generate"
    KEEP = "keep"


Ratio = Literal["16:9", "9:16", "1:1", "4:3", "3:4", "21:9"]
Resolution = Literal["360p", "480p", "540p", "720p", "768p", "1080p", "2k", "4k"]
#: Lower case, digits and hyphens: it becomes part of variant names and S3 keys.
Slug = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")]
Sentence = Annotated[str, Field(max_length=500)]
BlockName = Annotated[str, Field(min_length=1, max_length=80)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, str_strip_whitespace=True)


class Camera(_Part):
    """How the camera moves."""

    motion: Motion = Motion.STATIC
    """The move, in the words of the set."""
    speed: Speed = Speed.MEDIUM
    """How fast it moves."""


class Reference(_Part):
    """A picture, film or sound the shot starts from or leans on."""

    role: Role
    """What it is to the shot: first_frame, last_frame, subject, style, video or audio."""
    source: Annotated[str, Field(min_length=1, max_length=4096)]
    """A path on the machine that runs the flow, or an http(s) URL. It is read once and frozen."""


class Shot(_Part):
    """One scene."""

    name: Slug
    """Short name, part of every variant's name: lower case, digits, hyphens."""
    input_type: InputType
    """What the model starts from. Each type has its own required and forbidden references."""
    subject: Sentence = ""
    """Who or what is in the picture."""
    action: Sentence = ""
    """What happens."""
    camera: Camera = Camera()
    """The camera's move and its speed."""
    style: Sentence = ""
    """Light, lens, colour, mood."""
    prompt: Annotated[str, Field(max_length=2000)] = ""
    """Free text, added after subject, action, camera and style."""
    negative_prompt: Sentence = ""
    """What must not be seen."""
    references: Annotated[tuple[Reference, ...], Field(max_length=12)] = ()
    """Pictures, films and sounds, each with a role."""
    audio: Audio = Audio.MUTE
    """mute, generate, or keep (the sound of the reference video)."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = None
    """Same seed, same film. Empty: one is derived from the content and the take."""


class Budget(_Part):
    """The most this campaign may cost, drafts and finals together."""

    amount: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]
    """In whole units of the currency."""
    currency: Literal["CNY", "USD"] = "CNY"
    """ISO 4217."""


class DraftPolicy(_Part):
    """How the cheap copy is made."""

    enabled: bool = True
    """Off: go straight to the finals. The gate then approves without a picture, and a warning says so."""
    resolution: Resolution = "480p"
    """Resolution of the drafts."""
    duration: Annotated[int, Field(ge=1, le=60)] | None = None
    """Seconds. Empty: as long as the final. A model with native drafts allows nothing else."""


class FinalPolicy(_Part):
    """How the delivered film is made."""

    resolution: Resolution = "1080p"
    """Resolution of the finals."""
    fps: Literal[24, 25, 30] = 24
    """Frames per second."""


class Brief(_Part):
    """What is wanted: one campaign of shots, ratios and durations."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    """What people call it."""
    use: Use = Use.OTHER
    """ad, short_video, product_showcase or other."""
    project: Slug
    """Groups deliveries: the first part of every S3 key."""
    cost_centre: Annotated[str, Field(max_length=60)] = ""
    """Who pays."""
    requested_by: Annotated[str, Field(min_length=1, max_length=120)]
    """Who asks: a name or an address."""
    language: Annotated[str, Field(pattern=r"^[a-z]{2}(?:-[A-Z]{2})?$")] = "en"
    """The audience's language: en, zh, zh-CN ..."""
    approvers: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    """Who may approve. Empty: anybody who can open the run, under a name."""
    budget: Budget
    """The most it may cost."""
    gate_timeout_hours: Annotated[float, Field(gt=0, le=168)] = 72
    """How long the run waits for a person; after that nothing more is spent."""
    callback_url: Annotated[str, Field(max_length=2048)] | None = None
    """Where the signed report is posted at the end (https)."""
    provider: BlockName = "sandbox"
    """Name of the VideoProvider block."""
    fallbacks: Annotated[tuple[BlockName, ...], Field(max_length=4)] = ()
    """More VideoProvider blocks, in the order they are asked when the one before refuses a film before it takes it."""
    ratios: Annotated[tuple[Ratio, ...], Field(min_length=1)] = ("16:9",)
    """Aspect ratios; each is a variant of every shot."""
    durations: Annotated[tuple[Annotated[int, Field(ge=1, le=60)], ...], Field(min_length=1)] = (5,)
    """Seconds; each is a variant of every shot."""
    takes: Annotated[int, Field(ge=1, le=8)] = 1
    """How many different tries of each variant to draft; each is paid."""
    draft: DraftPolicy = DraftPolicy()
    """The cheap copy a person sees first."""
    final: FinalPolicy = FinalPolicy()
    """The film that is delivered."""
    shots: Annotated[tuple[Shot, ...], Field(min_length=1, max_length=50)]
    """The scenes."""
