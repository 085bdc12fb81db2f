"""A picture as the encoder wants it: one plane of light and two of colour (BT.709, limited range, 4:2:0)."""

import math
from dataclasses import dataclass

import av
import numpy as np
from av.video.reformatter import Colorspace
from numpy.typing import NDArray
from PIL import Image

from deployments.sandbox.render.motion import View


@dataclass(frozen=True, slots=True)
class Planes:
    """Three 8 bit pictures: `u` and `v` are half as wide and half as high as `y`."""

    y: Image.Image
    u: Image.Image
    v: Image.Image

    def each(self) -> tuple[Image.Image, Image.Image, Image.Image]:
        """Light first, then the colours."""
        return self.y, self.u, self.v

    def seen(self, view: View, width: int, height: int) -> "Planes":
        """What the camera sees, `width` x `height` pixels."""
        return Planes(
            _look(self.y, view, width, height),
            _look(self.u, view, width // 2, height // 2),
            _look(self.v, view, width // 2, height // 2),
        )

    def mixed(self, other: "Planes", share: float) -> "Planes":
        """A cross-fade: 0.0 is this picture, 1.0 the other, both of one size."""
        pairs = zip(self.each(), other.each(), strict=True)
        return Planes(*(Image.blend(mine, theirs, share) for mine, theirs in pairs))


def to_planes(picture: Image.Image) -> Planes:
    """Turn an RGB picture of even size into planes."""
    frame = av.VideoFrame.from_ndarray(np.asarray(picture.convert("RGB")), format="rgb24")
    made = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)
    return Planes(*(_image(plane) for plane in made.planes))


def to_picture(planes: Planes) -> Image.Image:
    """The RGB picture of the planes: what a decoder shows."""
    width, height = planes.y.size
    frame = av.VideoFrame(width, height, "yuv420p")
    fill(frame, planes)
    return Image.fromarray(frame.reformat(format="rgb24", src_colorspace=Colorspace.ITU709).to_ndarray())


def fill(frame: av.VideoFrame, planes: Planes) -> None:
    """Copy the planes into a frame of the same size, whatever its row padding."""
    for target, source in zip(frame.planes, planes.each(), strict=True):
        rows = np.frombuffer(memoryview(target), np.uint8).reshape(-1, target.line_size)
        rows[: source.height, : source.width] = np.asarray(source)


def _image(plane: "av.video.plane.VideoPlane") -> Image.Image:
    rows: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return Image.fromarray(np.ascontiguousarray(rows[: plane.height, : plane.width]))


def _look(plane: Image.Image, view: View, width: int, height: int) -> Image.Image:
    if view.angle:
        return _turned(plane, view, width, height)
    x, y = view.x * plane.width, view.y * plane.height
    dx, dy = view.size * plane.width / 2, view.size * plane.height / 2
    box = (max(x - dx, 0.0), max(y - dy, 0.0), min(x + dx, plane.width), min(y + dy, plane.height))
    return plane.resize((width, height), Image.Resampling.BILINEAR, box=box)


def _turned(plane: Image.Image, view: View, width: int, height: int) -> Image.Image:
    """An affine look: dearer than a straight one, so only turning views come here."""
    scale = view.size * plane.width / width
    a, b = scale * math.cos(view.angle), -scale * math.sin(view.angle)
    c = view.x * plane.width - a * width / 2 - b * height / 2
    f = view.y * plane.height + b * width / 2 - a * height / 2
    return plane.transform((width, height), Image.Transform.AFFINE, (a, b, c, -b, a, f), Image.Resampling.BILINEAR)
