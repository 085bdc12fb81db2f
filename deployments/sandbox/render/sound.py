"""The sound of a film: a soft chord from a seed, or a reference audio."""

import itertools
import math
import random
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

RATE = 48_000
_CHORDS = ((0, 4, 7, 12), (0, 3, 7, 12), (0, 5, 7, 14), (0, 4, 9, 16))
Samples = NDArray[np.float32]


def chord(seconds: float, seed: int) -> Samples:
    """Two channels of a slowly breathing chord at about -20 LUFS, faded in and out."""
    rng = random.Random(f"sound {seed}")  # noqa: S311 - a sound, not a secret
    root = 110 * 2 ** (rng.randrange(12) / 12)
    time = np.arange(round(seconds * RATE), dtype=np.float64) / RATE
    channels = [np.zeros_like(time), np.zeros_like(time)]
    for step in rng.choice(_CHORDS):
        side = rng.uniform(0.3, 0.7)
        breath = 0.75 + 0.25 * np.sin(math.tau * rng.uniform(0.1, 0.35) * time + rng.uniform(0, math.tau))
        tone = np.sin(math.tau * root * 2 ** (step / 12) * time) * breath
        channels[0] += tone * side
        channels[1] += tone * (1 - side)
    fade = np.clip(np.minimum(time, time[-1] - time) / 0.25, 0, 1)
    return np.stack([channel * fade * 0.14 for channel in channels]).astype(np.float32)


def recorded(path: Path, seconds: float) -> Samples:
    """A reference audio as two channels, over again when it is shorter than the film."""
    resampler = AudioResampler(format="fltp", layout="stereo", rate=RATE)
    with av.open(str(path)) as container:
        frames = itertools.chain(container.decode(audio=0), [None])
        parts = [made.to_ndarray() for frame in frames for made in resampler.resample(frame)]
    once = np.concatenate(parts, axis=1)
    wanted = round(seconds * RATE)
    return np.tile(once, math.ceil(wanted / once.shape[1]))[:, :wanted].astype(np.float32)


def frames(samples: Samples) -> Iterator[av.AudioFrame]:
    """The samples cut into frames of AAC's size."""
    for start in range(0, samples.shape[1], 1024):
        part = np.ascontiguousarray(samples[:, start : start + 1024])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate = RATE
        frame.pts = start
        yield frame
