"""The bodies of fal's endpoints, as each model's own page documents them. An endpoint has a schema of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from deployments.sandbox.values import Medium
from deployments.sandbox.voices.helpers import Strict

Source = Annotated[str, Field(pattern=r"^(https?://|data:)", max_length=45_000_000)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
_LENGTH = r"(?:[4-9]|1[0-9]|2[0-9]|30)"


class Form(Strict):
    """What every endpoint takes, and what it means where a model has no field for it."""

    prompt: Annotated[str, Field(max_length=10_000)]
    generate_audio: bool = True

    @property
    def seconds(self) -> int:
        """Length of the film."""
        return int(str(getattr(self, "duration", "5")).removesuffix("s").replace("auto", "5"))

    @property
    def media(self) -> tuple[Medium, ...]:
        """What must be fetched."""
        return ()


class SeedanceText(Form):
    """bytedance/seedance-2.x/text-to-video: sound unless told not to."""

    duration: Annotated[str, Field(pattern=rf"^(auto|{_LENGTH})$")] = "auto"
    resolution: Literal["480p", "720p"] = "720p"
    aspect_ratio: Literal["auto", "21:9", "16:9", "4:3", "1:1", "3:4", "9:16"] = "auto"
    seed: Seed | None = None
    end_user_id: str = ""


class SeedanceImage(SeedanceText):
    """.../image-to-video."""

    image_url: Source
    end_image_url: Source | None = None

    @property
    def media(self) -> tuple[Medium, ...]:
        """First and last frame."""
        return frames_of(("image_url", self.image_url), ("end_image_url", self.end_image_url))


class SeedanceReference(SeedanceText):
    """.../reference-to-video: at least one picture or film where there is a sound."""

    image_urls: Annotated[tuple[Source, ...], Field(max_length=9)] = ()
    video_urls: Annotated[tuple[Source, ...], Field(max_length=3)] = ()
    audio_urls: Annotated[tuple[Source, ...], Field(max_length=3)] = ()

    @property
    def media(self) -> tuple[Medium, ...]:
        """Every reference."""
        stills = [Medium("still", url, f"image_urls.{n}") for n, url in enumerate(self.image_urls)]
        clips = [Medium("footage", url, f"video_urls.{n}") for n, url in enumerate(self.video_urls)]
        tracks = [Medium("soundtrack", url, f"audio_urls.{n}") for n, url in enumerate(self.audio_urls)]
        return (*stills, *clips, *tracks)


class KlingText(Form):
    """fal-ai/kling-video/v3/.../text-to-video: neither resolution nor seed."""

    duration: Annotated[str, Field(pattern=r"^([3-9]|1[0-5])$")] = "5"
    aspect_ratio: Literal["16:9", "9:16", "1:1"] = "16:9"
    negative_prompt: str = "blur, distort, and low quality"
    cfg_scale: float = 0.5


class KlingImage(Form):
    """.../image-to-video: the picture decides the ratio."""

    duration: Annotated[str, Field(pattern=r"^([3-9]|1[0-5])$")] = "5"
    start_image_url: Source
    end_image_url: Source | None = None
    negative_prompt: str = "blur, distort, and low quality"
    cfg_scale: float = 0.5

    @property
    def media(self) -> tuple[Medium, ...]:
        """First and last frame."""
        return frames_of(("start_image_url", self.start_image_url), ("end_image_url", self.end_image_url))


class VeoText(Form):
    """fal-ai/veo3.1: lengths as `8s`."""

    duration: Literal["4s", "6s", "8s"] = "8s"
    resolution: Literal["720p", "1080p", "4k"] = "720p"
    aspect_ratio: Literal["16:9", "9:16"] = "16:9"
    negative_prompt: str = ""
    seed: Seed | None = None


class VeoImage(VeoText):
    """fal-ai/veo3.1/image-to-video."""

    image_url: Source

    @property
    def media(self) -> tuple[Medium, ...]:
        """The first frame."""
        return frames_of(("image_url", self.image_url))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What stands at one path. `model` is its name in the price list; `resolution`: where the body names none."""

    model: str
    form: type[Form]
    resolution: str = ""


def frames_of(*named: tuple[str, str | None]) -> tuple[Medium, ...]:
    """The pictures among fields that may be empty."""
    return tuple(Medium("still", url, field) for field, url in named if url)


_SEEDANCE = ("bytedance/seedance-2.0", "bytedance/seedance-2.5")
_KLING, _VEO = "fal-ai/kling-video/v3", "fal-ai/veo3.1"
#: By path.
ENDPOINTS: Mapping[str, Endpoint] = {
    **{f"{model}/text-to-video": Endpoint(model, SeedanceText) for model in _SEEDANCE},
    **{f"{model}/image-to-video": Endpoint(model, SeedanceImage) for model in _SEEDANCE},
    f"{_SEEDANCE[0]}/reference-to-video": Endpoint(_SEEDANCE[0], SeedanceReference),
    f"{_KLING}/standard/text-to-video": Endpoint(_KLING, KlingText, "720p"),
    f"{_KLING}/standard/image-to-video": Endpoint(_KLING, KlingImage, "720p"),
    f"{_KLING}/pro/text-to-video": Endpoint(_KLING, KlingText, "1080p"),
    f"{_KLING}/pro/image-to-video": Endpoint(_KLING, KlingImage, "1080p"),
    _VEO: Endpoint(_VEO, VeoText),
    f"{_VEO}/image-to-video": Endpoint(_VEO, VeoImage),
}
