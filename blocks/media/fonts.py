"""A font for pictures. Chinese needs one on the system; without it signs are escaped, never drawn as empty boxes."""

import unicodedata
from functools import cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
#: Where Linux, macOS and Windows keep fonts that know Chinese.
_CHINESE_NAMES = (
    "NotoSansCJK*.tt[cf]",
    "NotoSansSC*.[ot]tf",
    "SourceHanSans*.[ot]t[cf]",
    "wqy-*.tt[cf]",
    "PingFang.ttc",
    "msyh.ttc",
)
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "C:/Windows/Fonts")
#: Pillow's own font knows the Latin alphabets and their punctuation.
_LATIN_END = 0x180


@cache
def font(size: int) -> Font:
    """A face of so many pixels: one with Chinese signs where the system has one, else Pillow's own."""
    path = chinese_font()
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)


@cache
def chinese_font() -> str | None:
    """The path of the first font with Chinese signs that is installed; None when there is none."""
    folders = (Path(folder) for folder in _FOLDERS)
    found = (str(path) for folder in folders for name in _CHINESE_NAMES for path in sorted(folder.rglob(name)))
    return next(found, None)


def readable(text: str) -> str:
    """The text in letters the font has: others are taken apart (ﬁ) or written as escapes (`\\u4e2d`)."""
    return text if chinese_font() else latin(text)


def latin(text: str) -> str:
    """The text in the letters of Pillow's own font."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c if ord(c) < _LATIN_END else c.encode("ascii", "backslashreplace").decode() for c in plain)
