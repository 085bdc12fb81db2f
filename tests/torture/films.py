"""The two films every campaign gets, rendered once by the sandbox's own camera: they pass the technical check."""

from enum import Enum
from pathlib import Path

from deployments.sandbox.darkroom import plan_for
from deployments.sandbox.render.film import render
from deployments.sandbox.render.plan import FPS
from deployments.sandbox.tasks import Params
from workprint.models import model_facts
from workprint.moderation import Expected

MODEL = "doubao-seedance-1-5-pro-251215"
RATIO, SECONDS = "16:9", 4
DRAFT, FINAL = "480p", "720p"
#: Seconds a server of films may keep silent.
S3_SECONDS = 5.0


class Shape(Enum):
    """How much of a campaign is told: all of it, until the gate says no, or straight to the final."""

    FULL = "full"
    REJECTED = "rejected"
    DIRECT = "direct"


def make_films(folder: Path) -> Path:
    """`480p-16x9-4s.mp4` and `720p-16x9-4s.mp4`, as `--fixed FOLDER` of the sandbox wants them named."""
    folder.mkdir(parents=True)
    for resolution in (DRAFT, FINAL):
        params = Params(
            model=MODEL,
            prompt="A steel watch. Camera: slow push in.",
            resolution=resolution,
            ratio=RATIO,
            frames=SECONDS * FPS,
            seed=7,
            generate_audio=False,
            draft=resolution == DRAFT,
        )
        render(plan_for(params, folder), film_in(folder, resolution))
    return folder


def film_in(folder: Path, resolution: str) -> Path:
    """Where the film of a resolution lies."""
    return folder / f"{resolution}-{RATIO.replace(':', 'x')}-{SECONDS}s.mp4"


def variant() -> str:
    """The one variant of every brief."""
    return f"hero-{RATIO.replace(':', 'x')}-{SECONDS}s"


def caption() -> str:
    """What the contact sheet says below the draft."""
    width, height = model_facts(MODEL, "ark").size(DRAFT, RATIO)
    return f"{width}x{height}, {SECONDS:.1f} s, take 1"


def expected(resolution: str) -> Expected:
    """What the technical check wants a final of this resolution to be."""
    width, height = model_facts(MODEL, "ark").size(resolution, RATIO)
    return Expected(duration=SECONDS, width=width, height=height, fps=FPS, audio=False, camera_static=False)
