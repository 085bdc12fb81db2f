"""Pixel sizes of a resolution and an aspect ratio. One rounding rule for all who draw or check a picture."""

from fractions import Fraction

#: Aspect ratios as exact fractions, width over height.
RATIOS: dict[str, Fraction] = {
    "16:9": Fraction(16, 9),
    "9:16": Fraction(9, 16),
    "1:1": Fraction(1),
    "4:3": Fraction(4, 3),
    "3:4": Fraction(3, 4),
    "21:9": Fraction(21, 9),
}
#: Pixels of the short side.
SHORT_SIDES: dict[str, int] = {
    "360p": 360,
    "480p": 480,
    "540p": 540,
    "720p": 720,
    "768p": 768,
    "1080p": 1080,
    "2k": 1440,
    "4k": 2160,
}


def pixels(resolution: str, ratio: str) -> tuple[int, int]:
    """Width and height: the short side names the resolution, the long side follows the ratio; both even (H.264 4:2:0).

    A model may draw other sizes for the same words: see `workprint.models.ModelFacts.size`. Raises `KeyError` for words
    that are not in the tables above.
    """
    short, wanted = SHORT_SIDES[resolution], RATIOS[ratio]
    if wanted >= 1:
        return even(short * wanted), short
    return short, even(short / wanted)


def even(value: Fraction | float) -> int:
    """The nearest even number, as H.264 with 4:2:0 colour needs."""
    return 2 * round(value / 2)


def cropped(width: int, height: int, ratio: str) -> float:
    """The share of a picture (0.0 to 1.0) that a centred crop to `ratio` cuts away. `width` and `height` in pixels."""
    have, wanted = Fraction(width, height), RATIOS[ratio]
    return float(1 - min(have / wanted, wanted / have))
