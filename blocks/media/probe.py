"""What a film is: read from its streams, and refused when it has no picture."""

from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

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


def probe(path: Path) -> MediaFacts:
    """The facts of an MP4 file. Raises `BadMedia` when it is empty, no MP4, or without a picture."""
    if path.stat().st_size == 0:
        raise BadMedia("the file is empty")
    try:
        with av.open(str(path), format=CONTAINER) as container:
            return _facts(container)
    except av.FFmpegError as error:
        raise BadMedia(f"the file cannot be decoded: {type(error).__name__}") from error


def _facts(container: InputContainer) -> MediaFacts:
    if not container.streams.video:
        raise BadMedia("the file has no picture")
    video = container.streams.video[0]
    audio = container.streams.audio[0] if container.streams.audio else None
    fps = float(video.average_rate or 0)
    return MediaFacts(
        width=video.codec_context.width,
        height=video.codec_context.height,
        duration=_seconds(container, video),
        fps=fps,
        frames=video.frames,
        video_codec=video.codec_context.name,
        has_audio=audio is not None,
        audio_codec=audio.codec_context.name if audio else "",
    )


def _seconds(container: InputContainer, video: VideoStream) -> float:
    if video.duration is not None and video.time_base is not None:
        return float(video.duration * video.time_base)
    return (container.duration or 0) / av.time_base
