"""A landscape from a seed: what the sandbox films when it was given words only."""

import math
import random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Picture = NDArray[np.float32]
#: Top of the sky, horizon, sun, far hills, near hills.
_LIGHTS: tuple[tuple[Colour, Colour, Colour, Colour, Colour], ...] = (
    ((38, 66, 120), (255, 186, 128), (255, 240, 205), (176, 128, 148), (38, 34, 58)),
    ((52, 132, 196), (226, 240, 244), (255, 252, 232), (142, 178, 190), (30, 74, 62)),
    ((28, 22, 66), (236, 104, 104), (255, 214, 158), (132, 66, 110), (24, 16, 40)),
    ((10, 18, 44), (72, 98, 148), (232, 238, 255), (54, 74, 116), (8, 14, 30)),
    ((96, 150, 160), (250, 222, 180), (255, 246, 214), (170, 170, 146), (58, 72, 52)),
)
_HILLS = 5


def landscape(width: int, height: int, seed: int) -> Image.Image:
    """A picture of sky, sun, haze and hills; the same seed gives the same land in every size."""
    rng = random.Random(f"scene {seed}")  # noqa: S311 - a picture, not a secret
    light = rng.choice(_LIGHTS)
    sun = (rng.uniform(0.24, 0.76), rng.uniform(0.26, 0.46))
    picture = _sky(width, height, light, sun)
    _clouds(picture, rng, light[2])
    for layer in range(_HILLS):
        _hill(picture, rng, layer, _between(light[3], light[4], layer / (_HILLS - 1)))
    return picture


def _sky(width: int, height: int, light: tuple[Colour, ...], sun: tuple[float, float]) -> Image.Image:
    """Gradient and glow, worked out small and enlarged: they have no edges, and the numbers would fill the memory."""
    down, across = height // 4, width // 4
    y = np.linspace(0, 1, down, dtype=np.float32)[:, None, None]
    x = np.linspace(0, 1, across, dtype=np.float32)[None, :, None]
    top, horizon, glow = (np.array(colour, np.float32) for colour in light[:3])
    sky = top + (horizon - top) * np.clip(y / 0.62, 0, 1) ** 1.3
    unit = min(down, across)
    distance = np.hypot((x - sun[0]) * across / unit, (y - sun[1]) * down / unit)
    halo = 0.60 * np.exp(-distance * 5.5) + 0.25 * np.exp(-distance * 1.8)
    small = Image.fromarray((sky + (glow - sky) * halo).clip(0, 255).astype(np.uint8))
    picture = small.resize((width, height), Image.Resampling.BICUBIC)
    _sun(picture, sun, light[2])
    return picture


def _sun(picture: Image.Image, at: tuple[float, float], colour: Colour) -> None:
    """A disc, drawn four times too large so that its edge is smooth."""
    radius = round(min(picture.size) * 0.078)
    disc = Image.new("L", (8 * radius, 8 * radius))
    ImageDraw.Draw(disc).ellipse((0, 0, 8 * radius - 1, 8 * radius - 1), fill=255)
    place = round(at[0] * picture.width) - radius, round(at[1] * picture.height) - radius
    picture.paste(colour, place, disc.resize((2 * radius, 2 * radius), Image.Resampling.BOX))


def _clouds(picture: Image.Image, rng: random.Random, colour: Colour) -> None:
    width, height = picture.size
    mask = Image.new("L", (width // 4, height // 4))
    draw = ImageDraw.Draw(mask)
    for _ in range(7):
        x, y, long = rng.uniform(-0.1, 1.0), rng.uniform(0.08, 0.44), rng.uniform(0.10, 0.34)
        for _ in range(9):
            left, thick = x + rng.uniform(0, long), rng.uniform(0.004, 0.014)
            box = (
                left * mask.width,
                (y - thick) * mask.height,
                (left + long / 2) * mask.width,
                (y + thick) * mask.height,
            )
            draw.ellipse(box, fill=rng.randrange(40, 120))
            y += rng.uniform(-0.006, 0.006)
    soft = mask.filter(ImageFilter.GaussianBlur(max(mask.height / 120, 1)))
    picture.paste(colour, (0, 0), soft.resize(picture.size, Image.Resampling.BICUBIC))


def _hill(picture: Image.Image, rng: random.Random, layer: int, colour: Colour) -> None:
    """One ridge, drawn at twice the size so that its edge is smooth, with trees on the nearest ones."""
    width, height = picture.size
    base, rough = 0.56 + 0.085 * layer, 0.055 - 0.004 * layer
    waves = [(rng.uniform(0.6, 1.4) * 2**n, rng.uniform(0, math.tau), rough / 1.9**n) for n in range(6)]
    across = np.linspace(0, 1, 2 * width, dtype=np.float32)
    ridge = base + sum(np.sin(math.tau * f * across + phase) * high for f, phase, high in waves)
    mask = Image.new("L", (2 * width, 2 * height))
    draw = ImageDraw.Draw(mask)
    outline = [(x, float(ridge[x] * 2 * height)) for x in range(0, 2 * width, 2)]
    draw.polygon([(0, 2 * height), *outline, (2 * width, 2 * height)], fill=255)
    if layer >= _HILLS - 2:
        _trees(draw, rng, ridge, height * 2, 0.035 + 0.03 * (layer - _HILLS + 2))
    picture.paste(colour, (0, 0), mask.resize(picture.size, Image.Resampling.BOX))


def _trees(draw: ImageDraw.ImageDraw, rng: random.Random, ridge: "Picture", height: int, size: float) -> None:
    for _ in range(46):
        at = rng.uniform(0, 1)
        tall = height * size * rng.uniform(0.45, 1.2)
        x = at * (len(ridge) - 1)
        foot = float(ridge[int(x)]) * height + tall * 0.1
        for part in range(3):
            top, wide = foot - tall * (1 - 0.22 * part), tall * (0.12 + 0.07 * part)
            draw.polygon([(x, top), (x - wide, top + tall * 0.45), (x + wide, top + tall * 0.45)], fill=255)
        draw.rectangle((x - tall * 0.02, foot - tall * 0.2, x + tall * 0.02, foot), fill=255)


def _between(far: Colour, near: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(far, near, strict=True))
    return red, green, blue
