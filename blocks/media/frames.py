"""Decoded frames of a film: opened safely, made small, the ones worth looking at."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from PIL import Image

from blocks.media.probe import CONTAINER
from workprint.errors import BadMedia

#: Seconds between two samples: at the most, and at the least (a strobe is a cut at every frame).
EVERY, NOT_BEFORE = 1.0, 0.2
#: Mean difference of grey levels (0 to 255) from which a cut is assumed. A fast pan stays below 20.
SCENE_CUT = 30.0
#: Pixels of the tiny grey picture that tells two scenes apart.
_TINY = 32
#: Decoder threads of one film. Films are judged side by side, and every thread holds frames of full size.
_THREADS = 2
Grey = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture (RGB) and its time in seconds."""

    second: float
    image: Image.Image


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """The film, open; FFmpeg's errors become `BadMedia`, whenever they come."""
    try:
        with av.open(str(path), format=CONTAINER) as container:
            if not container.streams.video:
                raise BadMedia("the file has no picture")
            container.streams.video[0].thread_type = "AUTO"
            container.streams.video[0].thread_count = _THREADS
            yield container
    except av.FFmpegError as error:
        raise BadMedia(f"the file cannot be decoded: {type(error).__name__}") from error


class Sampler:
    """Which frames of a film are worth looking at: the first, the first of every new scene, at least one a second."""

    def __init__(self) -> None:
        self._last_second = -EVERY
        self._before: Grey | None = None
        self._cut_pending = False
        # One scaler for the whole film: making one per frame costs more than scaling.
        self._scaler = VideoReformatter()

    def wants(self, frame: VideoFrame, second: float) -> bool:
        """Whether to look at this frame. Every frame must be shown, in order."""
        tiny, self._before = self._before, self._tiny(frame)
        self._cut_pending |= tiny is not None and float(np.abs(self._before - tiny).mean()) >= SCENE_CUT
        since = second - self._last_second
        if since < NOT_BEFORE or not (since >= EVERY or self._cut_pending):
            return False
        self._last_second, self._cut_pending = second, False
        return True

    def _tiny(self, frame: VideoFrame) -> Grey:
        grey = self._scaler.reformat(frame, width=_TINY, height=_TINY, format="gray", interpolation="FAST_BILINEAR")
        return grey.to_ndarray().astype(np.int16)


def at(path: Path, seconds: Sequence[float], *, longest_side: int) -> list[Frame]:
    """The frames shown at these times (ascending); the last frame where the film is shorter. For short clips.

    Raises `BadMedia` when nothing can be decoded. The whole film is decoded: in clips of one group of pictures that is
    faster than seeking.
    """
    found: list[Frame] = []
    with opened(path) as container:
        last: VideoFrame | None = None
        for frame in container.decode(video=0):
            while len(found) < len(seconds) and (frame.time or 0.0) >= seconds[len(found)]:
                found.append(Frame(frame.time or 0.0, small(frame, longest_side)))
            last = frame
        if last is None:
            raise BadMedia("the file has no frame that can be decoded")
        found += [Frame(last.time or 0.0, small(last, longest_side))] * (len(seconds) - len(found))
    return found


def small(frame: VideoFrame, longest_side: int) -> Image.Image:
    """A frame as an RGB picture no larger than `longest_side` pixels; one pass of the scaler, no full-size RGB."""
    scale = min(1.0, longest_side / max(frame.width, frame.height))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
    return picture(frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA"))


def picture(frame: VideoFrame) -> Image.Image:
    """A frame as an RGB picture of its own size."""
    return Image.fromarray(frame.to_ndarray(format="rgb24"))
