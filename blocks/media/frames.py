"""Frames of a film, in one decoding pass and constant memory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.frame import VideoFrame
from PIL import Image

from blocks.media.probe import CONTAINER
from workprint.errors import BadMedia

Grey = npt.NDArray[np.int16]

#: Pixels of the tiny grey picture that tells two scenes apart.
_TINY = 32
#: Mean difference of grey levels (0 to 255) from which a cut is assumed. A fast pan stays below 20.
SCENE_CUT = 30.0
#: Seconds between two samples at the most.
EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture and its time in seconds."""

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
            yield container
    except av.FFmpegError as error:
        raise BadMedia(f"the file cannot be decoded: {type(error).__name__}") from error


def sample(path: Path, *, longest_side: int = 360) -> Iterator[Frame]:
    """The first frame, the first of every new scene, and at least one a second; pixels of the longer side bounded."""
    with opened(path) as container:
        last_second, before = -EVERY, None
        for frame in container.decode(video=0):
            tiny = _tiny(frame)
            second = frame.time or 0.0
            if second - last_second >= EVERY or _cut(before, tiny):
                last_second = second
                yield Frame(second, small(frame, longest_side))
            before = tiny


def at(path: Path, seconds: Sequence[float], *, longest_side: int) -> list[Frame]:
    """The frames shown at these times (ascending); the last frame where the film is shorter. For short clips."""
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
    """A frame as an RGB picture no larger than `longest_side`; scaled while it is still YUV, which is cheap."""
    scale = min(1.0, longest_side / max(frame.width, frame.height))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
    return Image.fromarray(
        frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA").to_ndarray()
    )


def _tiny(frame: VideoFrame) -> Grey:
    grey = frame.reformat(width=_TINY, height=_TINY, format="gray", interpolation="FAST_BILINEAR")
    return grey.to_ndarray().astype(np.int16)


def _cut(before: Grey | None, now: Grey) -> bool:
    return before is not None and float(np.abs(now - before).mean()) >= SCENE_CUT
