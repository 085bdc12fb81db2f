"""Looking at a film's decoded frames."""

import io
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray


def decoded(film: bytes | Path, *wanted: int) -> list[NDArray[np.uint8]]:
    """The wanted frames as light only (height x width); negative numbers count from the end."""
    with av.open(io.BytesIO(film) if isinstance(film, bytes) else str(film)) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    return [frames[number] for number in wanted] if wanted else frames


def bright_width(frame: NDArray[np.uint8]) -> int:
    """Pixels of the white square along the middle row."""
    return int((frame[frame.shape[0] // 2] > 150).sum())


def bright_middle(frame: NDArray[np.uint8]) -> tuple[float, float]:
    """Where the white square is: x and y in pixels, above the strip with the prompt."""
    rows, columns = np.nonzero(frame[: int(frame.shape[0] * 0.8)] > 150)
    return float(columns.mean()), float(rows.mean())
