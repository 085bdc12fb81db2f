"""Previews for a person: a contact sheet of all drafts, and a small animated WebP of each."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from blocks.media.fonts import Font, font, readable
from blocks.media.frames import at, opened, small
from blocks.media.probe import probe
from workprint.errors import BadMedia

#: Pixels of the sheet: its width, the space around a panel, between its pictures, and for its two lines of text.
WIDTH, GAP, SEAM, HEAD = 1600, 16, 4, 54
#: Height of the pictures that is aimed at, for few drafts and for many.
TALL, LOW, MANY = 300, 190, 12
_BACKGROUND, _PANEL, _INK, _MUTED = (16, 17, 20), (30, 32, 37), (240, 240, 238), (158, 162, 170)
#: Shares of a film's length that its panel shows.
MOMENTS = (0.02, 0.5, 0.98)
#: Pictures of an animation at the most; a longer film gets fewer a second, so that it fits in memory and in a page.
MOST_FRAMES = 120


@dataclass(frozen=True, slots=True)
class SheetItem:
    """One draft of the sheet: its film on the local disk, its name and a line below it."""

    name: str
    path: Path
    caption: str


@dataclass(frozen=True, slots=True)
class _Panel:
    item: SheetItem
    pictures: tuple[Image.Image, ...]

    @property
    def shape(self) -> float:
        """Width over height of its pictures side by side."""
        return sum(picture.width / picture.height for picture in self.pictures)

    @property
    def around(self) -> int:
        """Pixels of its width that are no picture."""
        return 2 * GAP + SEAM * (len(self.pictures) - 1)


def contact_sheet(items: Sequence[SheetItem]) -> bytes:
    """First, middle and last frame of every film under its name, as JPEG at most 1600 pixels wide.

    Panels keep their order and fill each line like words in a justified text, so tall and wide films leave no holes.
    Raises `ValueError` without items, `BadMedia` for a film that cannot be decoded.
    """
    if not items:
        raise ValueError("a contact sheet needs at least one film")
    aim = TALL if len(items) <= MANY else LOW
    lines = list(_lines([_panel(item) for item in items], aim))
    heights = [_height(line, aim) for line in lines]
    width = max(_width(line, height) for line, height in zip(lines, heights, strict=True))
    sheet = Image.new("RGB", (width, GAP + sum(height + HEAD + 2 * GAP for height in heights)), _BACKGROUND)
    top = GAP
    for line, height in zip(lines, heights, strict=True):
        _draw_line(sheet, line, top, height)
        top += height + HEAD + 2 * GAP
    return _jpeg(sheet)


def animated_webp(path: Path, *, short_side: int = 180, fps: int = 8) -> bytes:
    """The whole film as a small looping animation without sound; `short_side` in pixels. Raises `BadMedia`."""
    facts = probe(path)
    longest = round(short_side * max(facts.width, facts.height) / min(facts.width, facts.height))
    rate = min(fps, MOST_FRAMES / max(facts.duration, 1.0))
    frames = list(_thinned(path, longest, rate))
    if not frames:
        raise BadMedia("the file has no frame that can be decoded")
    out = io.BytesIO()
    frames[0].save(
        out, "WEBP", save_all=True, append_images=frames[1:], duration=round(1000 / rate), loop=0, quality=60, method=2
    )
    return out.getvalue()


def _thinned(path: Path, longest: int, fps: float) -> Iterator[Image.Image]:
    """Every so many frames that `fps` a second remain, at most `MOST_FRAMES`."""
    taken, start = 0, None
    with opened(path) as container:
        for frame in container.decode(video=0):
            second = frame.time or 0.0
            start = second if start is None else start
            if second - start >= taken / fps and taken < MOST_FRAMES:
                taken += 1
                yield small(frame, longest)


def _panel(item: SheetItem) -> _Panel:
    length = probe(item.path).duration
    frames = at(item.path, [length * moment for moment in MOMENTS], longest_side=2 * TALL)
    return _Panel(item, tuple(frame.image for frame in frames))


def _lines(panels: Sequence[_Panel], aim: int) -> Iterator[list[_Panel]]:
    """Panels in lines, broken where the pictures' height comes closest to `aim`."""
    line: list[_Panel] = []
    for panel in panels:
        longer = [*line, panel]
        if line and abs(_filling(line) - aim) <= abs(_filling(longer) - aim):
            yield line
            longer = [panel]
        line = longer
    yield line


def _filling(line: Sequence[_Panel]) -> float:
    """The pictures' height at which the line is exactly as wide as the sheet."""
    outside = GAP * (len(line) + 1) + sum(panel.around for panel in line)
    return (WIDTH - outside) / sum(panel.shape for panel in line)


def _height(line: Sequence[_Panel], aim: int) -> int:
    """A line with too little in it stays at a good height and leaves the rest of the sheet free."""
    return max(1, int(min(_filling(line), aim)))


def _width(line: Sequence[_Panel], height: int) -> int:
    """Pixels from the sheet's left edge to behind the line, the space after it included."""
    return GAP + sum(sum(_widths(panel, height)) + panel.around + GAP for panel in line)


def _widths(panel: _Panel, height: int) -> list[int]:
    return [round(height * picture.width / picture.height) for picture in panel.pictures]


def _draw_line(sheet: Image.Image, line: Sequence[_Panel], top: int, height: int) -> None:
    left = GAP
    for panel in line:
        left += _draw_panel(sheet, panel, (left, top), height) + GAP


def _draw_panel(sheet: Image.Image, panel: _Panel, corner: tuple[int, int], height: int) -> int:
    """Draw one panel and say how wide it is."""
    widths = _widths(panel, height)
    wide, (left, top) = sum(widths) + panel.around, corner
    draw = ImageDraw.Draw(sheet)
    draw.rounded_rectangle((left, top, left + wide - 1, top + height + HEAD + GAP - 1), 8, fill=_PANEL)
    _text(draw, (left + GAP, top + 8), panel.item.name, font(20), _INK, wide)
    _text(draw, (left + GAP, top + 32), panel.item.caption, font(14), _MUTED, wide)
    place = left + GAP
    for picture, width in zip(panel.pictures, widths, strict=True):
        sheet.paste(picture.resize((width, height), Image.Resampling.LANCZOS), (place, top + HEAD))
        place += width + SEAM
    return wide


def _text(
    draw: ImageDraw.ImageDraw, place: tuple[int, int], words: str, face: Font, ink: tuple[int, int, int], wide: int
) -> None:
    """One line, shortened in its middle when it is wider than its panel: both ends of a name tell it apart."""
    text = readable(" ".join(words.split()))
    room = wide - 2 * GAP
    for kept in range(len(text), 2, -1):
        shown = text if kept == len(text) else f"{text[: kept // 2]}...{text[len(text) - kept // 2 :]}"
        if face.getlength(shown) <= room:
            draw.text(place, shown, font=face, fill=ink)
            return


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
