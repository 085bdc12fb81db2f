"""What is filmed: pictures, a film, or a landscape; always as a canvas of the film's ratio, a little larger than it."""

from collections.abc import Iterator
from pathlib import Path

import av
from PIL import Image, ImageOps

from deployments.sandbox.render.plan import FPS, Plan
from deployments.sandbox.render.planes import Planes, to_planes
from deployments.sandbox.render.scene import landscape

#: The canvas is larger than the frame, so that a camera that comes closer still finds detail.
MARGIN = 1.25


def canvases(plan: Plan) -> Iterator[Planes]:
    """One canvas per frame of the film, without end."""
    if plan.footage is not None:
        return _from_footage(plan, plan.footage)
    return _from_stills(plan, [_still(plan, path) for path in plan.stills] or [_scene(plan)])


def _size(plan: Plan) -> tuple[int, int]:
    return int(plan.width * MARGIN / 2) * 2, int(plan.height * MARGIN / 2) * 2


def _scene(plan: Plan) -> Planes:
    return to_planes(landscape(*_size(plan), plan.seed))


def _still(plan: Plan, path: Path) -> Planes:
    with Image.open(path) as opened:
        upright = ImageOps.exif_transpose(opened)
        return to_planes(_cover(upright, _size(plan), Image.Resampling.LANCZOS))


def _cover(picture: Image.Image, size: tuple[int, int], filter_: Image.Resampling) -> Image.Image:
    """The middle of the picture, filling the size; what is transparent becomes white."""
    if picture.has_transparency_data:
        fitted = ImageOps.fit(picture.convert("RGBA"), size, filter_)
        return Image.alpha_composite(Image.new("RGBA", size, "white"), fitted).convert("RGB")
    return ImageOps.fit(picture.convert("RGB"), size, filter_)


def _from_stills(plan: Plan, stills: list[Planes]) -> Iterator[Planes]:
    """Every still has its equal share of the film; each change is a cross-fade of half a share."""
    last = len(stills) - 1
    frame = 0
    while True:
        position = min(frame / max(plan.frames - 1, 1), 1.0) * last
        index = min(int(position), max(last - 1, 0))
        share = min(max((position - index - 0.25) * 2, 0.0), 1.0)
        yield stills[index] if last == 0 or share == 0 else stills[index].mixed(stills[index + 1], share)
        frame += 1


def _from_footage(plan: Plan, path: Path) -> Iterator[Planes]:
    """The frames of the film, over again when it is shorter, at its own pace brought to ours by nearest frame."""
    shown = 0
    while True:
        with av.open(str(path)) as container:
            rate = float(container.streams.video[0].average_rate or FPS)
            begin = shown
            for number, frame in enumerate(container.decode(video=0), 1):
                canvas: Planes | None = None
                while (shown - begin) * rate < number * FPS:
                    canvas = canvas or to_planes(
                        _cover(
                            Image.fromarray(frame.to_ndarray(format="rgb24")), _size(plan), Image.Resampling.BILINEAR
                        )
                    )
                    yield canvas
                    shown += 1
