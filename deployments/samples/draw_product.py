"""Draws `product.png`, a wristwatch, the showcase sample's picture: python -m deployments.samples.draw_product.

Drawn at twice the size and scaled down, with no randomness: the same Pillow gives the same picture. The watch stays in
the middle, because the one picture serves 9:16, 16:9 and 1:1.
"""

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIDE, SCALE = 1440, 2
PLACE = Path(__file__).with_name("product.png")
_N = SIDE * SCALE
_CENTRE = (_N / 2, _N * 0.485)
_RADIUS = _N * 0.165

Point = tuple[float, float]
Floats = npt.NDArray[np.float32]
Colour = tuple[int, int, int]


def main() -> None:
    """Draw the picture and save it beside this file."""
    draw().save(PLACE, optimize=True)


def draw() -> Image.Image:
    """The finished picture, 1440 x 1440, RGB."""
    canvas = backdrop()
    canvas = shadow(canvas)
    strap(canvas)
    case(canvas)
    dial(canvas)
    hands(canvas)
    canvas = glass(canvas)
    return canvas.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def backdrop() -> Image.Image:
    """A warm wall, a darker table, and the light of a window from the upper left."""
    y, x = np.mgrid[0:_N, 0:_N].astype(np.float32) / _N
    wall = _mix((58, 66, 74), (20, 25, 32), np.hypot(x - 0.36, y - 0.30) * 1.25)
    table = _mix((112, 82, 60), (36, 26, 22), np.abs(x - 0.46) * 1.1 + (y - 0.70) * 1.3)
    grain = 6.0 * np.sin(y * 420 + 3.0 * np.sin(x * 9.0)) * np.clip((y - 0.70) * 6, 0, 1)
    edge = np.clip((y - 0.695) * 90, 0, 1)[..., None]
    picture = wall * (1 - edge) + (table + grain[..., None]) * edge
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def shadow(canvas: Image.Image) -> Image.Image:
    """A soft shadow on the table, and a light pool behind the watch."""
    cx, cy = _CENTRE
    pool = _oval(cx - _N * 0.04, cy - _N * 0.03, _N * 0.34, _N * 0.30)
    canvas = _blend(canvas, (255, 214, 160), pool, 0.30, _N * 0.09)
    return _blend(canvas, (8, 6, 6), _oval(cx + _N * 0.02, _N * 0.865, _N * 0.19, _N * 0.030), 0.75, _N * 0.014)


def strap(canvas: Image.Image) -> None:
    """Two leather halves with stitches, narrower away from the case."""
    pen = ImageDraw.Draw(canvas)
    for direction in (-1, 1):
        for inset, colour in ((0.0, (46, 27, 18)), (0.012, (104, 62, 38)), (0.030, (122, 76, 48))):
            pen.polygon(_leather(direction, inset * _N), fill=colour)
        for side in (-1, 1):
            _stitches(pen, direction, side)


def case(canvas: Image.Image) -> None:
    """Brushed steel: rings from dark to light, lugs, and the crown at three o'clock."""
    pen = ImageDraw.Draw(canvas)
    cx, cy = _CENTRE
    crown = _box(cx + _RADIUS * 1.17, cy, _RADIUS * 0.10, _RADIUS * 0.15)
    pen.rounded_rectangle(crown, _N * 0.006, fill=(176, 182, 188))
    for line in range(-3, 4):
        y = cy + line * _RADIUS * 0.04
        pen.line([(cx + _RADIUS * 1.10, y), (cx + _RADIUS * 1.27, y)], fill=(104, 110, 118), width=SCALE * 2)
    steps = 90
    for step in range(steps):
        share = step / steps
        light = 70 + 165 * math.sin(share * math.pi) ** 1.6
        _ring(pen, _RADIUS * (1.14 - 0.17 * share), (int(light), int(light * 1.01), int(light * 1.04)))


def dial(canvas: Image.Image) -> None:
    """A deep green dial with a sunburst, hour marks, a minute track and a small seconds dial."""
    face = _sunburst()
    mask = Image.new("L", canvas.size, 0)
    ImageDraw.Draw(mask).ellipse(_box(*_CENTRE, _RADIUS * 0.965, _RADIUS * 0.965), fill=255)
    canvas.paste(face, (0, 0), mask)
    pen = ImageDraw.Draw(canvas)
    for minute in range(60):
        _mark(pen, minute)
    _small_seconds(pen, (_CENTRE[0], _CENTRE[1] + _RADIUS * 0.46))


def hands(canvas: Image.Image) -> None:
    """Ten past ten, as in every advertisement: gold hands with a shadow."""
    shade = Image.new("L", canvas.size, 0)
    pen = ImageDraw.Draw(shade)
    for length, width, angle in _HANDS:
        pen.polygon(_hand(length, width, angle, (_N * 0.004, _N * 0.006)), fill=150)
    canvas.paste((0, 0, 0), (0, 0), shade.filter(ImageFilter.GaussianBlur(_N * 0.004)))
    pen = ImageDraw.Draw(canvas)
    for length, width, angle in _HANDS:
        pen.polygon(_hand(length, width, angle, (0, 0)), fill=(236, 200, 128), outline=(140, 104, 52))
    for radius, colour in ((0.050, (150, 112, 58)), (0.038, (240, 208, 140)), (0.014, (110, 80, 40))):
        pen.ellipse(_box(*_CENTRE, _RADIUS * radius, _RADIUS * radius), fill=colour)


