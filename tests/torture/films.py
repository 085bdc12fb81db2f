"""The two films every campaign gets, rendered once by the sandbox's own camera: they pass the technical check."""

from pathlib import Path

from deployments.sandbox.darkroom import plan_for
from deployments.sandbox.render.film import render
from deployments.sandbox.render.plan import FPS
from deployments.sandbox.tasks import Params

MODEL = "doubao-seedance-1-5-pro-251215"
RATIO, SECONDS = "16:9", 4
DRAFT, FINAL = "480p", "720p"


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
        target = folder / f"{resolution}-{RATIO.replace(':', 'x')}-{SECONDS}s.mp4"
        render(plan_for(params, folder), target)
    return folder
