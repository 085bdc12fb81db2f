"""Real little films for tests, made with PyAV. `kind` says what a viewer would see."""

from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np

Kind = Literal["moving", "black", "frozen", "cuts"]
#: Pictures of `cuts`, one a half second: far apart in brightness, so that every change is a cut.
SCENES = (30, 220, 90, 250)
RATE = 48000


def make_video(
    path: Path,
    seconds: float = 2,
    size: tuple[int, int] = (320, 180),
    fps: int = 24,
    audio: bool = False,
    kind: Kind = "moving",
    volume: float = 0.3,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
) -> Path:
    """An MP4 at `path`, H.264 of 8 bits unless said; with `audio` a tone of 440 Hz of that volume (0: silence)."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        video = out.add_stream(codec, rate=fps, options={"preset": "ultrafast", "x265-params": "log-level=none"})
        video.width, video.height, video.pix_fmt = *size, pix_fmt
        sound = out.add_stream("aac", rate=RATE, layout="mono") if audio else None
        for number in range(round(seconds * fps)):
            picture = av.VideoFrame.from_ndarray(_picture(kind, number, size, fps), format="rgb24")
            out.mux(video.encode(picture))
        out.mux(video.encode(None))
        if sound is not None:
            _tone(out, sound, seconds, volume)
    return path


def _picture(kind: Kind, number: int, size: tuple[int, int], fps: int) -> np.ndarray:
    width, height = size
    if kind == "black":
        return np.zeros((height, width, 3), np.uint8)
    if kind == "cuts":
        return np.full((height, width, 3), SCENES[number * 2 // fps % len(SCENES)], np.uint8)
    step = 0 if kind == "frozen" else number * 4
    across = (np.arange(width) + step) % 256
    return np.repeat(np.tile(across, (height, 1))[..., None], 3, axis=2).astype(np.uint8)


def _tone(out: av.container.OutputContainer, sound: av.AudioStream, seconds: float, volume: float) -> None:
    step = 1024
    for start in range(0, round(seconds * RATE), step):
        wave = (np.sin(np.arange(start, start + step) * 2 * np.pi * 440 / RATE) * volume).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        out.mux(sound.encode(frame))
    out.mux(sound.encode(None))