def glass(canvas: Image.Image) -> Image.Image:
    """A window's reflection across the crystal."""
    shine, rim = Image.new("L", canvas.size, 0), Image.new("L", canvas.size, 0)
    ImageDraw.Draw(rim).ellipse(_box(*_CENTRE, _RADIUS * 0.965, _RADIUS * 0.965), fill=255)
    corners = ((-1.0, -0.1), (0.05, -1.1), (0.42, -1.1), (-1.0, 0.38))
    pane = [(_CENTRE[0] + x * _RADIUS, _CENTRE[1] + y * _RADIUS) for x, y in corners]
    ImageDraw.Draw(shine).polygon(pane, fill=64)
    mask = ImageChops.multiply(shine.filter(ImageFilter.GaussianBlur(_N * 0.004)), rim)
    return Image.composite(Image.new("RGB", canvas.size, (235, 245, 255)), canvas, mask)


#: Length and half-width in dial radii, angle in degrees from twelve.
_HANDS = ((0.52, 0.040, 305.0), (0.80, 0.028, 60.0))


def _mix(near: Colour, far: Colour, share: Floats) -> Floats:
    part = np.clip(share, 0, 1)[..., None]
    return np.asarray(near, np.float32) * (1 - part) + np.asarray(far, np.float32) * part


def _oval(x: float, y: float, rx: float, ry: float) -> Image.Image:
    mask = Image.new("L", (_N, _N), 0)
    ImageDraw.Draw(mask).ellipse(_box(x, y, rx, ry), fill=255)
    return mask


def _blend(canvas: Image.Image, colour: Colour, mask: Image.Image, strength: float, blur: float) -> Image.Image:
    soft = mask.filter(ImageFilter.GaussianBlur(blur)).point(lambda value: value * strength)
    return Image.composite(Image.new("RGB", canvas.size, colour), canvas, soft)


def _leather(direction: int, inset: float) -> list[Point]:
    cx, cy = _CENTRE
    near, far = _RADIUS * 0.74 - inset, _RADIUS * 0.60 - inset
    start, end = cy + direction * _RADIUS * 0.70, cy + direction * (_N * 0.385 - inset)
    return [(cx - near, start), (cx + near, start), (cx + far, end), (cx - far, end)]


def _stitches(pen: ImageDraw.ImageDraw, direction: int, side: int) -> None:
    cx, cy = _CENTRE
    for step in range(15):
        share = step / 14
        x = cx + side * _RADIUS * (0.61 - 0.12 * share)
        y = cy + direction * (_RADIUS * 1.22 + share * (_N * 0.365 - _RADIUS * 1.22))
        pen.line([(x, y - _N * 0.003), (x, y + _N * 0.003)], fill=(214, 184, 140), width=SCALE * 3)


def _sunburst() -> Image.Image:
    y, x = np.mgrid[0:_N, 0:_N].astype(np.float32)
    angle = np.arctan2(y - _CENTRE[1], x - _CENTRE[0])
    shine = 0.5 + 0.5 * np.cos(2 * (angle + 0.9))
    return Image.fromarray(_mix((12, 44, 40), (46, 118, 100), shine * 0.85).astype(np.uint8))


def _small_seconds(pen: ImageDraw.ImageDraw, centre: Point) -> None:
    disc = _box(*centre, _RADIUS * 0.21, _RADIUS * 0.21)
    pen.ellipse(disc, fill=(16, 52, 46), outline=(170, 160, 120), width=SCALE * 2)
    for angle in range(0, 360, 30):
        ends = [_polar(centre, _RADIUS * 0.16, angle), _polar(centre, _RADIUS * 0.195, angle)]
        pen.line(ends, fill=(214, 204, 168), width=SCALE * 2)
    pen.line([centre, _polar(centre, _RADIUS * 0.17, 222)], fill=(224, 176, 96), width=SCALE * 3)


def _mark(pen: ImageDraw.ImageDraw, minute: int) -> None:
    if minute == 30:
        return
    hour = minute % 5 == 0
    start, end = (0.74, 0.92) if hour else (0.90, 0.93)
    width = (14 if minute % 15 == 0 else 9) if hour else 2
    ends = [_polar(_CENTRE, _RADIUS * start, minute * 6), _polar(_CENTRE, _RADIUS * end, minute * 6)]
    pen.line(ends, fill=(232, 204, 140) if hour else (190, 196, 180), width=SCALE * width)


def _hand(length: float, width: float, angle: float, shift: Point) -> list[Point]:
    tip, tail = _polar(_CENTRE, _RADIUS * length, angle), _polar(_CENTRE, _RADIUS * 0.14, angle + 180)
    left, right = (_polar(_CENTRE, _RADIUS * width, angle + turn) for turn in (-90, 90))
    return [(x + shift[0], y + shift[1]) for x, y in (tail, left, tip, right)]


def _ring(pen: ImageDraw.ImageDraw, radius: float, colour: Colour) -> None:
    pen.ellipse(_box(*_CENTRE, radius, radius), fill=colour)


def _polar(centre: Point, radius: float, degrees: float) -> Point:
    turn = math.radians(degrees - 90)
    return centre[0] + radius * math.cos(turn), centre[1] + radius * math.sin(turn)


def _box(x: float, y: float, rx: float, ry: float) -> tuple[float, float, float, float]:
    return x - rx, y - ry, x + rx, y + ry


if __name__ == "__main__":
    main()
