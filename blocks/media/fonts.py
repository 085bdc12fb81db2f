"""A font for pictures. Chinese needs one on the system; without it signs are escaped, never drawn as empty boxes."""

from functools import cache
from pathlib import Path

from PIL import ImageFont

#: Where Debian, Fedora and macOS keep a font with Chinese signs.
_CHINESE = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/System/Library/Fonts/PingFang.ttc",
)


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A face of so many pixels: one with Chinese signs where the system has one, else Pillow's own."""
    path = chinese_font()
    return ImageFont.truetype(str(path), size) if path else ImageFont.load_default(size)


@cache
def chinese_font() -> Path | None:
    """The first font with Chinese signs that is installed; None when there is none."""
    return next((Path(path) for path in _CHINESE if Path(path).exists()), None)


def printable(words: str) -> str:
    """The words as our font can draw them."""
    if chinese_font() is not None:
        return words
    return words.encode("ascii", "backslashreplace").decode("ascii")
