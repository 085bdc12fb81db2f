"""Words in the picture: the prompt at the bottom, DRAFT at the top left, the watermark at the top right."""

import textwrap
from dataclasses import dataclass

from PIL import Image, ImageDraw

from blocks.media.fonts import font, readable
from deployments.sandbox.render.plan import Plan
from deployments.sandbox.render.planes import Planes, to_planes


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
        (size, high - size * 0.8), text, (245, 245, 245, 255), font(size), anchor="ld", spacing=size * 0.35
    )
    return _overlay(layer, 0, plan.height - high)


def _badge(plan: Plan, text: str, *, left: bool) -> Overlay:
    size = max(min(plan.width, plan.height) // (24 if left else 40), 12)
    face = font(size)
    wide, high = _even(face.getlength(text) + size * 1.2), _even(size * 1.8)
    layer = Image.new("RGBA", (wide, high))
    draw = ImageDraw.Draw(layer)
    draw.rounded_rectangle((0, 0, wide - 1, high - 1), size * 0.35, fill=(20, 20, 20, 130))
    draw.text((wide / 2, high / 2), text, (255, 255, 255, 235), face, anchor="mm")
    return _overlay(layer, _even(size) if left else plan.width - wide - _even(size), _even(size))


def _overlay(layer: Image.Image, x: int, y: int) -> Overlay:
    alpha = layer.getchannel("A")
    small = alpha.resize((layer.width // 2, layer.height // 2), Image.Resampling.BOX)
    return Overlay(x - x % 2, y - y % 2, to_planes(layer), Planes(alpha, small, small))


def _even(value: float) -> int:
    return int(value) + int(value) % 2
