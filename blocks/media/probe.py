"""What a file is: read from its streams or its header, and refused when it has no picture."""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image, UnidentifiedImageError

from workprint.errors import BadMedia

#: The only container providers deliver. Naming it keeps FFmpeg from guessing a playlist that opens other addresses.
CONTAINER = "mp4"


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """Pixels, seconds, frames per second. `audio_codec` is empty without sound."""

    width: int
    height: int
    duration: float
    fps: float
    frames: int
    video_codec: str
    has_audio: bool
    audio_codec: str


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Format in Pillow's word (`PNG`, `JPEG`, `WEBP`), size in pixels as stored."""

    format: str
    width: int
    height: int


def probe(path: Path) -> MediaFacts:
    """The facts of an MP4 file. Raises `BadMedia` when it is empty, no MP4, or without a picture."""
    if path.stat().st_size == 0:
        raise BadMedia("the file is empty")
    try:
        with av.open(str(path), format=CONTAINER) as container:
            return _facts(container)
    except av.FFmpegError as error:
        raise BadMedia(f"the file cannot be decoded: {type(error).__name__}") from error


def probe_image(content: bytes) -> ImageFacts:
    """The facts of a picture, decoded to its last line. Raises `BadMedia`, also for a decompression bomb.

    The limit is Pillow's `Image.MAX_IMAGE_PIXELS` (about 89 million pixels), here an error from the first pixel above.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as picture:
                picture.load()
                return ImageFacts(picture.format or "", picture.width, picture.height)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadMedia("the picture has too many pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BadMedia(f"the picture cannot be decoded: {type(error).__name__}") from error


def rate_of(video: VideoStream) -> float:
    """Frames per second on average; 0.0 when the file does not say (None before PyAV 19, a falsy ratio since)."""
    return float(video.average_rate) if video.average_rate else 0.0


def seconds_of(container: InputContainer, video: VideoStream) -> float:
    """How long the header says the picture lasts."""
    if video.duration and video.time_base:
        return video.duration * float(video.time_base)
    return (container.duration or 0) / av.time_base


def _facts(container: InputContainer) -> MediaFacts:
    if not container.streams.video:
        raise BadMedia("the file has no picture")
    video = container.streams.video[0]
    audio = container.streams.audio[0] if container.streams.audio else None
    return MediaFacts(
        width=video.codec_context.width,
        height=video.codec_context.height,
        duration=seconds_of(container, video),
        fps=rate_of(video),
        frames=video.frames,
        video_codec=video.codec_context.name,
        has_audio=audio is not None,
        audio_codec=audio.codec_context.name if audio else "",
    )
