"""The plan of one film: everything that decides its bytes."""

from dataclasses import dataclass
from pathlib import Path

from deployments.sandbox.render.motion import Move

#: Frames per second of every film, as Seedance renders.
FPS = 24
RATIOS = {"16:9": (16, 9), "4:3": (4, 3), "1:1": (1, 1), "3:4": (3, 4), "9:16": (9, 16), "21:9": (21, 9)}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to render. Sizes in pixels, even; `stills` are cross-faded in their order."""

    width: int
    height: int
    frames: int
    move: Move
    seed: int
    prompt: str
    draft: bool
    watermark: bool
    sound: bool
    stills: tuple[Path, ...] = ()
    footage: Path | None = None
    soundtrack: Path | None = None

    @property
    def seconds(self) -> float:
        """How long the film is."""
        return self.frames / FPS


def nearest_ratio(width: int, height: int) -> str:
    """The ratio of `RATIOS` a picture of this size comes closest to."""
    return min(RATIOS, key=lambda name: abs(width / height - RATIOS[name][0] / RATIOS[name][1]))
