"""Words in the picture: the prompt at the bottom, DRAFT at the top left, the watermark at the top right."""

import functools
import textwrap
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from deployments.sandbox.render.plan import Plan
from deployments.sandbox.render.planes import Planes, to_planes

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
#: Where Linux, macOS and Windows keep fonts that know Chinese.
_CJK_NAMES = (
    "NotoSansCJK*.tt[cf]",
    "NotoSansSC*.[ot]tf",
    "SourceHanSans*.[ot]t[cf]",
    "wqy-*.tt[cf]",
    "PingFang.ttc",
    "msyh.ttc",
)
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "C:/Windows/Fonts")
#: Pillow's own font knows the Latin alphabets and their punctuation.
_LATIN_END = 0x180


@dataclass(frozen=True, slots=True)
class Overlay:
    """A small picture and how much of it covers what is below; `x` and `y` in pixels, even."""

    x: int
    y: int
    planes: Planes
    alpha: Planes

    def onto(self, frame: Planes) -> None:
        """Paste over the frame, in place."""
        frame.y.paste(self.planes.y, (self.x, self.y), self.alpha.y)
        frame.u.paste(self.planes.u, (self.x // 2, self.y // 2), self.alpha.u)
        frame.v.paste(self.planes.v, (self.x // 2, self.y // 2), self.alpha.v)


def overlays(plan: Plan) -> tuple[Overlay, ...]:
    """All the words of a film."""
    parts = [_prompt_strip(plan)]
    if plan.draft:
        parts.append(_badge(plan, "DRAFT", left=True))
    if plan.watermark:
        parts.append(_badge(plan, "AI generated", left=False))
    return tuple(parts)


def readable(text: str) -> str:
    """The text in letters the font has: others are taken apart (é) or written as escapes (`\\u4e2d`)."""
    if _cjk_font() is not None:
        return text
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c if ord(c) < _LATIN_END else c.encode("ascii", "backslashreplace").decode() for c in plain)


@functools.cache
def _cjk_font() -> str | None:
    folders = (Path(folder) for folder in _FONT_FOLDERS)
    found = (str(path) for folder in folders for name in _CJK_NAMES for path in sorted(folder.rglob(name)))
    return next(found, None)


def _font(size: int) -> Font:
    path = _cjk_font()
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)


def _prompt_strip(plan: Plan) -> Overlay:
    size = max(min(plan.width, plan.height) // 38, 11)
    columns = max(int(plan.width / (size * 0.52)) - 4, 12)
    words = " ".join(readable(plan.prompt).split()) or "(no prompt)"
    text = "\n".join(textwrap.wrap(words, columns, max_lines=2, placeholder=" ..."))
    high = _even(size * 4.4)
    layer = Image.new("RGBA", (plan.width, high))
    shade = Image.linear_gradient("L").resize(layer.size).point([value * 3 // 5 for value in range(256)])
    layer.putalpha(shade)
    draw = ImageDraw.Draw(layer)
    draw.multiline_text(
        (size, high - size * 0.8), text, (245, 245, 245, 255), _font(size), anchor="ld", spacing=size * 0.35
    )
    return _overlay(layer, 0, plan.height - high)


def _badge(plan: Plan, text: str, *, left: bool) -> Overlay:
    size = max(min(plan.width, plan.height) // (24 if left else 40), 12)
    font = _font(size)
    wide, high = _even(font.getlength(text) + size * 1.2), _even(size * 1.8)
    layer = Image.new("RGBA", (wide, high))
    draw = ImageDraw.Draw(layer)
    draw.rounded_rectangle((0, 0, wide - 1, high - 1), size * 0.35, fill=(20, 20, 20, 130))
    draw.text((wide / 2, high / 2), text, (255, 255, 255, 235), font, anchor="mm")
    return _overlay(layer, _even(size) if left else plan.width - wide - _even(size), _even(size))


def _overlay(layer: Image.Image, x: int, y: int) -> Overlay:
    alpha = layer.getchannel("A")
    small = alpha.resize((layer.width // 2, layer.height // 2), Image.Resampling.BOX)
    return Overlay(x - x % 2, y - y % 2, to_planes(layer), Planes(alpha, small, small))


def _even(value: float) -> int:
    return int(value) + int(value) % 2
